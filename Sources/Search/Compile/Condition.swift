import Corpus

/// A part of a query as SQL over the aliases `s`, `e`, `a` and `c`: a sighting, its endpoint, its appearance
/// and its certificate.
struct Condition {
    /// SQL with its values.
    struct Part {
        var sql: String
        var values: [CorpusValue]
    }

    var sql: String
    /// The same for who reads all rows: what many rows share is made once.
    var whole: Part?
    var values: [CorpusValue] = []
    /// The aliases that it needs.
    var scopes: Set<Scope> = []
    /// What an index finds, where all that is of it is asked for and nothing else.
    var found: Leaf.Candidates?
    /// Whether it holds for few rows, which SQLite finds without looking at all of them.
    var isSelective = false

    /// For who reads all rows.
    var all: Part { whole ?? Part(sql: sql, values: values) }
}

/// The tables that a question is about.
enum Scope: String, CaseIterable {
    case sighting = "s"
    case endpoint = "e"
    case appearance = "a"
    case certificate = "c"
    case finding = "f"

    /// The column of `sightings` that holds its number.
    var column: String {
        switch self {
        case .sighting: "s.id"
        case .endpoint: "s.endpoint"
        case .appearance: "s.appearance"
        case .certificate: "s.certificate"
        case .finding: "f.id"
        }
    }

    /// How it is joined to `sightings s`.
    var join: String {
        switch self {
        case .sighting, .finding: ""
        case .endpoint: " CROSS JOIN endpoints e ON e.id = s.endpoint"
        case .appearance: " CROSS JOIN appearances a ON a.id = s.appearance"
        case .certificate: " LEFT JOIN certificates c ON c.id = s.certificate"
        }
    }

    /// The joins that a condition needs.
    static func joins(_ scopes: Set<Scope>) -> String {
        allCases.filter { scopes.contains($0) }.map(\.join).joined()
    }
}

/// What one field or word asks of the corpus, before it is known how many rows hold it.
struct Leaf {
    /// Exact, over the aliases.
    var sql: String
    /// The same with the same values, for who reads all rows; nil where it is no other.
    var whole: String?
    var values: [CorpusValue] = []
    var scopes: Set<Scope>
    /// Rows that an index finds, among them all for which `sql` holds.
    var candidates: Candidates?
    /// Whether each row takes a look into an index of words, or at a certificate.
    var isCostly: Bool { whole != nil || candidates?.scope == .certificate }
    /// What is asked, for `--explain`.
    var asked = ""
    /// The field that is compared; nil for words of texts.
    var field: SearchField?
    /// The same over a row of `leads` or `listed`, for what is asked of one.
    var ofLead: String?
    /// The same over an object `o` of a list, for what is asked of one.
    var ofObject: String?

    struct Candidates {
        let scope: Scope
        /// Selects the numbers of rows of the scope.
        let sql: String
        let values: [CorpusValue]
        /// Whether there are no others among them.
        let isExact: Bool
        let way: String
    }
}
