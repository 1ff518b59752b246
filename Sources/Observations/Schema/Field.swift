/// One field of the record, by its dotted name.
///
/// The list of all fields, `Field.all`, is the one place where the record is described. Written from it are
/// the JSON Schemas, `Docs/observation.md` and the tables for other stores; what rules may name, which kind
/// of evidence they find and which probe they wait for; the marks of a corpus; and the searches of
/// Internet-wide indexes. Who adds a field writes its row, and the code that fills it.
package struct Field: Sendable, Equatable {
    /// What a value is, in Elasticsearch's terms.
    package enum Kind: String, Sendable {
        case keyword, long, boolean, date, ip
        /// A JSON array of [name, value] pairs, in order.
        case pairs
        /// An object with names that the server chose, each with an array of keywords.
        case map
        /// An array of objects whose members are fields of their own.
        case objects
    }

    package let name: String
    package let kind: Kind
    package let isArray: Bool
    package let text: String
    /// Whether each object of the array that it stands in has a list of its own.
    package let isListInEach: Bool
    /// Who says what the field means.
    package let source: FieldSource
    /// The kind of evidence that its values are; nil for what is none, such as the port.
    package private(set) var evidence: EvidenceKind?
    /// The probe that brings it: `certificate` for what the first connection tells.
    package private(set) var probe: ProbeKind
    /// Whether it tells one implementation of a protocol from another, or is the text of such a hash.
    package let isFingerprint: Bool
    /// Whether we conclude it from matches, so that no rule can ask for it.
    package private(set) var isConcluded: Bool
    /// How a value is spelled.
    package let spelling: FieldSpelling
    /// The mark by which a corpus finds others that show the same value.
    package let mark: FieldMark?
    /// How Internet-wide indexes search for it.
    package let searches: FieldSearches?
    /// The closed list that its values are from; empty when there is none.
    package let values: [String]

    init(
        _ name: String,
        _ kind: Kind,
        _ text: String,
        isArray: Bool = false,
        isListInEach: Bool = false,
        source: FieldSource? = nil,
        evidence: EvidenceKind? = nil,
        probe: ProbeKind = .certificate,
        isFingerprint: Bool = false,
        isConcluded: Bool = false,
        spelling: FieldSpelling = .asIs,
        mark: FieldMark? = nil,
        searches: FieldSearches? = nil,
        values: [String] = []
    ) {
        self.name = name
        self.kind = kind
        self.isArray = isArray
        self.isListInEach = isListInEach
        self.text = text
        self.source = source ?? (name.hasPrefix("hallmark.") ? .hallmark : .ecs)
        self.evidence = evidence
        self.probe = probe
        self.isFingerprint = isFingerprint
        self.isConcluded = isConcluded
        self.spelling = spelling
        self.mark = mark
        self.searches = searches
        self.values = values
    }

    static func list(
        _ name: String,
        _ kind: Kind,
        _ text: String,
        isListInEach: Bool = false,
        source: FieldSource? = nil,
        evidence: EvidenceKind? = nil,
        probe: ProbeKind = .certificate,
        isFingerprint: Bool = false,
        isConcluded: Bool = false,
        spelling: FieldSpelling = .asIs,
        mark: FieldMark? = nil,
        searches: FieldSearches? = nil,
        values: [String] = []
    ) -> Field {
        Field(
            name,
            kind,
            text,
            isArray: true,
            isListInEach: isListInEach,
            source: source,
            evidence: evidence,
            probe: probe,
            isFingerprint: isFingerprint,
            isConcluded: isConcluded,
            spelling: spelling,
            mark: mark,
            searches: searches,
            values: values
        )
    }

    /// Every field of the record, in the order of the documentation.
    package static let all: [Field] =
        event + tls + x509 + certificate + flight + connections + fingerprints + http + assessment + imported
        + context

    /// The rows of `all` and of the headers that have one, by name.
    private static let byName = Dictionary(uniqueKeysWithValues: (all + headers).map { ($0.name, $0) })

    /// The row of a name; that of the map for a member that has no row of its own.
    ///
    /// - Returns: nil when no record has such a field.
    package static func named(_ name: String) -> Field? {
        byName[name]
            ?? maps.first { name.hasPrefix($0.name + ".") && name.utf8.count > $0.name.utf8.count + 1 }
    }

    /// Whether its name, or that of a member of a map, begins like this.
    package func mayBegin(with start: String) -> Bool {
        name.hasPrefix(start) || kind == .map && start == name + "."
    }

    private static let maps = all.filter { $0.kind == .map }

    /// Every mark that stands in one field, with that field.
    package static let marks: [(field: Field, mark: FieldMark)] =
        (all + headers).compactMap { field in field.mark.map { (field, $0) } }
}

extension [Field] {
    /// The rows with the kind of evidence and the probe of their group, where a row does not say its own.
    func grouped(_ evidence: EvidenceKind?, by probe: ProbeKind = .certificate) -> [Field] {
        map { $0.grouped(evidence, by: probe) }
    }

    /// The rows as conclusions.
    func concluded() -> [Field] { map { $0.concluded() } }
}

extension Field {
    fileprivate func grouped(_ evidence: EvidenceKind?, by probe: ProbeKind) -> Field {
        var field = self
        field.evidence = self.evidence ?? evidence
        if self.probe == .certificate { field.probe = probe }
        return field
    }

    fileprivate func concluded() -> Field {
        var field = self
        field.isConcluded = true
        return field
    }

    /// Whether it tells a TLS stack as soon as the certificate is seen.
    package var isOfStack: Bool { isFingerprint && evidence == .tls && probe == .certificate }
}

extension [String] {
    /// The closed list of an enumeration.
    static func of<Value: CaseIterable & RawRepresentable<String>>(_: Value.Type) -> [String] {
        Value.allCases.map(\.rawValue)
    }
}
