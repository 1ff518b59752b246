package import Decisions
import Observations

/// What a report tells, gathered from records: each endpoint counts once, with its latest record.
package final class SweepFacts {
    private let reader: EndpointReader
    private let tree = JSONTree()
    /// By place and name.
    private var places: [String: Int] = [:]
    private(set) var endpoints: [ReportedEndpoint] = []
    /// How many records there were.
    package private(set) var records = 0
    /// Lines of `compare` and of correlation rules.
    private(set) var findings: [ReportFinding] = []
    private(set) var correlations: [String] = []
    private(set) var span: ClosedRange<Int>?
    /// The names of the scopes that records say they were allowed by, of the versions and rules that made
    /// them.
    private(set) var scopes: [String: Int] = [:]
    private(set) var observers: [String: Int] = [:]
    private(set) var ruleDigests: [String: Int] = [:]
    private(set) var scans: [String: Int] = [:]
    /// How many records say that rules were matched with them: what names the rules, or a lead.
    private var matched = 0
    /// How many say nothing of it, by the scan that they are of: nothing matched, or nobody looked.
    private var unsaid: [String: Int] = [:]

    /// How many records there are that rules can read.
    var readable: Int { unsaid.values.reduce(matched, +) }

    /// How many of them nobody told to be matched: neither they themselves nor the summary of their scan.
    func unmatched(without runs: [ReportInput.Run]) -> Int {
        let looked = Set(runs.compactMap { $0.hasMatched ? $0.scan : nil })
        return unsaid.reduce(0) { looked.contains($1.key) ? $0 : $0 + $1.value }
    }

    /// Whether a later record of the same endpoint stands in the report, so that what an earlier one showed
    /// is over.
    func isOver(_ finding: ReportFinding) -> Bool {
        guard let time = finding.time, let place = places["\(finding.place) \(finding.serverName)"] else {
            return false
        }
        return endpoints[place].time > time
    }

    package init(_ decisions: DecisionIndex? = nil) { reader = EndpointReader(decisions: decisions) }

    /// Takes one line that has `RecordPicker.padding` readable bytes behind it.
    ///
    /// - Returns: whether it is a record, a finding or a correlation.
    package func add(line: UnsafeRawBufferPointer) -> Bool {
        guard let record = try? tree.read(line, padded: true, isRecord: true), record.isObject else {
            return false
        }
        switch record.verdict {
        case .conclusion:
            return EndpointReader.text(record, "event.dataset") == "hallmark.finding"
                ? addFindings(record) : addCorrelation(record)
        case .endpoint, .placeless, .logged: return addObservation(record)
        case .refused: return false
        }
    }

    private func addFindings(_ record: JSONNode) -> Bool {
        guard let found = record.at("hallmark.findings")?.objects else { return false }
        let place = EndpointReader.place(record, orCertificate: true)
        let serverName = EndpointReader.serverName(record)
        let time = EndpointReader.time(record, "@timestamp")
        for item in found.prefix(64) {
            findings.append(
                ReportFinding(
                    place: place,
                    serverName: serverName,
                    time: time,
                    name: EndpointReader.text(item, "name") ?? "?",
                    severity: EndpointReader.text(item, "severity") ?? "info",
                    message: EndpointReader.text(item, "message") ?? "",
                    owner: EndpointReader.text(item, "owner") ?? ""
                )
            )
        }
        return true
    }

    private func addCorrelation(_ record: JSONNode) -> Bool {
        guard let found = record.at("hallmark.correlation") else { return false }
        var group: [String] = []
        for part in (found["group"].map { Array($0.parts.prefix(8)) } ?? []) {
            group.append(EndpointReader.text(part, "value") ?? "")
        }
        let count = EndpointReader.text(found, "count") ?? "?"
        let title = EndpointReader.text(found, "rule.name") ?? "?"
        correlations.append("\(title): \(count), for \(group.joined(separator: ", "))")
        return true
    }

    private func addObservation(_ record: JSONNode) -> Bool {
        let place = EndpointReader.place(record)
        // A certificate of a file is a record without an endpoint.
        guard !place.isEmpty || record.at("tls.server.hash.sha256") != nil else { return false }
        records += 1
        count(record)
        _ = addFindings(record)
        let endpoint = reader.read(record)
        if endpoint.time != 0 {
            span =
                min(
                    span?.lowerBound ?? endpoint.time,
                    endpoint.time
                )...max(
                    span?.upperBound ?? endpoint.time,
                    endpoint.time
                )
        }
        let key = place.isEmpty ? endpoint.certificate : "\(place) \(endpoint.name)"
        if let known = places[key] {
            if endpoints[known].time <= endpoint.time { endpoints[known] = endpoint }
        } else {
            places[key] = endpoints.count
            endpoints.append(endpoint)
        }
        return true
    }

    /// Counts where a record comes from; of each kind only so many as a person would read.
    private func count(_ record: JSONNode) {
        func add(_ name: String, to counts: inout [String: Int]) {
            guard let text = EndpointReader.text(record, name) else { return }
            if counts[text] != nil || counts.count < 50 { counts[text, default: 0] += 1 }
        }
        if record.at("hallmark.signatures.digest") != nil || record.at("hallmark.leads") != nil {
            matched += 1
        } else if EndpointReader.text(record, "event.outcome") != "failure" {
            // Of what did not answer there is nothing to match.
            let scan = EndpointReader.text(record, "hallmark.scan.id") ?? ""
            unsaid[unsaid[scan] != nil || unsaid.count < 1000 ? scan : "", default: 0] += 1
        }
        add("hallmark.scan.scope", to: &scopes)
        add("hallmark.scan.id", to: &scans)
        add("observer.version", to: &observers)
        add("hallmark.signatures.digest", to: &ruleDigests)
    }
}
