import Observations
import Signatures

extension ScanTally {
    /// A key in a checkpoint's `counts` is `records`, `lost_here`, `untested.endpoints`, `untested.marks`,
    /// `outcome.CODE`, `error.CODE` or `lead.LABEL.SOFTWARE`.
    private static let (outcome, error, lead) = ("outcome", "error", "lead")

    /// What a checkpoint keeps of it.
    var counts: [String: UInt64] {
        var counts = ["records": records]
        if lostHere > 0 { counts["lost_here"] = lostHere }
        if untested.endpoints > 0 {
            counts["untested.endpoints"] = untested.endpoints
            counts["untested.marks"] = untested.marks
        }
        for (code, count) in outcomes { counts["\(Self.outcome).\(code)"] = count }
        for (code, count) in errors { counts["\(Self.error).\(code)"] = count }
        for (software, labels) in leads {
            for (label, count) in labels { counts["\(Self.lead).\(label).\(software)"] = count }
        }
        return counts
    }

    /// Goes on from what a checkpoint kept.
    init(counts: [String: UInt64]) {
        self.init()
        for (key, count) in counts {
            // No run comes near it; a damaged file may say anything.
            let count = min(count, 1 << 48)
            let parts = key.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false).map(
                String.init
            )
            switch (parts[0], parts.count) {
            case ("records", 1): records = count
            case ("lost_here", 1): lostHere = count
            case ("untested", 2) where parts[1] == "endpoints": untested.endpoints = count
            case ("untested", 2) where parts[1] == "marks": untested.marks = count
            case (Self.outcome, 2): outcomes[parts[1]] = count
            case (Self.error, 2): errors[parts[1]] = count
            case (Self.lead, 3): addLead(parts[2], label: parts[1], count)
            default: break
            }
        }
    }

    /// Counts a record that was written before and is read again.
    mutating func count(_ record: RecordPicker) {
        records += 1
        outcomes[record.text(.outcome) ?? "failure", default: 0] += 1
        if let code = record.text(.errorCode) { errors[code, default: 0] += 1 }
        for lead in record.groups(.lead, [.leadName, .leadLabel]) {
            if let name = lead[.leadName], let label = lead[.leadLabel] { addLead(name, label: label, 1) }
        }
    }

    private mutating func addLead(_ software: String, label: String, _ count: UInt64) {
        guard count > 0, let level = LeadLabel(rawValue: label) else { return }
        leads[software, default: [:]][label, default: 0] += count
        highest = max(highest ?? level, level)
    }
}
