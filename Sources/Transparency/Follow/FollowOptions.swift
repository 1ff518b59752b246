/// How logs are read.
package struct FollowOptions: Sendable {
    package enum Start: Equatable, Sendable {
        /// What is logged from now on.
        case now
        case beginning
        /// From an entry on.
        case at(UInt64)
    }

    package var start = Start.now
    /// Whether to stop when all is read that the first head covers.
    package var untilHead = false
    /// Stop before this entry.
    package var end: UInt64?
    /// Milliseconds between two looks at a log's head.
    package var pollInterval: UInt64 = 60_000
    /// Milliseconds that a tile may stay partial before it is fetched as it is.
    package var partialPatience: UInt64 = 300_000
    /// Milliseconds before a log is tried again whose root was false.
    package var retryAfterFault: UInt64 = 300_000
    /// Entries that are asked for at a time; a log gives as many as it likes.
    package var batch = 1000
    /// Requests to one log at a time.
    package var window = 4
    /// Requests a second to one log at most.
    package var rate = 10.0
    /// Bytes of an answer with entries at most; where it is more, fewer are asked for.
    package var mostBytes = 32 << 20

    package init() {}
}
