import Foundation

/// What a collector does beside taking records: it says how far jobs are, and puts shards that got lost into
/// the queue again.
///
/// A broker that was killed can forget that it had given a shard out. Nobody is given that shard any more,
/// and the queue does not tell. So whether a job is done is judged by what is stored alone; when nobody
/// works on a job that is not done, what is missing is put into the queue again.
package final class FleetWatch {
    private let broker: Broker
    private let board: JobBoard
    private let bucket: Bucket
    private var said: [String: JobProgress] = [:]
    private var quiet: ContinuousClock.Instant?

    /// How long nobody works before shards are put into the queue again.
    private static let patience = Duration.seconds(2 * FleetStreams.lease)

    package init(on broker: Broker) throws(FleetError) {
        self.broker = broker
        board = try JobBoard(on: broker)
        bucket = try Bucket(FleetStreams.progress, on: broker)
    }

    /// How the fleet stands, for the collector.
    package struct Round {
        /// Whether there is a job at all.
        package var hasJobs = false
        /// Whether there are jobs, and all that are not cancelled are done.
        package var isComplete = false
        /// Shards that were put into the queue again.
        package var again = 0
    }

    /// Says how far each job is, and looks after those that are not done.
    package func look(_ collector: Collector) throws -> Round {
        for var progress in try collector.progress() where said[progress.job] != progress {
            said[progress.job] = progress
            progress.time = Int(Date().timeIntervalSince1970)
            try bucket.put(Array(try JSONEncoder().encode(progress)), for: progress.job)
        }
        var round = Round()
        let jobs = try board.all()
        var missing: [ShardPlace] = []
        for (job, isCancelled) in jobs where !isCancelled && job.fault(now: job.created) == nil {
            for vantage in job.vantages {
                let done = try collector.done(job, vantage)
                guard done.count < Int(job.shards) else { continue }
                missing += (1...job.shards).lazy.filter { !done.contains($0) }.prefix(10_000).map {
                    ShardPlace(job: job.id, vantage: vantage, number: $0)
                }
            }
        }
        round.hasJobs = !jobs.isEmpty
        round.isComplete = !jobs.isEmpty && missing.isEmpty
        guard !missing.isEmpty, try isQuiet(Set(missing.map(\.vantage))) else {
            quiet = nil
            return round
        }
        let since = quiet ?? .now
        quiet = since
        guard .now - since > Self.patience else { return round }
        for place in missing { try board.offer(place, again: Int(Date().timeIntervalSince1970)) }
        round.again = missing.count
        quiet = nil
        return round
    }

    /// Whether nothing waits and nobody works.
    private func isQuiet(_ vantages: Set<String>) throws(FleetError) -> Bool {
        guard let results = try broker.state(ofConsumer: FleetStreams.collector, in: FleetStreams.results),
            results.waiting == 0, results.inFlight == 0
        else { return false }
        for vantage in vantages {
            let name = FleetStreams.workers(of: vantage)
            if let work = try broker.state(ofConsumer: name, in: FleetStreams.work),
                work.waiting > 0 || work.inFlight > 0
            {
                return false
            }
        }
        return true
    }
}
