/// How long to wait before a server is asked again that did not answer, or said to come later.
///
/// Waits double from half a second to a minute; each is drawn between a half and the whole of it, so that
/// many clients don't come back together. What the server itself asks for (`Retry-After`) counts, up to an
/// hour.
package struct FetchPatience: Sendable {
    /// Milliseconds.
    package static let firstWait: UInt64 = 500
    package static let longestWait: UInt64 = 60_000
    static let longestRequested: UInt64 = 3_600_000

    private var failures = 0

    package init() {}

    /// Begins anew after something went well.
    package mutating func reset() { failures = 0 }

    /// Milliseconds to wait after a failure.
    ///
    /// - Parameter retryAfter: what the server asks for, in seconds.
    package mutating func wait(retryAfter: Int? = nil) -> UInt64 {
        let doubled = min(Self.longestWait, Self.firstWait << UInt64(min(failures, 8)))
        failures = min(failures + 1, 1000)
        let own = UInt64.random(in: doubled / 2...doubled)
        guard let retryAfter, retryAfter > 0 else { return own }
        let asked = UInt64(min(retryAfter, Int(Self.longestRequested / 1000))) * 1000
        return max(own, asked)
    }

    /// Whether an answer says to come again: too many requests, or a server that is out of order.
    package static func isPassing(_ status: Int) -> Bool {
        status == 408 || status == 425 || status == 429 || (500...599).contains(status) && status != 501
    }
}
