package import Bytes
package import Wire

/// What the maker of a record knows of it, so that the record need not be read again to look around it.
package struct ContextSubject: Sendable {
    package let address: IPAddress?
    /// Milliseconds since 1970.
    package let time: Int
    /// SHA-256 of the certificate; nil for a record without one.
    package let leaf: Digest256?
    /// Whether an OCSP answer came with the certificate, which no two endpoints need to share.
    package let hasStaple: Bool

    package init(address: IPAddress?, time: Int, leaf: Digest256?, hasStaple: Bool) {
        self.address = address
        self.time = time
        self.leaf = leaf
        self.hasStaple = hasStaple
    }
}

/// What records said of certificates that were shown before: what is looked up by the certificate alone.
struct KnownLeaves {
    struct Leaf {
        let facts: RecordFacts
        /// What is said of it where no staple came.
        let revocation: RevocationContext?
    }

    private var leaves: [Digest256: Leaf] = [:]

    private static let capacity = 4096
    /// Of certificates with more bytes of names the record is read each time, so that all of them together
    /// stay within some tens of megabytes.
    private static let mostBytes = 4096

    subscript(digest: Digest256) -> Leaf? { leaves[digest] }

    mutating func remember(_ digest: Digest256, _ facts: RecordFacts, _ revocation: RevocationContext?) {
        guard facts.names.reduce(0, { $0 + $1.utf8.count + 16 }) <= Self.mostBytes else { return }
        if leaves.count >= Self.capacity { leaves.removeAll(keepingCapacity: true) }
        leaves[digest] = Leaf(facts: facts, revocation: revocation)
    }
}
