import Corpus
import Observations

/// What every certificate has, or every connection that showed one, and not every record tells: who saw one
/// in another program's log may not know it, and what a record held may have been damaged.
struct ToldFact {
    /// By which it is asked for.
    let field: SearchField
    /// What it is called.
    let word: String

    private init?(_ name: String, _ word: String) {
        guard let field = SearchField.byName[name] else { return nil }
        (self.field, self.word) = (field, word)
    }

    /// In the order in which they are named.
    private static let all: [ToldFact] = [
        ("tls.server.not_before", "the begin"), ("tls.server.not_after", "the end"),
        ("hallmark.certificate.validity_days", "the validity"),
        ("hallmark.certificate.validity_seconds", "the validity"),
        ("tls.server.x509.public_key_size", "the size of the key"),
        ("tls.server.x509.public_key_algorithm", "the kind of the key"),
        ("tls.server.x509.signature_algorithm", "the signature's algorithm"),
        ("hallmark.certificate.serial.bits", "the length of the serial number"),
        ("hallmark.certificate.serial.bytes", "the length of the serial number"),
        ("tls.version", "the version of TLS"),
    ].compactMap { ToldFact($0, $1) }

    /// The fact that a field holds; nil for another field.
    init?(_ field: SearchField) {
        guard let fact = Self.all.first(where: { $0.field.place == field.place }) else { return nil }
        self = fact
    }

    /// The facts that a query compares with something.
    static func asked(in node: KQLNode) -> [ToldFact] {
        let places = places(in: node)
        return all.filter { places.contains($0.field.place) }
    }

    private static func places(in node: KQLNode) -> [SearchField.Place] {
        switch node {
        case .and(let parts), .or(let parts): return parts.flatMap { places(in: $0) }
        case .not(let part): return places(in: part)
        case .nested: return []
        case .equals(let name, let value):
            return value.isAny || name == .null || name.isAny ? [] : named(name)
        case .range(let name, _, _): return named(name)
        }
    }

    private static func named(_ name: KQLLiteral) -> [SearchField.Place] {
        let fields = try? FieldNames.fields(name, below: nil, orAllOf: false)
        return (fields ?? []).map(\.place)
    }

    /// Whether an index says at once that nobody lacks it.
    var isIndexed: Bool { if case .certificate = field.place { true } else { false } }

    /// Certificates, or sightings of some, of which nobody has told it.
    var missing: Leaf {
        let asked = "not \(field.name): *"
        switch field.place {
        case .certificate(let column):
            return Leaf(
                sql: "(c.id IS NOT NULL AND c.\(column) IS NULL)",
                scopes: [.certificate],
                candidates: Leaf.Candidates(
                    scope: .certificate,
                    sql: "SELECT id FROM certificates WHERE \(column) IS NULL",
                    values: [],
                    isExact: true,
                    way: "the times of certificates"
                ),
                asked: asked
            )
        case .appearance(let kind):
            return Leaf(
                sql: "(s.certificate <> 0 AND hallmark_mark(a.marks, \(kind.rawValue)) IS NULL)",
                scopes: [.appearance],
                asked: asked
            )
        default:
            let isTold = field.kind == .long ? "\(LeafBuilder.number) IS NOT NULL" : "j.atom IS NOT NULL"
            let atoms = field.place.atoms.map { "NOT EXISTS (SELECT 1 FROM \($0) WHERE \(isTold))" } ?? "0"
            return Leaf(sql: "(c.id IS NOT NULL AND \(atoms))", scopes: [.certificate], asked: asked)
        }
    }
}
