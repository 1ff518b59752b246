import Targets

/// Where loops pull their targets from: the feed itself, or what discovery has found in it.
protocol TargetSource: Sendable {
    /// Appends up to `count` targets.
    func pull(_ count: Int, into targets: inout [Target]) -> TargetFeed.Pull
}

extension TargetFeed: TargetSource {}
