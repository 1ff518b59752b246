import Observations
import Terminal
import Transparency

/// What a watch came to.
struct WatchCounts {
    var logs = 0
    var entries = 0
    var records = 0
    /// Entries of kinds that are not known.
    var passed = 0
    /// Certificates that were met before, as a precertificate or in another log.
    var again = 0
    var unreadable = 0
    /// Certificates of which not all names can be read.
    var partly = 0
    var misbehaviours = 0
    var leads = 0
    /// Certificates for which a rule holds that makes no lead.
    var matches = 0
    /// Logs that were not read to their heads.
    var unfinished = 0
    var findings: [WatchFinding.Name: Int] = [:]
    var worst: Severity?
    var hasFailed = false
    private var saved: (entries: UInt64, met: Int, heads: [UInt64], starts: [UInt64]) = (.max, -1, [], [])

    mutating func add(_ found: [WatchFinding], _ verdict: LoggedRecord.Verdict) {
        for finding in found {
            findings[finding.name, default: 0] += 1
            worst = max(worst ?? .info, finding.severity)
        }
        if verdict.lead != nil { leads += 1 } else if verdict.isMatched { matches += 1 }
    }

    /// Whether a state says something that the last one did not.
    mutating func hasChanged(_ state: WatchState) -> Bool {
        let now = (
            state.logs.reduce(UInt64(0)) { $0 &+ $1.handedOut &+ $1.tree.size }, state.met,
            state.logs.map { $0.head?.time ?? 0 }, state.logs.map { $0.start ?? .max }
        )
        defer { saved = now }
        return now != saved
    }

    func progress(_ progress: (read: UInt64, known: UInt64)) -> String {
        "\(counted(entries, "entry", plural: "entries")), \(grouped(progress.known - min(progress.known, progress.read))) left, "
            + counted(records, "record")
    }

    var report: String {
        var lines = [
            "\(counted(logs, "log")), \(counted(entries, "entry", plural: "entries")): "
                + counted(records, "record")
                + (again > 0 ? ", \(grouped(UInt64(again))) met before" : "")
                + (passed > 0 ? ", \(grouped(UInt64(passed))) of unknown kinds" : "")
                + (unreadable > 0 ? ", \(grouped(UInt64(unreadable))) unreadable" : "")
                + (partly > 0 ? ", \(grouped(UInt64(partly))) with names that can't be read" : "")
        ]
        for name in WatchFinding.Name.allCases {
            if let count = findings[name] { lines.append("  \(name.rawValue): \(grouped(UInt64(count)))") }
        }
        if leads > 0 { lines.append("  with a lead: \(grouped(UInt64(leads)))") }
        if matches > 0 { lines.append("  with a rule that holds, and no lead: \(grouped(UInt64(matches)))") }
        if misbehaviours > 0 { lines.append("  misbehaviour of logs: \(misbehaviours)") }
        if unfinished > 0 {
            lines.append("  never answered, or not read to the head: \(counted(unfinished, "log"))")
        }
        return lines.joined(separator: "\n")
    }
}
