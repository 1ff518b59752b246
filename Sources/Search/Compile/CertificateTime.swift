import Corpus

/// A time of certificates that not every record tells: who saw one in another program's log may not know it.
enum CertificateTime: String, CaseIterable {
    case begin = "not_before"
    case end = "not_after"

    /// The time that a field holds; nil for another field.
    init?(_ field: SearchField) {
        guard case .certificate(let column) = field.place else { return nil }
        self.init(rawValue: column)
    }

    /// The times that a query compares with something.
    static func asked(in node: KQLNode) -> Set<CertificateTime> {
        switch node {
        case .and(let parts), .or(let parts): return Set(parts.flatMap { asked(in: $0) })
        case .not(let part): return asked(in: part)
        case .nested: return []
        case .equals(let name, let value):
            return value.isAny || name == .null || name.isAny ? [] : named(name)
        case .range(let name, _, _): return named(name)
        }
    }

    private static func named(_ name: KQLLiteral) -> Set<CertificateTime> {
        let fields = try? FieldNames.fields(name, below: nil, orAllOf: false)
        return Set((fields ?? []).compactMap { CertificateTime($0) })
    }

    var field: String { "tls.server.\(rawValue)" }

    /// What it is called.
    var word: String { self == .end ? "the end" : "the begin" }

    /// Certificates of which nobody has told it.
    var missing: Leaf {
        Leaf(
            sql: "c.id IS NOT NULL AND c.\(rawValue) IS NULL",
            scopes: [.certificate],
            candidates: Leaf.Candidates(
                scope: .certificate,
                sql: "SELECT id FROM certificates WHERE \(rawValue) IS NULL",
                values: [],
                isExact: true,
                way: "the times of certificates"
            ),
            asked: "not \(field): *"
        )
    }
}
