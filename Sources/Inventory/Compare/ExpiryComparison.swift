import Bytes
import Observations

/// Says which certificates of a sweep are over, or soon will be, without an inventory.
package final class ExpiryComparison: SweepReader {
    private let policy: InventoryPolicy
    private let picker = RecordPicker(RecordField.compared)
    private let report: (ReportedFinding) throws -> Void
    package var counts = ComparisonCounts()

    /// - Parameter days: how long before its end a certificate counts as expiring, when it was seen.
    package init(days: Int, report: @escaping (ReportedFinding) throws -> Void) {
        policy = InventoryPolicy(expiringDays: days)
        self.report = report
    }

    package func add(line: UnsafeRawBufferPointer) throws -> Bool {
        guard (try? picker.read(padded: line)) != nil, picker.has(.address) || picker.has(.ip) else {
            return false
        }
        guard let certificate = ObservedCertificate(picker) else { return true }
        counts.answered += 1
        var findings: [Finding] = []
        let now = Int(WallClock.nanoseconds / 1_000_000)
        certificate.checkTimes(certificate.time ?? now, policy) { findings.append(Finding($0, $1)) }
        let endpoint = ReportedFinding.Endpoint(picker)
        for finding in findings {
            try report(ReportedFinding(finding: finding, endpoint: endpoint, inventory: nil))
            counts.count(finding)
        }
        return true
    }
}
