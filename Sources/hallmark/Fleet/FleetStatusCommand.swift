import ArgumentParser
import Fleet
import Metrics
import Terminal

extension FleetCommand {
    /// `hallmark fleet status`: how jobs, queue and workers stand.
    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Say how far jobs are, what waits, and what workers said last.",
            discussion: """
                A job is done when its records are stored, whatever the queue says.

                Examples:
                  hallmark fleet status
                  hallmark fleet status --format ndjson | jq 'select(.type == "job")'
                  hallmark fleet status --format prometheus > /var/lib/node_exporter/hallmark.prom
                """
        )

        enum Format: String, CaseIterable, ExpressibleByArgument { case table, ndjson, prometheus }

        @OptionGroup(title: "Broker") var broker: BrokerArguments

        @Option(help: "How it is written: table for people, ndjson for programs, prometheus for Prometheus.")
        var format = Format.table

        func run() throws {
            let status = try FleetStatus(try broker.connect(.watch))
            let output = StandardOutput()
            switch format {
            case .table: try Self.table(status, output)
            case .ndjson:
                for job in status.jobs { try output.json(job) }
                for queue in status.queues { try output.json(queue) }
                for worker in status.workers { try output.json(worker) }
            case .prometheus: try output.write(Self.metrics(status))
            }
            try output.flush()
        }

        private static func table(_ status: FleetStatus, _ output: StandardOutput) throws {
            guard !status.jobs.isEmpty else { return try output.line("There are no jobs.") }
            var rows = [["job", "shards", "endpoints", "records", "again", "lost", "left"]]
            for job in status.jobs {
                rows.append([
                    job.job, "\(number(job.shardsDone))/\(number(job.shards))",
                    "\(grouped(job.endpointsDone))/\(grouped(job.endpoints))", number(job.records),
                    number(job.repeated),
                    number(job.lost), left(job),
                ])
            }
            try output.table(rows)
            try output.line("")
            rows = [["queue", "waiting", "in flight", "redelivered"]]
            for queue in status.queues {
                rows.append([
                    queue.queue, grouped(queue.waiting), grouped(queue.inFlight), grouped(queue.redelivered),
                ])
            }
            try output.table(rows)
            guard !status.workers.isEmpty else { return }
            try output.line("")
            rows = [["worker", "vantage", "last word", "records/s", "shards done", "at"]]
            for worker in status.workers {
                let word = worker.left ? "left" : "\(worker.silent) s ago"
                let troubles = worker.refused.sorted { $0.key < $1.key }.map {
                    "refuses \($0.key): \($0.value)"
                }
                let now = (worker.shards + troubles + [worker.trouble].compactMap { $0 }).joined(
                    separator: "; "
                )
                rows.append([
                    worker.worker, worker.vantage, word,
                    grouped(UInt64(max(0, min(worker.recordsPerSecond, 1e12)))),
                    grouped(worker.shardsDone), now,
                ])
            }
            try output.table(rows)
        }

        /// How long a job takes still, or why that is not known.
        static func left(_ job: FleetStatus.Job) -> String {
            if job.cancelled { return "cancelled" }
            if job.isDone { return "done" }
            if job.isRefused { return "refused" }
            guard job.hasWorkers else { return "nobody works" }
            return job.secondsLeft.map(duration) ?? "not known yet"
        }

        private static func number(_ value: Int) -> String { grouped(UInt64(clamping: value)) }

        private static func duration(_ seconds: Double) -> String {
            let whole = Int(max(0, min(seconds, 1e9)))
            return whole < 120 ? "\(whole) s" : whole < 7200 ? "\(whole / 60) min" : "\(whole / 3600) h"
        }

        private static func metrics(_ status: FleetStatus) -> String {
            var text = MetricsText()
            func jobs(_ name: String, _ help: String, _ value: (FleetStatus.Job) -> Double) {
                text.add(name, .gauge, help, status.jobs.map { ([("job", $0.job)], value($0)) })
            }
            jobs("hallmark_fleet_shards", "Shards of a job.") { Double($0.shards) }
            jobs("hallmark_fleet_shards_done", "Shards whose records are stored.") { Double($0.shardsDone) }
            jobs("hallmark_fleet_endpoints", "Endpoints of a job.") { Double($0.endpoints) }
            jobs("hallmark_fleet_endpoints_done", "Endpoints of shards that are done.") {
                Double($0.endpointsDone)
            }
            jobs("hallmark_fleet_records", "Records that are stored.") { Double($0.records) }
            jobs("hallmark_fleet_records_repeated", "Records that came again and were not stored.") {
                Double($0.repeated)
            }
            jobs("hallmark_fleet_endpoints_lost", "Endpoints that a worker's machine could not look at.") {
                Double($0.lost)
            }
            func queues(_ name: String, _ help: String, _ value: (FleetStatus.Queue) -> UInt64) {
                text.add(name, .gauge, help, status.queues.map { ([("queue", $0.queue)], Double(value($0))) })
            }
            queues("hallmark_fleet_queue_waiting", "Messages that nobody was given yet.") { $0.waiting }
            queues("hallmark_fleet_queue_in_flight", "Messages that somebody is at.") { $0.inFlight }
            queues("hallmark_fleet_queue_redelivered", "Messages that were given out again.") {
                $0.redelivered
            }
            func workers(_ name: String, _ help: String, _ value: (FleetStatus.Worker) -> Double) {
                text.add(
                    name,
                    .gauge,
                    help,
                    status.workers.map { ([("worker", $0.worker), ("vantage", $0.vantage)], value($0)) }
                )
            }
            workers("hallmark_fleet_worker_silent_seconds", "Seconds since a worker's last word.") {
                Double($0.silent)
            }
            workers("hallmark_fleet_worker_records_per_second", "Records a second of a worker.") {
                $0.recordsPerSecond
            }
            workers("hallmark_fleet_worker_refused_jobs", "Jobs that a worker does not do.") {
                Double($0.refused.count)
            }
            return text.text
        }
    }

    /// `hallmark fleet cancel`: takes a job back.
    struct Cancel: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "cancel",
            abstract: "Take a job back: nobody begins a shard of it, and who scans one stops within seconds.",
            discussion: """
                What is stored stays stored.

                Example:
                  hallmark fleet cancel 0f3a9c5e7b1d2468
                """
        )

        @OptionGroup(title: "Broker") var broker: BrokerArguments

        @Argument(help: "The job's name, as submit printed it.")
        var job: String

        func run() throws {
            let board = try JobBoard(on: try broker.connect(.submit))
            guard ShardPlace.isName(job), let signed = try board.job(job) else {
                throw FleetError(
                    "hallmark: there is no job \(job.prefix(64)): hallmark fleet status lists them"
                )
            }
            try board.cancel(try signed.unchecked())
        }
    }
}
