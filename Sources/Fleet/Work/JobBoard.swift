import Foundation

/// The jobs of a fleet, as the broker keeps them.
package struct JobBoard: Sendable {
    private let bucket: Bucket
    private let broker: Broker

    package init(on broker: Broker) throws(FleetError) {
        bucket = try Bucket(FleetStreams.jobs, on: broker)
        self.broker = broker
    }

    private static let cancelled = ".cancelled"

    /// Puts a job up and its shards into the queue.
    ///
    /// - Parameter progress: is told how many shards are in the queue.
    package func submit(_ job: FleetJob, _ signed: SignedJob, progress: (Int) -> Void) throws(FleetError) {
        try bucket.put(signed.bytes, for: job.id)
        var count = 0
        for number in 1...max(1, job.shards) {
            for vantage in job.vantages {
                try offer(ShardPlace(job: job.id, vantage: vantage, number: number), again: 0)
                count += 1
                progress(count)
            }
        }
    }

    /// Puts a shard into the queue.
    ///
    /// - Parameter again: how often it was put there before.
    package func offer(_ place: ShardPlace, again: Int) throws(FleetError) {
        let name = "\(place.job)/\(place.vantage)/\(place.number)/\(again)"
        var tries = 0
        while true {
            do throws(FleetError) {
                try broker.publish([], to: place.workSubject, identifier: name)
                return
            } catch {
                tries += 1
                guard error.mayPass, tries < 24 else { throw error }
                usleep(250_000)
            }
        }
    }

    /// A job as somebody put it there; nil when there is none.
    package func job(_ id: String) throws(FleetError) -> SignedJob? {
        try bucket.value(of: id).map { SignedJob($0.bytes) }
    }

    package func isCancelled(_ id: String) throws(FleetError) -> Bool {
        try bucket.value(of: id + Self.cancelled) != nil
    }

    /// Takes a job back: nobody begins a shard of it any more, and who scans one stops.
    ///
    /// Its shards stay in the queue until workers meet them. JetStream can remove what waits under a
    /// subject, but then 2.9.10 no longer gives out what waits under others.
    package func cancel(_ job: FleetJob) throws(FleetError) {
        try bucket.put(Array("cancelled".utf8), for: job.id + Self.cancelled)
    }

    /// All jobs, those that are cancelled marked.
    package func all() throws(FleetError) -> [(job: FleetJob, isCancelled: Bool)] {
        let keys = try bucket.keys()
        let cancelled = Set(keys.filter { $0.hasSuffix(Self.cancelled) })
        var jobs: [(FleetJob, Bool)] = []
        for key in keys where !cancelled.contains(key) {
            // Whoever can write there can write anything; what is no job is nobody's job.
            guard let value = try bucket.value(of: key), let job = try? SignedJob(value.bytes).unchecked(),
                job.id == key
            else { continue }
            jobs.append((job, cancelled.contains(key + Self.cancelled)))
        }
        return jobs.sorted { ($0.0.created, $0.0.id) < ($1.0.created, $1.0.id) }
    }
}
