/// What a worker says of itself every few seconds.
package struct WorkerWord: Codable, Sendable, Equatable {
    package var name: String
    package var vantage: String
    package var host: String
    package var version: String
    /// Seconds since 1970.
    package var started: Int
    package var time: Int
    /// What it is at: `JOB NUMBER`, one for each shard that it scans at once.
    package var shards: [String] = []
    package var shardsDone: UInt64 = 0
    package var records: UInt64 = 0
    /// Records a second since the word before.
    package var rate: Double = 0
    /// Jobs that it does not do, with its reason.
    package var refused: [String: String] = [:]
    /// What went wrong last.
    package var trouble: String?
    /// Whether it said goodbye.
    package var hasLeft = false

    enum CodingKeys: String, CodingKey {
        case name, vantage, host, version, started, time, shards, records, rate, refused, trouble
        case shardsDone = "shards_done"
        case hasLeft = "has_left"
    }

    package init(name: String, vantage: String, host: String, version: String, started: Int) {
        self.name = name
        self.vantage = vantage
        self.host = host
        self.version = version
        self.started = started
        time = started
    }
}
