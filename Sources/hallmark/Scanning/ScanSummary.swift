import Foundation
import Glibc
import Scan
import Targets
import Terminal

/// What a run was and came to, so that it can be repeated and audited.
struct ScanSummary: Codable {
    var version = Hallmark.version
    var commandLine: [String]
    var scanID: String
    var start: Date
    var end: Date
    /// Targets in all; nil when standard input was not read to its end.
    var targets: UInt64?
    /// Records in all, those of the interrupted runs that this one went on from included.
    var records: UInt64
    /// Those of the interrupted runs.
    var recordsBefore: UInt64
    /// Targets that earlier runs of the same checkpoint had done, as far as this one has come to them.
    var resumed: UInt64
    // Of all runs, as the records are, down to the leads.
    var outcomes: [String: UInt64]
    var errors: [String: UInt64]
    var leads: [String: [String: UInt64]]
    /// The strongest leads; the records have them all.
    var leadEndpoints: [LeadPlace]
    /// How many leads somebody has dismissed, by software.
    var leadsDismissed: [String: UInt64]
    /// How many leads were found.
    var leadsFound: UInt64
    // Of this run alone, down to the bytes.
    var connections: UInt64
    /// SYNs that `--discover` sent.
    var synsSent: UInt64
    var bytesReceived: UInt64
    /// Handshakes of TLS 1.3 that our own code could not end, and libssl made again.
    var handshakesRepeated: UInt64
    var seed: UInt64
    var shard: String
    var scope: String?
    var interrupted: Bool
    /// Where the rules came from; nil in a run without rules.
    var signatures: SignaturesRead?
    /// Targets that could not be understood.
    var targetErrors: Int
    /// What was passed over of what this run's targets named.
    var leftOut: LeftOutCounts?
    /// Endpoints of all runs that were not looked at, or not by every probe, because of the machine.
    var lostHere: UInt64
    /// Endpoints of all runs that were looked at beyond their certificate, but not for every mark, and how
    /// many marks that were.
    var untestedEndpoints: UInt64
    var untestedMarks: UInt64
    var cpuSeconds: Double
    var peakRSS: Int

    enum CodingKeys: String, CodingKey {
        case version, start, end, targets, records, resumed, outcomes, errors, leads, connections, seed,
            shard, scope
        case interrupted, signatures
        case recordsBefore = "records_before"
        case leadEndpoints = "lead_endpoints"
        case leadsDismissed = "leads_dismissed"
        case leadsFound = "leads_found"
        case commandLine = "command_line"
        case scanID = "scan_id"
        case synsSent = "syns_sent"
        case bytesReceived = "bytes_received"
        case handshakesRepeated = "handshakes_repeated"
        case targetErrors = "target_errors"
        case leftOut = "left_out"
        case lostHere = "lost_here"
        case untestedEndpoints = "untested_endpoints"
        case untestedMarks = "untested_marks"
        case cpuSeconds = "cpu_seconds"
        case peakRSS = "peak_rss_kib"
    }

    /// CPU seconds of this process so far, and its largest memory in KiB.
    static var usage: (cpu: Double, peak: Int) {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return (seconds(usage.ru_utime) + seconds(usage.ru_stime), Int(usage.ru_maxrss))
    }

    /// Writes the summary as JSON.
    func write(to path: String) throws {
        try FileDraft.write(Array(json()) + [0x0a], to: path)
    }

    /// The summary as JSON.
    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return try encoder.encode(self)
    }

    /// The same for a person.
    var text: String {
        let seconds = end.timeIntervalSince(start)
        let made = records >= recordsBefore ? records - recordsBefore : 0
        let rate = seconds > 0 ? UInt64(Double(made) / seconds) : 0
        var lines = [
            (resumed > 0 ? "this run: " : "")
                + "\(counted(made, "endpoint")) in \(String(format: "%.1f", seconds)) s (\(number(rate))/s), "
                + (synsSent > 0 ? "\(counted(synsSent, "SYN")), " : "")
                + "\(counted(connections, "connection")); seed \(seed), shard \(shard)"
        ]
        if resumed > 0 {
            lines.append(
                "\(number(resumed)) more \(resumed == 1 ? "was done before, and is" : "were done before, and are") counted below"
            )
        }
        lines.append("certificates: \(number(outcomes["success"] ?? 0))")
        for (code, count) in errors.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            lines.append("  \(code): \(number(count))")
        }
        if leads.isEmpty {
            lines.append("leads: none")
        } else {
            lines.append("leads:")
            for (software, labels) in leads.sorted(by: { $0.key < $1.key }) {
                let parts = ["high", "medium", "low"].compactMap { label in
                    labels[label].map { "\(number($0)) \(label)" }
                }
                let dismissed = leadsDismissed[software].map { "; \(number($0)) dismissed" } ?? ""
                lines.append("  \(software): \(parts.joined(separator: ", "))\(dismissed)")
            }
            for place in leadEndpoints.prefix(Self.shownLeads) {
                let dismissal = place.dismissal.map { " (\($0))" } ?? ""
                lines.append(
                    "  \(place.endpoint) \(place.software) \(place.confidence) \(place.label)\(dismissal)"
                )
            }
            let shown = UInt64(min(leadEndpoints.count, Self.shownLeads))
            if leadsFound > shown {
                lines.append("  and \(counted(leadsFound - shown, "lead")) more: the records have them")
            }
        }
        if untestedEndpoints > 0 {
            lines.append(
                "marks not looked for: \(number(untestedMarks)) on \(counted(untestedEndpoints, "endpoint")) "
                    + "that were looked at further (hallmark.marks in the records)"
            )
        }
        if targetErrors > 0 {
            lines.append("targets that were not understood: \(number(UInt64(clamping: targetErrors)))")
        }
        if let signatures, signatures.unread > 0 {
            lines.append(counted(signatures.unread, "rule") + " could not be read")
        }
        return lines.joined(separator: "\n")
    }

    /// How many leads a person is shown; what is more, nobody reads on a terminal.
    private static let shownLeads = 20

    /// What is said of endpoints that were lost to this machine.
    static func lost(_ count: UInt64) -> String {
        "\(counted(count, "endpoint")) not looked at, or not by every probe, because of this machine (local_error); "
            + "scan them again"
    }

    private func number(_ value: UInt64) -> String { grouped(value) }
}
