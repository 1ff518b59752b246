import Corpus
import Observations

/// What a certificate has, or a connection that showed one, and not every record tells: who saw one in
/// another program's log may not know it, and what a record held may have been damaged.
///
/// Every field that a corpus keeps of a certificate is one.
struct ToldFact {
    /// By which it is asked for.
    let field: SearchField
    /// What it is called.
    let word: String
    private let kind: Kind

    /// When it is missing.
    private enum Kind {
        /// Every certificate has it.
        case ofEvery
        /// Keys of these algorithms have it.
        case ofKeys([String])
        /// A part of the subject or the issuer: who tells the name tells its parts.
        case ofName(String)
        /// Who tells what ECS has fields for tells it, if there is any.
        case ofBody
        /// Who has read the certificate's bytes tells it, if there is any.
        case ofBytes
    }

    private init?(_ field: SearchField) {
        guard let kind = Self.kind(of: field) else { return nil }
        (self.field, self.kind) = (field, kind)
        word = Self.words.first { $0.name == field.name }?.word ?? "'\(field.name)'"
    }

    private static func kind(of field: SearchField) -> Kind? {
        switch field.place {
        case .certificate: return .ofEvery
        // Without its digest there is no certificate.
        case .digest(let column): return column == "sha256" ? nil : .ofEvery
        case .appearance: return field.name == "tls.version" ? .ofEvery : nil
        case .listed: return .ofBytes
        case .json("hashes", _): return .ofEvery
        case .json("x509", _):
            if let algorithms = keyed[field.name] { return .ofKeys(algorithms) }
            for name in ["subject", "issuer"] where field.name.hasPrefix("tls.server.x509.\(name).") {
                return .ofName(name)
            }
            return field.name == "tls.server.x509.alternative_names" ? .ofBody : .ofEvery
        case .json: return everywhere.contains(field.name) ? .ofEvery : .ofBytes
        case .endpoint, .target, .lead, .leadLabel, .known, .moments, .sighting: return nil
        }
    }

    /// In the order in which they are named, before all others.
    private static let words: [(name: String, word: String)] = [
        ("tls.server.not_before", "the begin"), ("tls.server.not_after", "the end"),
        ("hallmark.certificate.validity_days", "the validity"),
        ("hallmark.certificate.validity_seconds", "the validity"),
        ("tls.server.x509.public_key_size", "the size of the key"),
        ("tls.server.x509.public_key_algorithm", "the kind of the key"),
        ("tls.server.x509.signature_algorithm", "the signature's algorithm"),
        ("hallmark.certificate.serial.bits", "the length of the serial number"),
        ("hallmark.certificate.serial.bytes", "the length of the serial number"),
        ("tls.version", "the version of TLS"), ("tls.server.subject", "the subject"),
        ("tls.server.issuer", "the issuer"), ("tls.server.x509.alternative_names", "the alternative names"),
    ]

    /// What only keys of some algorithms have.
    private static let keyed = [
        "tls.server.x509.public_key_curve": ["ECDSA"],
        "tls.server.x509.public_key_exponent": ["RSA", "RSA-PSS", "RSA-OAEP"],
    ]

    /// What `hallmark.certificate` tells of every certificate whose bytes could be read; `self_signed` but
    /// where it can't be told.
    private static let everywhere: Set<String> = Set(
        [
            "validity_days", "validity_seconds", "serial.bits", "serial.bytes", "serial.integer",
            "self_issued", "self_signed", "subject_attributes", "subject_oids", "issuer_attributes",
            "issuer_oids",
        ].map { "hallmark.certificate." + $0 }
    )

    private static let all: [ToldFact] = {
        let first = words.compactMap { SearchField.byName[$0.name] }
        var result: [ToldFact] = []
        for field in first + SearchField.all where !result.contains(where: { $0.field.place == field.place })
        {
            if let fact = ToldFact(field) { result.append(fact) }
        }
        return result
    }()

    /// The fact that a field holds; nil for another field.
    static func held(by field: SearchField) -> ToldFact? { all.first { $0.field.place == field.place } }

    /// The fact that a list of objects is; nil for what is no list of a certificate's.
    init?(list: String) {
        guard let fact = Self.all.first(where: { $0.field.name.hasPrefix(list + ".") }),
            fact.field.place.objects != nil
        else { return nil }
        self = fact
    }

    /// The facts that a query compares with something, by a field or by bare words.
    static func asked(in node: KQLNode, _ builder: LeafBuilder) -> [ToldFact] {
        let places = places(in: node, builder)
        return all.filter { places.contains($0.field.place) }
    }

    private static func places(in node: KQLNode, _ builder: LeafBuilder) -> [SearchField.Place] {
        switch node {
        case .and(let parts), .or(let parts): return parts.flatMap { places(in: $0, builder) }
        case .not(let part): return places(in: part, builder)
        case .nested(let path, _):
            return path.plain.flatMap { ToldFact(list: $0) }.map { [$0.field.place] } ?? []
        case .equals(let name, let value):
            guard !value.isAny else { return [] }
            let isAnywhere = name == .null || name.isAny
            return isAnywhere ? builder.fields(anywhere: value).map(\.place) : named(name)
        case .range(let name, _, _): return named(name)
        }
    }

    private static func named(_ name: KQLLiteral) -> [SearchField.Place] {
        let fields = try? FieldNames.fields(name, below: nil, orAllOf: false)
        return (fields ?? []).map(\.place)
    }

    /// Whether every certificate has it.
    var isOfEvery: Bool { if case .ofEvery = kind { true } else { false } }

    /// Certificates, or sightings of some, of which nobody has told it.
    var missing: Leaf {
        if case .appearance(let kind) = field.place {
            return Leaf(
                sql: "(s.certificate <> 0 AND hallmark_mark(a.marks, \(kind.rawValue)) IS NULL)",
                scopes: [.appearance],
                asked: asked
            )
        }
        var leaf = Leaf(sql: "(c.id IS NOT NULL AND \(isMissing))", scopes: [.certificate], asked: asked)
        leaf.candidates = candidates
        return leaf
    }

    private var asked: String { "not \(field.name): *" }

    /// SQL that is true where a certificate `c` lacks it and it is not known that it has none.
    private var isMissing: String {
        switch (kind, field.place) {
        case (.ofEvery, .certificate(let column)):
            return "NOT ifnull(\(SearchField.Place.isKnown(column)), 0)"
        case (.ofEvery, .digest(let column)): return "length(c.\(column)) = 0"
        case (.ofKeys(let algorithms), _):
            let names = algorithms.map { "'\($0)'" }.joined(separator: ", ")
            let algorithm = "json_extract(c.x509, '$.public_key_algorithm')"
            return "(\(isAbsent) AND ifnull(\(algorithm) IN (\(names)), 1))"
        case (.ofName(let column), _):
            // A name as somebody's text is not taken apart.
            return "(\(isAbsent) AND (c.x509 IS NULL OR NOT ifnull(\(SearchField.Place.isKnown(column)), 0)))"
        case (.ofBody, _): return "c.x509 IS NULL"
        case (.ofBytes, _): return "(\(isAbsent) AND (c.details IS NULL OR length(c.tbs) = 0))"
        default: return isAbsent
        }
    }

    /// SQL that is true where no value stands in the place of a part of JSON.
    private var isAbsent: String {
        // As the corpus judges it when a later record tells it anew: a value of another kind tells nothing.
        let isTold =
            switch field.kind {
            case .long:
                "\(LeafBuilder.number) IS NOT NULL AND (j.type <> 'real' OR j.atom = CAST(j.atom AS INTEGER))"
            case .boolean: "j.type IN ('true', 'false') OR j.atom IN ('true', 'false')"
            default: "j.type = 'text'"
            }
        return field.place.atoms.map { "NOT EXISTS (SELECT 1 FROM \($0) WHERE \(isTold))" } ?? "0"
    }

    /// How those that lack it are found without a look at all; nil where there is no such way.
    private var candidates: Leaf.Candidates? {
        let sql: String
        switch (kind, field.place) {
        case (.ofEvery, .certificate("not_before")), (.ofEvery, .certificate("not_after")):
            sql = "SELECT id FROM certificates c WHERE \(isMissing)"
        case (.ofEvery, .certificate), (.ofEvery, .digest), (.ofName, _), (.ofBody, _), (.ofBytes, _):
            sql = """
                SELECT id FROM certificates c INDEXED BY certificates_untold \
                WHERE \(UntoldCertificates.sql) AND \(isMissing)
                """
        default: return nil
        }
        return Leaf.Candidates(
            scope: .certificate,
            sql: sql,
            values: [],
            isExact: true,
            way: "the parts of certificates that are not told"
        )
    }
}
