import Foundation

/// How a fleet stands: its jobs by what is stored of them, its queue, its workers by their last words.
package struct FleetStatus {
    /// One job.
    package struct Job: Codable, Sendable {
        package var type = "job"
        package var job: String
        package var created: Int
        package var cancelled: Bool
        /// Shards from all vantage points together.
        package var shards: Int
        package var shardsDone: Int
        package var endpoints: UInt64
        package var endpointsDone: UInt64
        package var records: Int
        package var repeated: Int
        package var lost: Int
        /// Seconds until it is done at the workers' rate; nil when nobody works, when that is not known yet,
        /// or it is done.
        package var secondsLeft: Double?
        /// Whether somebody is there who does it, and whether all who are there refuse it.
        package var hasWorkers = false
        package var isRefused = false

        enum CodingKeys: String, CodingKey {
            case type, job, created, cancelled, shards, endpoints, records, repeated, lost
            case shardsDone = "shards_done"
            case endpointsDone = "endpoints_done"
            case secondsLeft = "seconds_left"
        }

        package var isDone: Bool { shardsDone >= shards }
    }

    /// One vantage point's part of the queue, or the records that wait for the collector.
    package struct Queue: Codable, Sendable {
        package var type = "queue"
        package var queue: String
        package var waiting: UInt64
        package var inFlight: UInt64
        package var redelivered: UInt64

        enum CodingKeys: String, CodingKey {
            case type, queue, waiting, redelivered
            case inFlight = "in_flight"
        }
    }

    /// One worker.
    package struct Worker: Codable, Sendable {
        package var type = "worker"
        package var worker: String
        package var vantage: String
        package var host: String
        package var version: String
        /// Seconds since its last word.
        package var silent: Int
        package var left: Bool
        package var shards: [String]
        package var shardsDone: UInt64
        package var records: UInt64
        package var recordsPerSecond: Double
        package var refused: [String: String]
        package var trouble: String?

        enum CodingKeys: String, CodingKey {
            case type, worker, vantage, host, version, silent, left, shards, records, refused, trouble
            case shardsDone = "shards_done"
            case recordsPerSecond = "records_per_second"
        }

        /// Whether it works, as far as one can tell.
        package var isThere: Bool { !left && silent < FleetStreams.lease }

        /// Whether a job has shards for its vantage point.
        func takes(_ job: FleetJob) -> Bool {
            job.vantages.contains(vantage) || job.vantages.contains(ShardPlace.anyVantage)
        }
    }

    package private(set) var jobs: [Job] = []
    package private(set) var queues: [Queue] = []
    package private(set) var workers: [Worker] = []

    /// Asks the broker.
    package init(_ broker: Broker) throws(FleetError) {
        let now = Int(Date().timeIntervalSince1970)
        let words = try Self.values(FleetStreams.workers, WorkerWord.self, on: broker)
        workers = words.map { word, time in
            Worker(
                worker: word.name,
                vantage: word.vantage,
                host: word.host,
                version: word.version,
                // By the broker's clock and ours, whatever the worker's says.
                silent: max(0, now - min(max(time, 0), now)),
                left: word.hasLeft,
                shards: word.shards,
                shardsDone: word.shardsDone,
                records: word.records,
                recordsPerSecond: word.rate,
                refused: word.refused,
                trouble: word.trouble
            )
        }
        let rate = workers.filter(\.isThere).reduce(0) { $0 + $1.recordsPerSecond }
        let progress = try Self.values(FleetStreams.progress, JobProgress.self, on: broker)
        let all = try JobBoard(on: broker).all()
        jobs = all.map { job, isCancelled in
            let done = Self.sum(progress.map(\.value), of: job)
            let views = job.vantages.count
            let there = workers.filter { $0.isThere && $0.takes(job) }
            let endpoints = job.endpoints.multipliedReportingOverflow(by: UInt64(views)).partialValue
            let endpointsDone = UInt64(clamping: done.endpoints)
            let left = endpoints > endpointsDone ? Double(endpoints - endpointsDone) : 0
            let isOpen = !isCancelled && done.shardsDone < Int(job.shards) * views
            var line = Job(
                job: job.id,
                created: job.created,
                cancelled: isCancelled,
                shards: Int(job.shards) * views,
                shardsDone: done.shardsDone,
                endpoints: endpoints,
                endpointsDone: endpointsDone,
                records: done.records,
                repeated: done.repeated,
                lost: done.lost,
                secondsLeft: isOpen && rate > 0 ? left / rate : nil
            )
            line.hasWorkers = there.contains { $0.refused[job.id] == nil }
            line.isRefused = !there.isEmpty && !line.hasWorkers
            return line
        }
        // Who can write there can write anything: no queue is asked for that nobody has.
        let sound = all.map(\.job).filter { $0.fault(now: $0.created) == nil }
        let vantages = Set(sound.flatMap(\.vantages) + [ShardPlace.anyVantage]).sorted()
        let consumers = vantages.map { (FleetStreams.workers(of: $0), FleetStreams.work) }
        for (name, stream) in consumers + [(FleetStreams.collector, FleetStreams.results)] {
            guard let state = try broker.state(ofConsumer: name, in: stream) else { continue }
            queues.append(
                Queue(
                    queue: name,
                    waiting: state.waiting,
                    inFlight: state.inFlight,
                    redelivered: state.redelivered
                )
            )
        }
    }

    /// What all collectors have of a job: each shard is in one folder.
    private static func sum(_ progress: [JobProgress], of job: FleetJob) -> JobProgress {
        var sum = JobProgress(job: job.id)
        for part in progress where part.job == job.id {
            sum.shardsDone = min(add(sum.shardsDone, part.shardsDone), Int(job.shards) * job.vantages.count)
            sum.endpoints = add(sum.endpoints, part.endpoints)
            sum.records = add(sum.records, part.records)
            sum.repeated = add(sum.repeated, part.repeated)
            sum.lost = add(sum.lost, part.lost)
        }
        return sum
    }

    private static func add(_ first: Int, _ second: Int) -> Int {
        let (sum, isTooLarge) = first.addingReportingOverflow(max(0, second))
        return isTooLarge ? .max : sum
    }

    /// What the keys of a bucket hold, and when it was written; what is none of ours is left out.
    private static func values<Value: Decodable>(
        _ name: String,
        _ type: Value.Type,
        on broker: Broker
    ) throws(FleetError) -> [(value: Value, time: Int)] {
        let bucket = try Bucket(name, on: broker)
        var values: [(Value, Int)] = []
        for key in try bucket.keys() {
            guard let entry = try bucket.value(of: key),
                let value = try? JSONDecoder().decode(type, from: Data(entry.bytes))
            else { continue }
            values.append((value, entry.time))
        }
        return values
    }
}
