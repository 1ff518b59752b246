import Observations
package import Targets

/// What all loops of a scan share.
package struct ScanSetup: Sendable {
    package var options: ScanOptions
    package var feed: TargetFeed
    package var control: ScanControl
    /// The name of the scope in force.
    package var scopeName: String?
    let networks: PrefixLimiter?
    let pace: ScanPace?
    package let notices = ScanNotices()
    /// What discovery finds; nil when all targets are connected to.
    let found: FoundTargets?

    /// Where the loops pull from.
    var source: any TargetSource { found ?? feed }

    package init(options: ScanOptions, feed: TargetFeed, control: ScanControl, scopeName: String? = nil) {
        self.options = options
        self.feed = feed
        self.control = control
        self.scopeName = scopeName
        pace = options.rate > 0 ? ScanPace(rate: options.rate) : nil
        found = options.discovers ? FoundTargets() : nil
        networks = options.perNetwork > 0 ? PrefixLimiter(cap: options.perNetwork) : nil
    }
}
