/// How far a job is, by what a collector has stored.
package struct JobProgress: Codable, Sendable, Equatable {
    package var job: String
    package var shardsDone: Int
    /// Endpoints of the shards that are done.
    package var endpoints: Int
    /// Records that are stored, and records that came again and were not.
    package var records: Int
    package var repeated: Int
    /// Endpoints that a worker's machine could not look at, or not by every probe.
    package var lost: Int
    /// Seconds since 1970.
    package var time = 0
    /// Whose folder holds it, and where that is.
    package var collector = ""
    package var place = ""

    enum CodingKeys: String, CodingKey {
        case job, endpoints, records, repeated, lost, time, collector, place
        case shardsDone = "shards_done"
    }

    package init(
        job: String,
        shardsDone: Int = 0,
        endpoints: Int = 0,
        records: Int = 0,
        repeated: Int = 0,
        lost: Int = 0
    ) {
        self.job = job
        self.shardsDone = shardsDone
        self.endpoints = endpoints
        self.records = records
        self.repeated = repeated
        self.lost = lost
    }

    /// The key of the bucket that it stands under: each collector has its own.
    var key: String { "\(job).\(collector)" }
}
