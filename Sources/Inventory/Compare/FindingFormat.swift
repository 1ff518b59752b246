import Bytes
package import Observations
import Terminal

/// How findings are written.
package enum FindingFormat: String, CaseIterable, Sendable {
    case table, csv, ndjson
}

extension ReportedFinding {
    package static let csvHead =
        "severity,finding,endpoint,name,asset,owner,labels,message,certificate_sha256,time\r\n"

    /// A row for a spreadsheet: no cell is taken for a formula.
    package var csv: String {
        [
            finding.severity.rawValue, finding.name.rawValue, endpoint.text, endpoint.name, asset, owner,
            labels.joined(separator: ";"), finding.message, endpoint.certificate,
            endpoint.time.map { RFC3339.secondsText($0) } ?? "",
        ].map(SafeText.csv).joined(separator: ",") + "\r\n"
    }

    /// A line with ECS names.
    package var ndjson: String {
        var line = FindingLine(
            name: finding.name.rawValue,
            severity: finding.severity,
            message: finding.message,
            place: .endpoint(ip: endpoint.ip, port: endpoint.port, name: endpoint.name)
        )
        (line.certificate, line.time) = (endpoint.certificate, endpoint.time)
        line.about = finding.about
        (line.asset, line.owner, line.labels) = (asset, owner, labels)
        return line.text
    }
}

/// Findings as a table for people, grouped by owner, the most urgent first.
package struct FindingTable {
    private var findings: [ReportedFinding] = []
    private var left = 0
    private let least: Severity

    /// More rows than this are no table any more.
    static let most = 100_000

    /// - Parameter least: less urgent findings are counted only.
    package init(least: Severity) {
        self.least = least
    }

    package mutating func add(_ finding: ReportedFinding) {
        guard finding.finding.severity >= least else { return }
        if findings.count < Self.most { findings.append(finding) } else { left += 1 }
    }

    package var text: String {
        var result = ""
        let groups = Dictionary(grouping: findings, by: \.owner)
        func worst(_ owner: String) -> Severity { groups[owner]?.map(\.finding.severity).max() ?? .info }
        for owner in groups.keys.sorted(by: { (worst($1), $0) < (worst($0), $1) }) {
            result += "\n" + (owner.isEmpty ? "No owner" : SafeText.terminal(owner)) + "\n"
            var table = TextTable(["  severity", "finding", "endpoint", "name", "what"])
            let rows = groups[owner] ?? []
            for row in rows.enumerated().sorted(by: {
                ($1.element.finding.severity, $0.offset) < ($0.element.finding.severity, $1.offset)
            }).map(\.element) {
                let name = row.endpoint.name.isEmpty ? row.asset : row.endpoint.name
                table.add([
                    "  " + row.finding.severity.rawValue, row.finding.name.rawValue, row.endpoint.text, name,
                    row.finding.message,
                ])
            }
            result += table.text
        }
        if left > 0 { result += "\n\(left) more; --format csv writes all.\n" }
        return result
    }
}

extension ComparisonCounts {
    /// What a sweep is compared with.
    package enum Against: Sendable {
        case inventory, sweep, calendar
    }

    /// One screen for people.
    ///
    /// - Parameter least: less urgent findings are not written, and stand here in one number.
    package func summary(_ against: Against, least: Severity, isWhole: Bool = true) -> String {
        let ended = "\(counted(answered, "endpoint")) answered"
        var result = "\(counted(records, "record")), "
        switch against {
        case .inventory:
            result += "\(ended); \(assets) of assets, \(outside) of no asset\n"
        case .sweep: result += "\(ended), \(unchanged) unchanged\n"
        case .calendar: result += "\(answered) with a certificate\n"
        }
        if malformed > 0 {
            result += "\(counted(malformed, "line is no record", plural: "lines are no records"))\n"
        }
        if logged > 0 { result += "\(counted(logged, "certificate")) of logs not compared\n" }
        if conclusions > 0 {
            result += "\(counted(conclusions, "line")) of findings or correlations passed over\n"
        }
        if unswept > 0 {
            result +=
                "\(counted(unswept, "asset is", plural: "assets are")) in no record of the sweep\n"
        }
        var table = TextTable(["severity", "finding", "count"])
        var below = 0
        for (kind, count) in findings.sorted(by: {
            ($1.key.severity, $0.key.name.rawValue) < ($0.key.severity, $1.key.name.rawValue)
        }) {
            if kind.severity < least {
                below += count
            } else {
                table.add([kind.severity.rawValue, kind.name.rawValue, String(count)])
            }
        }
        if against == .inventory, swept == 0 {
            result += "No asset was swept.\n" + (table.isEmpty ? "" : table.text)
        } else if records > 0 {
            let hidden = below > 0 ? " of \(least.rawValue) or more" : ""
            let rest = isWhole && sweeps.unread.isEmpty && unjudged.isEmpty ? "" : " in what could be read"
            let all = "No findings\(hidden)\(rest).\n"
            result += table.isEmpty ? all : table.text
        }
        if below > 0 {
            result +=
                "\(counted(below, "finding")) below \(least.rawValue) \(below == 1 ? "is" : "are") not shown\n"
        }
        return result
    }
}
