/// Where the reading of a log stands, so that another run can go on.
package struct LogState: Codable, Equatable, Sendable {
    package var logID: TreeHash
    package var url: String
    /// All entries that were read, those among it that no head has covered yet.
    package var tree = CollapsedTree()
    /// The last head of which the root was rebuilt, and the tree at that size.
    package var head: TreeHead?
    package var verified = CollapsedTree()
    /// Entries before this one were handed out: they are not again, whatever is read again.
    package var handedOut: UInt64 = 0
    /// The largest head that the log has signed, reached or not; nil in states of earlier versions.
    package var seen: TreeHead?
    /// Where reading began, or is to begin once it is settled; nil in states of earlier versions.
    package var start: UInt64?
    /// Whether it is settled where reading began.
    package var hasBegun = false

    package init(logID: TreeHash, url: String) {
        (self.logID, self.url) = (logID, url)
    }
}
