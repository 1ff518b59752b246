/// What a collector holds results against: what their job can come to.
struct JobFacts: Equatable, Sendable {
    var shards: UInt32
    var endpoints: UInt64
    var vantages: [String]

    /// Of a job in order; nil for another one.
    init?(_ job: FleetJob) {
        guard job.fault(now: job.created) == nil else { return nil }
        self.init(shards: job.shards, endpoints: job.endpoints, vantages: job.vantages)
    }

    init(shards: UInt32, endpoints: UInt64, vantages: [String]) {
        (self.shards, self.endpoints, self.vantages) = (shards, endpoints, vantages)
    }

    /// Whether a shard is one of the job's.
    func has(_ place: ShardPlace) -> Bool { place.number <= shards && vantages.contains(place.vantage) }

    /// The endpoints of a shard: its number - 1 and every so many-th after it.
    func share(_ number: UInt32) -> UInt64 {
        let first = UInt64(number - 1)
        return endpoints > first ? (endpoints - first - 1) / UInt64(shards) + 1 : 0
    }

    /// The shards from all vantage points together.
    var total: Int { Int(shards) * vantages.count }
}

/// Why a message in the queue of results, or a line of one, is nobody's, or does not count as it stands.
package enum RefusedResult: String, CaseIterable, Sendable {
    case noResult = "that are no results"
    case noJob = "of jobs that nobody has submitted"
    case noShard = "of shards or vantage points that their job has not"
    case tooManyScans = "of one shard more than a hundred times anew"
    case tooManyLost = "that say more endpoints are lost than their shard has"
    /// Of a line.
    case noRecord = "that are no records of endpoints"

    /// What is refused.
    package var noun: String { self == .noRecord ? "line" : "message" }
}
