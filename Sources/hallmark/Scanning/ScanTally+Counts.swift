import Observations
import Signatures

extension ScanTally {
    /// A key in a checkpoint's `counts` is `records`, `lost_here`, `untested.endpoints`, `untested.marks`,
    /// `outcome.CODE`, `error.CODE`, `lead.LABEL.SOFTWARE`, `highest.LABEL` (`highest.none` where all leads
    /// are dismissed), `dismissed.SOFTWARE` or, with a lead's confidence as its value, `place.LABEL.ENDPOINT
    /// SOFTWARE`, behind which a tab and what is told of its dismissal may stand.
    private static let (outcome, error, lead, place) = ("outcome", "error", "lead", "place")
    private static let dismissed = "dismissed"
    private static let highest = "highest"

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
        if !leads.isEmpty { counts["\(Self.highest).\(highest?.rawValue ?? "none")"] = 1 }
        for (software, count) in dismissed { counts["\(Self.dismissed).\(software)"] = count }
        for place in places.strongest.prefix(LeadPlaces.limit) {
            let key =
                "\(Self.place).\(place.label).\(place.endpoint) \(place.software)"
                + (place.dismissal.map { "\t" + $0 } ?? "")
            counts[key] = UInt64(clamping: place.confidence)
        }
        return counts
    }

    /// Goes on from what a checkpoint kept.
    init(counts: [String: UInt64]) {
        self.init()
        // What an earlier version wrote does not tell which leads were dismissed.
        let told = counts.keys.first { $0.hasPrefix(Self.highest + ".") }
        defer {
            if let told { highest = LeadLabel(rawValue: String(told.dropFirst(Self.highest.count + 1))) }
        }
        for (key, count) in counts {
            // No run comes near it; a damaged file may say anything.
            let count = min(count, 1 << 48)
            if key.hasPrefix(Self.dismissed + ".") {
                dismissed[String(key.dropFirst(Self.dismissed.count + 1))] = count
                continue
            }
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
            case (Self.place, 3): addPlace(parts[2], label: parts[1], count)
            default: break
            }
        }
    }

    /// Counts a record that was written before and is read again.
    mutating func count(_ record: RecordPicker) {
        records += 1
        outcomes[record.text(.outcome) ?? "failure", default: 0] += 1
        if let code = record.text(.errorCode) { errors[code, default: 0] += 1 }
        let lost = ErrorCode.localError.rawValue
        if record.text(.errorCode) == lost || record.texts(.probeCode).contains(lost) { lostHere += 1 }
        if let known = record.integer(.marksKnown), let tested = record.integer(.marksTested), tested < known
        {
            untested.endpoints += 1
            untested.marks += UInt64(clamping: known.subtractingReportingOverflow(tested).partialValue)
        }
        let software = Set(record.texts(.dismissed))
        let host = record.text(.address) ?? ""
        let endpoint = "\(host.contains(":") ? "[\(host)]" : host):\(record.text(.port) ?? "")"
        for lead in record.leads {
            let isDismissed = software.contains(lead.software)
            addLead(lead.software, label: lead.label.rawValue, 1, isDismissed: isDismissed)
            if isDismissed { dismissed[lead.software, default: 0] += 1 }
            let place = "\(endpoint) \(lead.software)" + (isDismissed ? "\tdismissed" : "")
            addPlace(place, label: lead.label.rawValue, UInt64(clamping: lead.confidence))
        }
    }

    /// - Parameter text: the endpoint, a blank and the software, and a tab before what is told of its
    ///   dismissal.
    private mutating func addPlace(_ text: String, label: String, _ confidence: UInt64) {
        let told = text.split(separator: "\t", maxSplits: 1).map(String.init)
        let parts = (told.first ?? "").split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2, confidence < 100, LeadLabel(rawValue: label) != nil else { return }
        places.add(
            LeadPlace(
                endpoint: parts[0],
                software: parts[1],
                confidence: Int(clamping: confidence),
                label: label,
                dismissal: told.count > 1 ? told[1] : nil
            )
        )
    }

    private mutating func addLead(
        _ software: String,
        label: String,
        _ count: UInt64,
        isDismissed: Bool = false
    ) {
        guard count > 0, let level = LeadLabel(rawValue: label) else { return }
        leads[software, default: [:]][label, default: 0] += count
        if !isDismissed { highest = max(highest ?? level, level) }
    }
}
