internal import CNATS

/// The names of a fleet's streams, subjects, consumers and buckets, and how they are made.
package enum FleetStreams {
    /// Shards that wait for a worker: `hallmark.work.VANTAGE.JOB.NUMBER`.
    package static let work = "HALLMARK_WORK"
    /// What workers found: `hallmark.results.VANTAGE.JOB.NUMBER`.
    package static let results = "HALLMARK_RESULTS"
    /// Signed jobs by their names, and `NAME.cancelled`.
    package static let jobs = "HALLMARK_JOBS"
    /// How far each job is, by the collector.
    package static let progress = "HALLMARK_PROGRESS"
    /// The last word of each worker.
    package static let workers = "HALLMARK_WORKERS"
    /// Who holds which slice of a job's rate.
    package static let slices = "HALLMARK_SLICES"

    /// The consumer of all who collect.
    package static let collector = "collect"

    /// The consumer of the workers of a vantage point.
    package static func workers(of vantage: String) -> String { "work-\(vantage)" }

    package static func workSubject(_ vantage: String) -> String { "hallmark.work.\(vantage).>" }
    package static let resultSubject = "hallmark.results.>"

    /// Seconds without a word after which a shard is given to somebody else.
    package static let lease = 30
    /// Seconds after which a slice of the rate is free that its holder has not renewed.
    package static let sliceLease = 30

    /// Makes what is not there yet; what is there stays as it is.
    ///
    /// - Parameters:
    ///   - vantages: vantage points whose shards will be submitted.
    ///   - lease: seconds without a word after which a shard is given to somebody else.
    ///   - resultBytes: bytes of results that may wait for the collector; when they do, workers wait, too.
    package static func make(
        on broker: Broker,
        vantages: [String] = [ShardPlace.anyVantage],
        resultBytes: Int64 = 8 << 30,
        lease: Int = lease
    ) throws(FleetError) {
        // A message that is sent again because its answer was lost comes within seconds.
        let window: Int64 = 600_000_000_000
        for (name, subject, bytes) in [
            (work, "hallmark.work.>", Int64(1) << 30), (results, resultSubject, resultBytes),
        ] {
            var code = jsErrCode(0)
            let status = cNats_addStream(broker.context, name, subject, bytes, 0, window, &code)
            guard status == NATS_OK else {
                throw FleetError("the stream \(name) cannot be made", status, code, refusal: broker.refusal)
            }
        }
        for vantage in vantages {
            try makeConsumer(
                workers(of: vantage),
                work,
                workSubject(vantage),
                pending: 100_000,
                lease,
                on: broker
            )
        }
        try makeConsumer(collector, results, resultSubject, pending: 4096, lease, on: broker)
        for name in buckets.keys.sorted() { _ = try Bucket(name, on: broker) }
    }

    /// The buckets, each with the age in seconds at which a value is forgotten, or nil for never.
    ///
    /// Whoever comes first makes them: submitters, collectors and workers may begin at once.
    static let buckets: [String: Int?] = [
        jobs: nil, progress: nil, workers: 7 * 86_400, slices: sliceLease,
    ]

    private static func makeConsumer(
        _ name: String,
        _ stream: String,
        _ subject: String,
        pending: Int64,
        _ lease: Int,
        on broker: Broker
    ) throws(FleetError) {
        if try broker.state(ofConsumer: name, in: stream) != nil { return }
        var code = jsErrCode(0)
        let wait = Int64(lease) * 1_000_000_000
        let status = cNats_addConsumer(broker.context, stream, name, subject, wait, pending, &code)
        // Somebody else may have made it meanwhile, with another lease.
        if status != NATS_OK, try broker.state(ofConsumer: name, in: stream) != nil { return }
        guard status == NATS_OK else {
            throw FleetError("the consumer \(name) cannot be made", status, code, refusal: broker.refusal)
        }
    }
}
