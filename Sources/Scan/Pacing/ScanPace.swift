/// The rate of a scan, which all its loops share.
struct ScanPace: Sendable {
    let connections: RateLimiter
    /// Names are looked up at the same rate: where they don't resolve, nothing else would hold it.
    let lookups: RateLimiter

    init(rate: Double) {
        connections = RateLimiter(rate: rate)
        lookups = RateLimiter(rate: rate)
    }
}
