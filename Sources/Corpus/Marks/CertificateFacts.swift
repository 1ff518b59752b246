import Bytes
package import Observations

/// What a corpus keeps of a certificate, as the record tells it.
package struct CertificateFacts: Sendable {
    package var sha256: [UInt8]
    package var subject: String
    package var issuer: String
    package var serial: String
    /// Milliseconds since 1970, where readable.
    package var notBefore: Int?
    package var notAfter: Int?
    package var spki: [UInt8]
    package var tbs: [UInt8]
    package var shape: String
    package var names: [String]
    package var marks: [Mark]

    /// More names than this in one certificate are not kept as marks.
    static let mostNames = 200
    /// Longer values are cut off before they become marks, in bytes.
    static let mostBytes = 1024

    /// - Returns: nil when the record has no certificate.
    package init?(_ record: RecordPicker) {
        guard let sha256 = Self.sha256(record) else { return nil }
        self.init(marksOf: record)
        self.sha256 = sha256
        notBefore = Self.time(record, .notBefore, .begin)
        notAfter = Self.time(record, .notAfter, .end)
        spki = record.text(.spki).flatMap { [UInt8](hex: $0) } ?? []
        tbs = record.text(.tbs).flatMap { [UInt8](hex: $0) } ?? []
    }

    /// A time that stands in a record once or twice.
    private static func time(_ record: RecordPicker, _ field: RecordField, _ other: RecordField) -> Int? {
        (record.text(field) ?? record.text(other)).flatMap { RFC3339.milliseconds($0) }
    }

    /// Takes the names and times that this lacks from what another record tells of the certificate.
    mutating func fill(from other: CertificateFacts) {
        if subject.isEmpty { subject = other.subject }
        if issuer.isEmpty { issuer = other.issuer }
        notBefore = notBefore ?? other.notBefore
        notAfter = notAfter ?? other.notAfter
    }

    /// The marks of a record's certificate.
    static func marks(_ record: RecordPicker) -> [Mark] { Self(marksOf: record).marks }

    /// What is no mark and makes none is left empty.
    private init(marksOf record: RecordPicker) {
        (sha256, spki, tbs) = ([], [], [])
        // Other programs write ECS's texts of the names alone.
        subject = record.text(.subject) ?? record.text(.subjectText) ?? ""
        issuer = record.text(.issuer) ?? record.text(.issuerText) ?? ""
        serial = record.text(.serialNumber) ?? ""
        names = record.texts(.alternativeNames, limit: Self.mostNames)
        shape = Self.shape(record)
        marks = []
        collectMarks(record)
    }

    /// The names that a record tells to be empty by ECS's texts alone, as a part of `tls.server.x509`, which
    /// keeps an empty name apart from one that nobody told; nil where there are none.
    static func emptyNames(_ record: RecordPicker) -> String? {
        let names: [(String, RecordField, RecordField)] = [
            ("subject", .subject, .subjectText), ("issuer", .issuer, .issuerText),
        ]
        let empty = names.filter { record.text($0.1) == nil && record.text($0.2) == "" }
        guard !empty.isEmpty else { return nil }
        return "{" + empty.map { "\"\($0.0)\":{\"distinguished_name\":\"\"}" }.joined(separator: ",") + "}"
    }

    /// `tls.server.x509` with those names, as SQL.
    ///
    /// - Parameters:
    ///   - part: `x509` as it stood in the record.
    ///   - names: what `emptyNames` gave out.
    static func x509(_ part: String, emptyNames names: String) -> String {
        """
        CASE WHEN \(names) IS NULL THEN \(part) WHEN \(part) IS NULL THEN \(names)
        WHEN json_valid(\(part)) THEN json_patch(\(names), \(part)) ELSE \(part) END
        """
    }

    /// The certificate's SHA-256, if the record has one.
    static func sha256(_ record: RecordPicker) -> [UInt8]? {
        record.text(.sha256).flatMap { [UInt8](hex: $0) }.flatMap { $0.count == 32 ? $0 : nil }
    }

    private mutating func collectMarks(_ record: RecordPicker) {
        // Somebody else's text: its names are no keys, and how the certificate is made is not known from it.
        let isText = record.has(.fidelity) && record.text(.fidelity) != "der"
        let selfIssued = record.boolean(.selfIssued) || subject == issuer
        for kind in Self.plain {
            if selfIssued, kind.family == .issuer { continue }
            if isText, kind == .subject || kind == .issuer { continue }
            guard let source = kind.source else { continue }
            for value in record.texts(source, limit: 20) { add(kind, value) }
        }
        if let before = record.text(.notBefore), let after = record.text(.notAfter) {
            add(.window, "\(before)/\(after)")
        }
        if !isText { add(.shape, shape) }
        let lowered = names.map { $0.lowercased() }
        for name in lowered { add(.name, name) }
        // A lone name is its own set.
        if lowered.count > 1 { add(.nameSet, lowered.sorted().joined(separator: ",")) }
        if let pattern = NamePattern.of(lowered) { add(.namePattern, pattern) }
    }

    /// The kinds whose values stand in the record as they are.
    private static let plain: [MarkKind] = MarkKind.allCases.filter {
        !$0.isOfService && $0.source != nil && $0 != .name
    }

    private mutating func add(_ kind: MarkKind, _ value: String) {
        guard !value.isEmpty else { return }
        let mark = Mark(kind, value.utf8.count > Self.mostBytes ? Self.cut(value) : value)
        // A certificate has few marks: looking through them is cheaper than a set.
        if !marks.contains(mark) { marks.append(mark) }
    }

    private static func cut(_ value: String) -> String {
        String(decoding: value.utf8.prefix(mostBytes), as: UTF8.self)
    }

    /// The habits of what made the certificate: which parts stand in which order, how long the serial number
    /// and the validity are.
    static func shape(_ record: RecordPicker) -> String {
        let seconds = record.integer(.validitySeconds)
        let parts: [String?] = [
            record.text(.versionNumber).map { "v" + $0 },
            record.text(.subjectAttributes),
            record.text(.issuerAttributes),
            record.text(.extensionOIDs),
            record.integer(.serialBytes).map { "serial \($0)" },
            seconds.map { $0 % 86400 == 0 ? "\($0 / 86400) d" : "\($0) s" },
            record.text(.signatureAlgorithm),
            record.text(.keyAlgorithm),
            record.text(.keySize),
            record.text(.keyCurve),
        ]
        guard parts.contains(where: { $0 != nil }) else { return "" }
        return parts.map { $0 ?? "-" }.joined(separator: separator)
    }

    /// What stands between the parts of a shape.
    static let separator = " | "
}
