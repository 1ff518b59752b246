import Bytes
import Observations

/// Which parts of a certificate a record tells, or a corpus has.
///
/// A part that stood in a record and could not be read is not told.
struct ToldParts: OptionSet {
    let rawValue: UInt32

    init(rawValue: UInt32) { self.rawValue = rawValue }

    private init(_ parts: [Bool], shape: String) {
        let all = parts + (shape.isEmpty ? [] : shape.split(separator: " | ").map { $0 != "-" })
        rawValue = all.prefix(32).enumerated().reduce(0) { $1.element ? $0 | 1 << UInt32($1.offset) : $0 }
    }

    init(_ record: RecordPicker) {
        func isTold(_ field: RecordField) -> Bool {
            record.withBytes(field) { !$0.isEmpty } ?? false
        }
        func isTime(_ field: RecordField) -> Bool {
            record.text(field).map { RFC3339.milliseconds($0) != nil } ?? false
        }
        self.init(
            [
                isTold(.subject), isTold(.issuer), isTold(.serialNumber), isTime(.notBefore),
                isTime(.notAfter), isTold(.spki),
                isTold(.tbs), record.has(.hashes), record.has(.x509), record.has(.certificate),
            ],
            shape: CertificateFacts.shape(record)
        )
    }

    /// The columns of `certificates` from `subject` to `details`.
    static let columns =
        "subject, issuer, serial, not_before, not_after, spki, tbs, hashes, x509, details, shape"

    init(_ row: CorpusRow) throws {
        var isTold: [Bool] = []
        for column in 0..<3 as Range<Int32> { isTold.append(try !row.text(column).isEmpty) }
        for column in 3..<5 as Range<Int32> { isTold.append(!row.isNull(column)) }
        for column in 5..<7 as Range<Int32> { isTold.append(try !row.bytes(column).isEmpty) }
        for column in 7..<10 as Range<Int32> { isTold.append(!row.isNull(column)) }
        self.init(isTold, shape: try row.text(10))
    }

    /// SQL that is true for a row of `certificates` that may lack a part: most lack none, which costs no more
    /// than a look at the row.
    ///
    /// Only keys on curves have the last part of the shape.
    static let mayLack = """
        subject = '' OR issuer = '' OR serial = '' OR not_before IS NULL OR not_after IS NULL OR length(spki) = 0
        OR length(tbs) = 0 OR hashes IS NULL OR x509 IS NULL OR details IS NULL OR instr(shape, '- |') > 0
        OR shape = ''
        """
}
