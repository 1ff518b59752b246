import Bytes
import Observations

/// Says of a record's certificate whether it was revoked, and remembers it for endpoints that show the same.
final class RevocationDesk {
    /// The text of an answer and its certificate's digest, and what they come to.
    private var known: [String: RevocationContext.Statement] = [:]
    private static let capacity = 4096
    /// Certificates of the chain that are tried as the leaf's issuer.
    private static let mostIssuers = 4
    /// RFC 7633, section 4.1.
    private static let featureOID = "1.3.6.1.5.5.7.1.24"

    func look(_ record: RecordPicker, _ facts: RecordFacts) -> RevocationContext? {
        guard facts.leaf != nil else { return nil }
        var context = RevocationContext()
        let answer = record.text(.ocspResponse)
        if let extensions = record.text(.extensionOIDs) {
            context.mustStaple = extensions.split(separator: ",").contains { $0 == Self.featureOID }
        }
        // In a record that others made it can't be told whether there was none.
        context.lacksStaple = answer == nil && record.text(.dataset) != RecordDataset.imported.rawValue
        if let answer { context.staple = staple(answer, record, facts) }
        return context.isEmpty ? nil : context
    }

    private func staple(
        _ answer: String,
        _ record: RecordPicker,
        _ facts: RecordFacts
    ) -> RevocationContext.Statement {
        // The moment is part of what is said, by the quarter of an hour.
        let quarter = (facts.time ?? 0) / 900_000
        let key = "\(facts.leaf ?? "")\(quarter) \(answer)"
        if let statement = known[key] { return statement }
        let chain = record.texts(.chainDER, limit: Self.mostIssuers + 1).map { [UInt8](base64: $0) }
        var statement = RevocationContext.Statement(chain.count < 2 ? .unchecked : .unreadable)
        if let bytes = [UInt8](base64: answer), let leaf = chain.first ?? nil {
            // Servers send chains in any order, and twice: whoever issued the leaf fits, and nobody else.
            for issuer in chain.dropFirst().compactMap(\.self) {
                statement = RevocationProof.read(
                    answer: bytes,
                    leaf: leaf,
                    issuer: issuer,
                    now: facts.time ?? Int(WallClock.nanoseconds / 1_000_000)
                )
                if statement.status != .other, statement.status != .invalid { break }
            }
        }
        if known.count >= Self.capacity { known.removeAll(keepingCapacity: true) }
        known[key] = statement
        return statement
    }
}

extension [UInt8] {
    fileprivate init?(base64 text: String) {
        var text = text
        let bytes = text.withUTF8 { [UInt8](base64: UnsafeRawBufferPointer($0)) }
        guard let bytes else { return nil }
        self = bytes
    }
}
