/// Findings by the section that they belong to, each of an endpoint once, the most severe first.
struct ReportFindings {
    private(set) var changes: [ReportFinding] = []
    private(set) var unknown: [ReportFinding] = []
    private(set) var ends: [ReportFinding] = []
    private(set) var weaknesses: [ReportFinding] = []

    init(_ findings: [ReportFinding]) {
        struct Key: Hashable { let place, name: String }
        // Of what the inventory and the record say alike, the first that is given counts: it knows the owner.
        var seen: Set<Key> = []
        let sorted = findings.filter { finding in
            // A change may be several of one endpoint, with messages of their own.
            let name = Self.changes.contains(finding.name) ? finding.name + finding.message : finding.name
            return seen.insert(Key(place: finding.place, name: name)).inserted
        }.sorted { ($0.rank, $0.name, $0.place, $0.message) < ($1.rank, $1.name, $1.place, $1.message) }
        for finding in sorted {
            switch finding.name {
            // What agrees is nothing to tell, and a lead stands among the leads.
            case "authorized", "signature_lead": break
            case _ where Self.changes.contains(finding.name): changes.append(finding)
            case "expired", "expiring", "not_yet_valid": ends.append(finding)
            case "weak_key", "weak_signature", "old_protocol", "lifetime_too_long", "self_signed":
                weaknesses.append(finding)
            default: unknown.append(finding)
            }
        }
    }

    private static let changes: Set = ["appeared", "disappeared", "changed"]
}
