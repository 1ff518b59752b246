import Foundation

/// What a collector does beside taking records: it says how far jobs are, and puts shards that got lost into
/// the queue again.
///
/// A broker that was killed can forget that it had given a shard out. Nobody is given that shard any more,
/// and the queue does not tell. So whether a job is done is judged by what is stored alone; when nobody
/// works on a job that is not done, what is missing is put into the queue again. What another collector has
/// stored in its folder is not missing: each says in the broker's store which shards it has.
package final class FleetWatch {
    private let broker: Broker
    private let board: JobBoard
    private let stored: StoredShards
    private var quiet: ContinuousClock.Instant?
    /// Jobs that were at the broker.
    package private(set) var seen: Set<String>

    /// How long nobody works before shards are put into the queue again.
    private static let patience = Duration.seconds(2 * FleetStreams.lease)

    /// - Parameters:
    ///   - place: where the collector's folder is.
    ///   - wantsAll: whether what is stored elsewhere is scanned again into this folder.
    ///   - seen: jobs that were at the broker before.
    package init(on broker: Broker, place: String, wantsAll: Bool, seen: Set<String>) throws(FleetError) {
        self.broker = broker
        self.seen = seen
        board = try JobBoard(on: broker)
        stored = StoredShards(try Bucket(FleetStreams.progress, on: broker), place: place, wantsAll: wantsAll)
    }

    /// How the fleet stands, for the collector.
    package struct Round {
        /// Whether there is a job at all.
        package var hasJobs = false
        /// Whether there are jobs, and all that are not cancelled are done.
        package var isComplete = false
        /// Shards that were put into the queue again.
        package var again = 0
        /// Jobs of which shards are stored in folders of other collectors.
        package var elsewhere: [Elsewhere] = []
        /// Jobs that are not done and at the broker no more, though they were.
        package var gone: [String] = []
    }

    /// What other collectors have of a job that is not here.
    package struct Elsewhere: Sendable, Equatable {
        package let job: String
        package internal(set) var shards: Int
        package internal(set) var places: Set<String>
    }

    /// A job as somebody has submitted it; nil for a name that is no job's.
    package func job(_ id: String) throws(FleetError) -> FleetJob? {
        guard let signed = try board.job(id), let job = try? signed.unchecked(), job.id == id else {
            return nil
        }
        return job
    }

    /// Says how far each job is, and looks after those that are not done.
    package func look(_ collector: Collector) throws -> Round {
        var round = Round()
        let jobs = try board.all()
        round.hasJobs = !jobs.isEmpty
        round.gone = try gone(jobs.map(\.job.id), collector)
        let others = try stored.begin(collector)
        var missing: [ShardPlace] = []
        for (job, isCancelled) in jobs where job.fault(now: job.created) == nil {
            for vantage in job.vantages {
                let done = try collector.done(job, vantage)
                try stored.say(done, job.id, vantage, collector)
                guard !isCancelled, done.count < Int(job.shards) else { continue }
                let (map, places) = try stored.others(job.id, vantage, among: others, than: collector)
                let elsewhere =
                    map.bytes.isEmpty ? 0 : (1...job.shards).count { map.contains($0) && !done.contains($0) }
                if elsewhere > 0 { round.add(job.id, elsewhere, places) }
                missing += (1...job.shards).lazy.filter { !done.contains($0) && !map.contains($0) }
                    .prefix(10_000)
                    .map { ShardPlace(job: job.id, vantage: vantage, number: $0) }
            }
        }
        round.isComplete = !jobs.isEmpty && missing.isEmpty
        guard !missing.isEmpty, try isQuiet(Set(missing.map(\.vantage))) else {
            quiet = nil
            return round
        }
        let since = quiet ?? .now
        quiet = since
        guard stored.hasTakenOver || .now - since > Self.patience else { return round }
        for place in missing { try board.offer(place, again: Int(Date().timeIntervalSince1970)) }
        round.again = missing.count
        quiet = nil
        return round
    }

    /// Jobs that are not done and at the broker no more, though they were.
    private func gone(_ jobs: [String], _ collector: Collector) throws -> [String] {
        seen.formUnion(jobs)
        let lost = seen.subtracting(jobs)
        guard !lost.isEmpty else { return [] }
        let done = Dictionary(
            try collector.progress().map { ($0.job, $0.shardsDone) },
            uniquingKeysWith: max
        )
        return lost.filter { job in done[job, default: 0] < collector.total(job) ?? 1 }.sorted()
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

extension FleetWatch.Round {
    fileprivate mutating func add(_ job: String, _ shards: Int, _ places: Set<String>) {
        if let index = elsewhere.firstIndex(where: { $0.job == job }) {
            elsewhere[index].shards += shards
            elsewhere[index].places.formUnion(places)
        } else {
            elsewhere.append(FleetWatch.Elsewhere(job: job, shards: shards, places: places))
        }
    }
}
