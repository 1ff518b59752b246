import Bytes

/// Which names pointed to an address, and when: what passive DNS tells.
package struct PastNamesContext: Equatable, Sendable {
    /// A name that pointed there.
    package struct Name: Equatable, Sendable {
        package var name: String
        /// The aliases by way of which it did.
        package var aliases: [String]
        /// Milliseconds since 1970.
        package var first: Int
        package var last: Int
        package var count: Int
        /// Whether the certificate is for it.
        package var isOwn: Bool

        package init(name: String, aliases: [String], first: Int, last: Int, count: Int, isOwn: Bool) {
            self.name = name
            self.aliases = aliases
            self.first = first
            self.last = last
            self.count = count
            self.isOwn = isOwn
        }
    }

    /// Those that are told at most.
    package static let mostNames = 16

    /// The certificate's own first, then the latest.
    package var names: [Name] = []
    /// How many others pointed there, as far as they are counted.
    package var more = 0
    /// Where the certificate's names pointed that pointed elsewhere.
    package var addresses: [String] = []

    package init() {}

    /// Adds what another source knows.
    package mutating func add(_ other: PastNamesContext) {
        for name in other.names {
            if let place = names.firstIndex(where: { $0.name == name.name }) {
                names[place].first = min(names[place].first, name.first)
                names[place].last = max(names[place].last, name.last)
                names[place].count = max(names[place].count, name.count)
            } else {
                names.append(name)
            }
        }
        more += other.more
        for address in other.addresses where !addresses.contains(address) { addresses.append(address) }
        settle()
    }

    /// Puts the names into their order, and leaves out what is too much.
    package mutating func settle() {
        names.sort { ($0.isOwn ? 1 : 0, $0.last, $1.name) > ($1.isOwn ? 1 : 0, $1.last, $0.name) }
        more += max(0, names.count - Self.mostNames)
        names = Array(names.prefix(Self.mostNames))
        addresses = Array(addresses.prefix(Self.mostNames))
    }

    /// Where the certificate's names pointed.
    package enum Direction: String, CaseIterable, Sendable {
        /// One of them here, whether or not others did.
        case here
        case elsewhere
    }

    /// Nil where nothing is known of the certificate's names.
    package var points: Direction? {
        names.contains(where: \.isOwn) ? .here : addresses.isEmpty ? nil : .elsewhere
    }

    func append(to out: inout ByteBuffer) {
        guard self != PastNamesContext() else { return }
        out.object("passive_dns")
        if let points { out.member("points", points.rawValue) }
        if !names.isEmpty {
            out.array("names")
            for name in names {
                out.element()
                out.member("name", name.name)
                if !name.aliases.isEmpty { out.append("by_way_of", name.aliases) }
                out.member("first_seen", RFC3339.secondsText(name.first))
                out.member("last_seen", RFC3339.secondsText(name.last))
                out.member("count", name.count)
                out.member("of_certificate", name.isOwn)
                out.endObject()
            }
            out.endArray()
        }
        if more > 0 { out.member("more", more) }
        if !addresses.isEmpty { out.append("addresses", addresses) }
        out.endObject()
    }
}

/// Who knows which names pointed where: a corpus with passive DNS.
package protocol NameHistory: AnyObject {
    /// - Parameters:
    ///   - address: as text.
    ///   - names: of the certificate.
    func look(address: String, names: [String]) -> PastNamesContext?

    /// Why it could not answer, once it could not; nil while it could.
    var fault: String? { get }
}

extension ByteBuffer {
    fileprivate mutating func append(_ name: StaticString, _ values: [String]) {
        array(name)
        for value in values {
            comma()
            string(value)
        }
        endArray()
    }
}
