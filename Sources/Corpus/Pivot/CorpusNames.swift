import Wire

/// Which names pointed to an address, by the passive DNS that a corpus has.
package final class CorpusNames {
    package struct Name: Equatable, Sendable {
        package let name: String
        /// The aliases by way of which it pointed there.
        package let aliases: [String]
        /// Milliseconds since 1970.
        package let first: Int
        package let last: Int
        package let count: Int
        /// Whether it is one of those that were asked for, or below a wildcard among them.
        package let isAsked: Bool
    }

    package struct Facts: Equatable, Sendable {
        package var names: [Name] = []
        /// Where names that were asked for pointed, this address left out.
        package var addresses: [String] = []
    }

    private let corpus: CorpusFile
    private var known: [String: Facts] = [:]

    /// Answers that are remembered, and names of a certificate that are looked at.
    private static let capacity = 4096
    private static let mostAsked = 16

    package init(_ corpus: CorpusFile) { self.corpus = corpus }

    /// - Parameters:
    ///   - address: as text.
    ///   - names: of the certificate that stands there; `*.` and a domain is a wildcard.
    package func look(address: String, names: [String]) throws -> Facts {
        let names = names.prefix(Self.mostAsked).map { $0.lowercased() }
        let key = ([address] + names).joined(separator: " ")
        if let facts = known[key] { return facts }
        let facts = try corpus.read { db in
            let reader = PivotReader(db, hash: corpus.hash, since: .min, until: .max)
            return try Self.read(NameWays(store: reader), address, names)
        }
        if known.count >= Self.capacity { known.removeAll(keepingCapacity: true) }
        known[key] = facts
        return facts
    }

    private static func read(_ ways: NameWays, _ address: String, _ names: [String]) throws -> Facts {
        var facts = Facts()
        guard try ways.store.hasResolutions() else { return facts }
        var found = try ways.to(address)
        for name in names {
            for way in try ways.from(name) {
                if way.address != address {
                    if !facts.addresses.contains(way.address) { facts.addresses.append(way.address) }
                } else if !found.contains(where: { $0.names.first == name }) {
                    // At an address of very many names not all of them are looked at.
                    found.append(way)
                }
            }
        }
        facts.names = found.map { way in
            let name = way.names.first ?? ""
            return Name(
                name: name,
                aliases: Array(way.names.dropFirst()),
                first: way.first,
                last: way.last,
                count: way.count,
                isAsked: names.contains { HostName.covers($0, name) }
            )
        }
        return facts
    }
}
