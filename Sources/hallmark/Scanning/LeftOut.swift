import Targets
import Terminal

/// What a run does not scan of what its targets name, for a person.
struct LeftOut {
    let counts: TargetPlan.Counts
    /// How many lines or arguments were not understood.
    let unread: Int

    /// Says what ranges and lists hold that is passed over.
    func say() {
        if counts.special > 0 {
            Terminal.say("hallmark: passed over in ranges (--include-special scans them):", .warning)
            for line in counts.passedOverLines { Terminal.say("hallmark:   \(line)", .warning) }
        }
        if counts.closed > 0 {
            Terminal.say("hallmark: passed over: \(Self.closed(counts.closed))", .warning)
        }
        if let remark = counts.columnNameRemark { Terminal.say("hallmark: passed over: \(remark)", .warning) }
    }

    /// Why nothing is left to be looked at.
    var reasons: String {
        var reasons: [String] = []
        if counts.excluded > 0 { reasons.append("excluded: \(counted(counts.excluded, "endpoint"))") }
        if counts.special > 0 {
            reasons.append(
                "of a special purpose (--include-special): "
                    + counts.passedOverLines.joined(separator: ", ")
            )
        }
        if counts.closed > 0 { reasons.append(Self.closed(counts.closed)) }
        if let remark = counts.columnNameRemark { reasons.append(remark) }
        if unread > 0 { reasons.append("what could not be understood: \(counted(unread, "line"))") }
        return reasons.isEmpty ? "no target is named" : reasons.joined(separator: "; ")
    }

    private static func closed(_ count: Int) -> String {
        "\(counted(count, "line")) of other scanners' lists without an open TCP port"
    }
}

/// The same, counted for a summary.
struct LeftOutCounts: Codable {
    /// Endpoints that the exclusions took away.
    var excluded: UInt64
    /// Endpoints inside ranges that have a special purpose.
    var special: UInt64
    /// Lines of other scanners' lists without an open TCP port.
    var closedLines: Int
    /// Lines of one word that is the name of a column, and may be a host's to whoever wrote it.
    var columnNames: Int

    enum CodingKeys: String, CodingKey {
        case excluded, special
        case closedLines = "closed_lines"
        case columnNames = "column_names"
    }

    init(_ counts: TargetPlan.Counts) {
        excluded = UInt64(clamping: counts.excluded)
        special = UInt64(clamping: counts.special)
        (closedLines, columnNames) = (counts.closed, counts.columnNames)
    }
}
