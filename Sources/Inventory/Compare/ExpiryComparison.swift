import Observations

/// Says which certificates of a sweep are over, or soon will be, and on demand which endpoints are weak,
/// without an inventory.
package final class ExpiryComparison: SweepReader {
    private let policy: InventoryPolicy
    private let looksForWeakness: Bool
    private let picker = RecordPicker(RecordField.compared)
    private let look: (UnsafeRawBufferPointer?) -> Void
    private let report: (ReportedFinding) throws -> Void
    package var counts = ComparisonCounts()

    /// - Parameters:
    ///   - days: how long before its end a certificate counts as expiring, when it was seen.
    ///   - weak: whether keys, signatures and versions are held to `InventoryPolicy.fallback` as well.
    ///   - look: as for `SweepComparison`.
    package init(
        days: Int,
        weak: Bool = false,
        look: @escaping (UnsafeRawBufferPointer?) -> Void = { _ in },
        report: @escaping (ReportedFinding) throws -> Void
    ) {
        self.look = look
        var policy = weak ? InventoryPolicy.fallback : InventoryPolicy()
        policy.expiringDays = days
        self.policy = policy
        looksForWeakness = weak
        self.report = report
    }

    package func add(line: UnsafeRawBufferPointer) throws -> Bool {
        guard picker.readsEndpoint(padded: line) else {
            return false
        }
        guard let certificate = ObservedCertificate(picker) else {
            if ObservedCertificate.isLost(of: picker) {
                counts.unjudged.add([ObservedCertificate.lost], at: ReportedFinding.Endpoint(picker).text)
            }
            return true
        }
        counts.answered += 1
        var findings: [Finding] = []
        let unjudged = certificate.unjudged(by: policy)
        if looksForWeakness {
            findings = certificate.violations(of: policy, issuers: nil, isPinned: true, asset: nil)
        } else {
            if let time = certificate.time {
                certificate.checkTimes(time, policy) { findings.append(Finding($0, $1)) }
            }
        }
        let endpoint = ReportedFinding.Endpoint(picker)
        if !unjudged.isEmpty { counts.unjudged.add(unjudged, at: endpoint.text) }
        guard !findings.isEmpty else { return true }
        look(line)
        defer { look(nil) }
        for finding in findings {
            try report(ReportedFinding(finding: finding, endpoint: endpoint, inventory: nil))
            counts.count(finding)
        }
        return true
    }
}
