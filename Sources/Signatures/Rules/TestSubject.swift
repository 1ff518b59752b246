import Observations

/// What a test asks about that a record may hold only half of.
enum TestSubject: UInt8, Sendable {
    case value
    /// The order or the escapes of a distinguished name, which four programs write in four ways.
    case spelling
    /// What the leaf has in common with the certificates after it.
    case chain
}

extension FieldTest {
    /// What of its field the test asks about.
    var subject: TestSubject {
        if field == RelationSubject.field {
            return predicate.mayMeet(RelationSubject.ofChain) ? .chain : .value
        }
        return Self.isName(field) && predicate.asksForSpelling ? .spelling : .value
    }

    /// Whether a field holds a distinguished name in one text.
    static func isName(_ field: String) -> Bool {
        field.hasSuffix(".distinguished_name") || names.contains(field)
    }

    private static let names: Set<String> = [
        "tls.server.subject", "tls.server.issuer", "hallmark.certificate.chain.subject",
        "hallmark.certificate.chain.issuer",
    ]
}

/// The relations that more certificates than the leaf decide.
private enum RelationSubject {
    static let field = "hallmark.certificate.relations"
    static let ofChain = CertificateRelation.allCases.filter(\.isOfChain).map(\.rawValue)
}

extension Predicate {
    /// Whether one of some words may answer it, as far as is told without evaluating it.
    fileprivate func mayMeet(_ words: [String]) -> Bool {
        guard case .text(let text, _) = self, let whole = text.literal else { return true }
        let word = String(decoding: whole, as: UTF8.self).lowercased()
        return words.contains(word)
    }

    /// Whether an answer hangs on more than one part of a name.
    ///
    /// That a part stands somewhere in the name is the same in every spelling: a text anywhere, or one part
    /// alone as the whole name.
    fileprivate var asksForSpelling: Bool {
        switch self {
        case .text(let text, _):
            if let whole = text.literal { return !Self.isOnePart(whole) }
            var parts = text.parts[...]
            guard parts.first == .any else { return true }
            parts.removeFirst()
            guard case .literal(let inner) = parts.popFirst() else { return !parts.isEmpty }
            return parts != [.any] || !Self.isOnePart(inner)
        case .expression(let expression, _): return !expression.utf8.allSatisfy(Self.isPlain)
        case .fieldReference(_, let mode, _): return mode == .start || mode == .end
        case .exists: return false
        case .compare, .part, .network: return true
        }
    }

    /// Whether nothing in it parts a name or is escaped in one.
    private static func isOnePart(_ text: [UInt8]) -> Bool {
        !text.contains { separators.contains($0) }
    }

    private static let separators = Array(",+;/\\\"<>#".utf8)

    /// What stands for itself in a regular expression and in a name, and the bar between two of them.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte >= 0x80
            || [0x20, 0x2d, 0x3d, 0x5f, 0x7c].contains(byte)
    }
}
