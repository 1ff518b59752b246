import Observations
import Terminal

/// A field of a finding that a corpus keeps, as a column of `findings f`.
struct FindingField: Equatable {
    let name: String
    let kind: Field.Kind
    /// SQL; a text may be empty, which is none.
    let sql: String

    /// The list of objects that findings are in a line of `compare`.
    static let list = "hallmark.findings"

    static let all = [
        FindingField(name: "@timestamp", kind: .date, sql: "f.last_seen"),
        FindingField(name: "server.ip", kind: .ip, sql: "f.ip"),
        FindingField(name: "server.port", kind: .long, sql: "f.port"),
        FindingField(name: "server.domain", kind: .keyword, sql: "f.host"),
        FindingField(name: "server.address", kind: .keyword, sql: "iif(f.host <> '', f.host, f.ip)"),
        FindingField(name: "file.path", kind: .keyword, sql: "f.file"),
        FindingField(name: "tls.server.hash.sha256", kind: .keyword, sql: "hex(f.sha256)"),
        FindingField(name: "hallmark.findings.name", kind: .keyword, sql: "f.name"),
        FindingField(name: "hallmark.findings.severity", kind: .keyword, sql: "f.severity"),
        FindingField(name: "hallmark.findings.message", kind: .keyword, sql: "f.message"),
        FindingField(name: "hallmark.findings.asset", kind: .keyword, sql: "f.asset"),
        FindingField(name: "hallmark.findings.owner", kind: .keyword, sql: "f.owner"),
        FindingField(name: "hallmark.sightings.first", kind: .date, sql: "f.first_seen"),
        FindingField(name: "hallmark.sightings.last", kind: .date, sql: "f.last_seen"),
    ]

    /// The fields of a name, or of a name with wildcards.
    static func fields(_ literal: KQLLiteral, below path: String?) throws(KQLError) -> [FindingField] {
        let prefix = path.map { $0 + "." } ?? ""
        let found: [FindingField]
        let shown: String
        switch literal {
        case .wildcard(let pieces):
            let pattern = [prefix + pieces[0]] + pieces.dropFirst()
            shown = pattern.joined(separator: "*")
            found = all.filter { Glob.matches($0.name, pattern) }
        default:
            shown = prefix + (literal.plain ?? literal.description)
            found = all.filter { $0.name == shown }
        }
        guard found.isEmpty else { return found }
        if SearchField.byName[shown] != nil {
            throw KQLError(
                column: nil,
                reason: "a finding has no field \(shown): ask '--of sightings' for it"
            )
        }
        let hint = Spelling.hint(shown, among: all.map(\.name))
        throw KQLError(column: nil, reason: "a finding has no field \(shown)\(hint)")
    }
}
