import Bytes
package import Observations

/// A finding with what a report says of its endpoint.
package struct ReportedFinding: Sendable {
    package struct Endpoint: Sendable {
        package var ip: String
        package var port: Int?
        package var name: String
        package var certificate: String
        package var time: Int?

        init(_ record: RecordPicker) {
            ip = record.endpointAddress ?? ""
            port = record.integer(.port).flatMap { UInt16(exactly: $0) }.map(Int.init)
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
    /// What was read of the sweeps, and what could not be.
    package internal(set) var sweeps = SweepFile()
    package var records: Int { sweeps.records }
    package var malformed: Int { sweeps.malformed }
    package var logged: Int { sweeps.logged }
    package var conclusions: Int { sweeps.conclusions }
    package var answered = 0
    /// What of certificates is neither well nor a finding.
    package var unjudged = Unjudged()
    /// Records of endpoints that an asset names, and of those that none names.
    package var assets = 0
    package var outside = 0
    /// Records that tell whether an asset, or an endpoint of an owned range, answers.
    package var swept = 0
    /// Assets that stand in no record.
    package var unswept = 0
    /// Endpoints that are the same in both sweeps.
    package var unchanged = 0
    /// How many findings there are of a name and a severity.
    package private(set) var findings: [Kind: Int] = [:]

    package struct Kind: Hashable, Sendable {
        package let name: Finding.Name
        package let severity: Severity
    }

    mutating func count(_ finding: Finding) {
        findings[Kind(name: finding.name, severity: finding.severity), default: 0] += 1
    }

    /// The greatest severity that was found.
    package var worst: Severity? { findings.keys.map(\.severity).max() }
}
