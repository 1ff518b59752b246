import Foundation
import Metrics
import Scan
import Terminal

/// What a running scan tells Prometheus of itself (`--metrics`).
struct ScanMetrics {
    private let sink: MetricsSink
    private let start = Date()
    private var next: UInt64 = 0
    /// Whether it was said that they can't be written.
    private var isSaid = false

    /// - Parameter place: a file or an address; see `MetricsSink`.
    init(_ place: String) throws {
        sink = try MetricsSink(place)
        if let port = sink.port { Terminal.say("hallmark: metrics at port \(port), /metrics") }
    }

    /// Brings them up to date, if that is due.
    mutating func update(_ progress: ScanProgress, _ tally: () -> ScanTally) {
        guard progress.elapsed >= next else { return }
        next = progress.elapsed + sink.interval
        write(Self.text(progress, tally(), since: start, isDone: false))
    }

    /// The last words of a run, which a file keeps.
    mutating func end(_ progress: ScanProgress, _ tally: ScanTally) {
        write(Self.text(progress, tally, since: start, isDone: true))
    }

    /// A sweep goes on without its metrics; that they are lost is said once.
    private mutating func write(_ text: MetricsText) {
        do throws(MetricsError) {
            try sink.write(text)
        } catch {
            if !isSaid { Terminal.say("hallmark: metrics are lost: \(error)", .error) }
            isSaid = true
        }
    }

    static func text(_ progress: ScanProgress, _ tally: ScanTally, since start: Date, isDone: Bool)
        -> MetricsText
    {
        var text = MetricsText()
        func samples(_ counts: [String: UInt64], _ label: String) -> [(
            labels: [(name: String, value: String)], value: Double
        )] {
            counts.sorted { $0.key < $1.key }.map { ([(label, $0.key)], Double($0.value)) }
        }
        text.add(
            "hallmark_scan_start_time_seconds",
            .gauge,
            "When the scan began.",
            start.timeIntervalSince1970.rounded()
        )
        text.add("hallmark_scan_finished", .gauge, "Whether the scan has ended.", isDone ? 1 : 0)
        if let total = progress.total {
            text.add("hallmark_scan_endpoints", .gauge, "Endpoints in all.", Double(total))
        }
        text.add("hallmark_scan_endpoints_done_total", .counter, "Endpoints done.", Double(progress.done))
        text.add(
            "hallmark_scan_connections_open",
            .gauge,
            "Connections open now.",
            isDone ? 0 : Double(progress.open)
        )
        text.add(
            "hallmark_scan_endpoints_per_second",
            .gauge,
            "Endpoints a second since the start.",
            progress.rate
        )
        text.add(
            "hallmark_scan_records_total",
            .counter,
            "Records by outcome.",
            samples(tally.outcomes, "outcome")
        )
        text.add("hallmark_scan_errors_total", .counter, "Failures by reason.", samples(tally.errors, "code"))
        var labels: [String: UInt64] = [:]
        for counts in tally.leads.values { labels.merge(counts, uniquingKeysWith: +) }
        text.add("hallmark_scan_leads_total", .counter, "Leads by label.", samples(labels, "label"))
        text.add(
            "hallmark_scan_lost_here_total",
            .counter,
            "Endpoints not looked at, or not by every probe, because of this machine.",
            Double(tally.lostHere)
        )
        let usage = ScanSummary.usage
        text.add("process_cpu_seconds_total", .counter, "CPU seconds, user and system.", usage.cpu)
        if let resident = residentBytes {
            text.add("process_resident_memory_bytes", .gauge, "Resident memory.", Double(resident))
        }
        return text
    }

    /// Resident memory; nil where the system does not say.
    private static var residentBytes: Int? {
        // The second number is in pages.
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return pages.map { $0 * Int(getpagesize()) }
    }
}
