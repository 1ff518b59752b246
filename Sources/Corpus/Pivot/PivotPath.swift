/// A way from a name to an address or back, by passive DNS, and what certificate stands at its end.
package struct PivotPath: Equatable, Sendable {
    package enum Direction: String, Sendable {
        /// From a name of the query to an address, and to what stood there.
        case toAddress
        /// From an address of the query to a name that pointed there, and to a certificate for it.
        case toName
    }

    /// A certificate at the end.
    package struct End: Equatable, Sendable {
        /// As `PivotResult.id`.
        package let id: String
        package let sha256: String
        package let subject: String
        /// Where and when it was seen; nil for one that was seen on no endpoint.
        package let place: PivotResult.Place?
        /// Whether it is one of those that the query names.
        package let isOwn: Bool
    }

    package let direction: Direction
    /// The name, and the aliases by way of which it led to the address; the last is the one that the address
    /// belonged to.
    package let names: [String]
    package let address: String
    /// When all of the names led there, in milliseconds since 1970.
    package let first: Int
    package let last: Int
    /// How often that was seen.
    package let count: Int
    /// Whether more names pointed there than one service has: to share the address says little then.
    package let isShared: Bool
    /// Nil where the corpus has seen no certificate there, or none for that name.
    package let end: End?
}

/// All ways that a pivot found, and which were not followed.
package struct PivotPaths: Equatable, Sendable {
    package var paths: [PivotPath] = []
    /// Addresses to which too many names pointed to follow them.
    package var busy: [String] = []
    /// Whether there were more than are told.
    package var isCut = false

    /// Whether they lead to anything besides the query's own certificates.
    package var leadOn: Bool { paths.contains { $0.end?.isOwn != true } }
}
