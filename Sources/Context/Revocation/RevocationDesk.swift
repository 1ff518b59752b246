import Bytes
import Observations
import Transparency
import Wire

/// Says of a record's certificate whether it was revoked, and remembers it for endpoints that show the same.
final class RevocationDesk {
    /// Digests of an answer and of the chain that it was read with, and what they come to.
    private var known: [String: RevocationContext.Statement] = [:]
    private static let capacity = 4096
    /// Certificates of the chain that are tried as the leaf's issuer.
    private static let mostIssuers = 4
    /// RFC 7633, section 4.1.
    private static let featureOID = "1.3.6.1.5.5.7.1.24"

    /// Longer addresses of lists are nobody's.
    private static let mostURLBytes = 2048
    /// So many lists that a certificate names are tried, one after the other.
    private static let mostLists = 2

    /// Nil where no lists are fetched.
    let lists: RevocationLists?

    init(_ lists: RevocationLists?) { self.lists = lists }

    /// - Parameters:
    ///   - asksLists: whether there is time to fetch lists.
    ///   - completion: called once, perhaps before this returns.
    func look(
        _ record: RecordPicker,
        _ facts: RecordFacts,
        asksLists: Bool,
        _ completion: @escaping (RevocationContext?) -> Void
    ) {
        guard facts.leaf != nil else { return completion(nil) }
        var context = RevocationContext()
        let answer = record.text(.ocspResponse)
        if let extensions = record.text(.extensionOIDs) {
            context.mustStaple = extensions.split(separator: ",").contains { $0 == Self.featureOID }
        }
        // In a record that others made it can't be told whether there was none.
        context.lacksStaple = answer == nil && record.text(.dataset) != RecordDataset.imported.rawValue
        if let answer { context.staple = staple(answer, record, facts) }
        let named = lists == nil || !asksLists ? [] : record.texts(.crlURLs, limit: 16)
        let urls = named.filter { Self.unaskable($0) == nil }.prefix(Self.mostLists)
        if urls.isEmpty, let first = named.first, let why = Self.unaskable(first) {
            context.list = .init(.unavailable)
            context.list?.error = "not asked for: \(why)"
            lists?.passOver(first, "not asked for: \(why)")
        }
        guard !urls.isEmpty else { return completion(context.isEmpty ? nil : context) }
        let chain = Self.chain(record)
        guard chain.count > 1 else {
            context.list = .init(.unchecked)
            return completion(context)
        }
        ask(urls[...], chain, facts.address, nil) { [context] statement in
            var context = context
            context.list = statement
            completion(context)
        }
    }

    // MARK: Lists

    /// Why a list's address is none that is asked; nil where it is one.
    private static func unaskable(_ url: String) -> String? {
        let start = url.prefix(8).lowercased()
        guard start.hasPrefix("http://") || start == "https://" else {
            return "its address is neither http nor https"
        }
        return url.utf8.count > mostURLBytes ? "its address is longer than \(mostURLBytes) bytes" : nil
    }

    /// The leaf and those who may have issued it.
    private static func chain(_ record: RecordPicker) -> [[UInt8]] {
        record.texts(.chainDER, limit: mostIssuers + 1).compactMap { [UInt8](base64Text: $0) }
    }

    /// Asks one list after the other until one speaks of the certificate.
    ///
    /// - Parameter first: what the first of them came to.
    private func ask(
        _ urls: ArraySlice<String>,
        _ chain: [[UInt8]],
        _ endpoint: IPAddress?,
        _ first: RevocationContext.Statement?,
        _ completion: @escaping (RevocationContext.Statement?) -> Void
    ) {
        guard let url = urls.first, let lists else { return completion(first) }
        lists.find(url, for: endpoint) { [self] answer in
            var statement = Self.read(answer, chain)
            statement.url = url
            if statement.status == .good || statement.isRevoked { return completion(statement) }
            ask(urls.dropFirst(), chain, endpoint, first ?? statement, completion)
        }
    }

    private static func read(
        _ answer: RevocationLists.Answer,
        _ chain: [[UInt8]]
    ) -> RevocationContext.Statement {
        switch answer {
        case .unreadable: return .init(.unreadable)
        case .failure(let reason):
            var statement = RevocationContext.Statement(.unavailable)
            statement.error = reason
            return statement
        case .list(let list):
            var statement = RevocationContext.Statement(.unchecked)
            // A list speaks of today, whenever the record was made.
            let now = Int(WallClock.nanoseconds / 1_000_000)
            for issuer in chain.dropFirst() {
                statement = list.look(leaf: chain[0], issuer: issuer, now: now)
                if statement.status != .invalid { break }
            }
            return statement
        }
    }

    // MARK: Staples

    private func staple(
        _ answer: String,
        _ record: RecordPicker,
        _ facts: RecordFacts
    ) -> RevocationContext.Statement {
        // The moment is part of what is said, by the quarter of an hour.
        let quarter = (facts.time ?? 0) / 900_000
        let texts = record.texts(.chainDER, limit: Self.mostIssuers + 1)
        // By what is read, whatever a record says of its digest.
        let key = TextDigest.make(["\(quarter)", answer] + texts)
        if let statement = known[key] { return statement }
        let chain = texts.map { [UInt8](base64Text: $0) }
        var statement = RevocationContext.Statement(chain.count < 2 ? .unchecked : .unreadable)
        if let bytes = [UInt8](base64Text: answer), let leaf = chain.first ?? nil {
            // Servers send chains in any order, and twice: whoever issued the leaf fits, and nobody else.
            for issuer in chain.dropFirst().compactMap(\.self) {
                statement = RevocationProof.read(
                    answer: bytes,
                    leaf: leaf,
                    issuer: issuer,
                    now: facts.time ?? Int(WallClock.nanoseconds / 1_000_000)
                )
                if statement.status != .other, statement.status != .invalid { break }
            }
        }
        if known.count >= Self.capacity { known.removeAll(keepingCapacity: true) }
        known[key] = statement
        return statement
    }
}
