import Bytes
import Observations

/// A finding with what a report says of its endpoint.
package struct ReportedFinding: Sendable {
    package struct Endpoint: Sendable {
        package var ip: String
        package var port: Int?
        package var name: String
        package var certificate: String
        package var time: Int?

        init(_ record: RecordPicker) {
            ip = record.text(.ip) ?? ""
            port = record.integer(.port)
            name = record.text(.serverName) ?? record.text(.domain) ?? ""
            certificate = record.text(.sha256) ?? ""
            time = record.text(.timestamp).flatMap { RFC3339.milliseconds($0) }
        }

        init(asset: Asset, port: Int?, time: Int?) {
            if case .address = asset.place {
                (ip, name) = (asset.address, "")
            } else {
                (ip, name) = ("", asset.address)
            }
            self.port = port
            certificate = ""
            self.time = time
        }

        /// `192.0.2.1:443`, `[2001:db8::1]:443`, or the name where there is no address.
        package var text: String {
            let host = ip.isEmpty ? name : ip.contains(":") ? "[\(ip)]" : ip
            return port.map { "\(host):\($0)" } ?? host
        }
    }

    package var finding: Finding
    package var endpoint: Endpoint
    package var asset: String
    package var owner: String
    package var labels: [String]

    init(finding: Finding, endpoint: Endpoint, inventory: Inventory?) {
        self.finding = finding
        self.endpoint = endpoint
        let asset = finding.asset.flatMap { number in inventory?.assets[number] }
        self.asset = asset?.address ?? ""
        owner = asset?.owner ?? ""
        labels = asset?.labels ?? []
    }
}

/// What a comparison has seen, in numbers.
package struct ComparisonCounts: Sendable {
    package var records = 0
    package var answered = 0
    /// Records of endpoints that an asset names, and of those that none names.
    package var assets = 0
    package var outside = 0
    package var malformed = 0
    /// Assets that stand in no record.
    package var unswept = 0
    /// Endpoints that are the same in both sweeps.
    package var unchanged = 0
    package private(set) var findings: [Finding.Name: Int] = [:]
    package private(set) var severities: [Severity: Int] = [:]

    mutating func count(_ finding: Finding) {
        findings[finding.name, default: 0] += 1
        severities[finding.severity, default: 0] += 1
    }

    /// The greatest severity that was found.
    package var worst: Severity? { severities.keys.max() }
}
