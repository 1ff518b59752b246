import Observations

/// Something else that a software's rules look at, and that could be looked at still.
struct Corroboration: Hashable, Sendable {
    /// Such as `jarm`, `favicon`, `certificate` or `GET /login`.
    let text: String
    let kind: EvidenceKind
    /// The field that shows that it was looked at already.
    let field: Int

    /// Whether it would be evidence of a new kind, and the observation does not hold it yet.
    ///
    /// - Parameter lookedAt: the fields that the observation holds.
    func isOpen(_ lookedAt: [Int], _ kinds: Set<EvidenceKind>) -> Bool {
        !kinds.contains(kind) && (isRequest || !lookedAt.contains(field))
    }

    private var isRequest: Bool { text.contains("/") }

    /// By software, what its rules look at, each once.
    static func all(_ rules: [SigmaRule], _ names: [String]) -> [Software: [Corroboration]] {
        let ids = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        var result: [Software: [Corroboration]] = [:]
        for rule in rules {
            for one in list(rule, ids) {
                for software in rule.hallmark.software where result[software]?.contains(one) != true {
                    result[software, default: []].append(one)
                }
            }
        }
        return result
    }

    private static func list(_ rule: SigmaRule, _ ids: [String: Int]) -> [Corroboration] {
        var found: [Corroboration] = []
        func add(_ text: String, _ kind: EvidenceKind, _ field: String) {
            guard let id = ids[field] else { return }
            found.append(Corroboration(text: text, kind: kind, field: id))
        }
        for request in rule.hallmark.requests { add("\(request.method) \(request.path)", .http, "url.path") }
        for test in rule.condition.positiveTests {
            let field = test.field
            switch EvidenceKind.of(field) {
            case .certificate: add("certificate", .certificate, "tls.server.hash.sha256")
            case .tls:
                let mark = Field.named(field)?.mark
                add(mark?.alias ?? "tls", .tls, mark == nil ? "tls.version" : field)
            case .http where ProbeKinds.bringing(field).contains(.favicon):
                add("favicon", .http, "hallmark.favicon.mmh3")
            case .http: if rule.hallmark.requests.isEmpty { add("http", .http, "http.response.status_code") }
            case nil: break
            }
        }
        return found
    }
}
