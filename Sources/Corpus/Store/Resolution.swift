/// That a name led to an address or to another name, for a time: what passive DNS tells, and a corpus keeps.
package struct Resolution: Equatable, Sendable {
    /// Numbers of DNS record types (RFC 1035, section 3.2.2; RFC 3596, section 2.1).
    package enum Kind: Int, Sendable {
        case a = 1
        case cname = 5
        case aaaa = 28
    }

    /// In lower case, without the dot at its end.
    package let name: String
    package let kind: Kind
    /// An address, or the name that an alias stands for.
    package let target: String
    /// Milliseconds since 1970.
    package var first: Int
    package var last: Int
    /// How often it was seen, as far as that is known.
    package var count: Int

    package init(name: String, kind: Kind, target: String, first: Int, last: Int, count: Int) {
        self.name = name
        self.kind = kind
        self.target = target
        self.first = first
        self.last = last
        self.count = min(max(count, 1), SeenPeriod.mostCounted)
    }

    /// As the table has it.
    var key: Key { Key(name: name, kind: kind, target: target) }

    struct Key: Hashable {
        let name: String
        let kind: Kind
        let target: String
    }

    /// Puts two of one name and target together.
    ///
    /// What tells of another time tells of more; what tells of the same time may tell of the same again, as
    /// a log does that has grown and is read once more.
    mutating func merge(_ other: Resolution) {
        let isApart = other.first > last || other.last < first
        count = min(isApart ? count + other.count : max(count, other.count), SeenPeriod.mostCounted)
        first = min(first, other.first)
        last = max(last, other.last)
    }
}
