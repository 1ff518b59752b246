/// A field's name or a value as it stands in a query.
package enum KQLLiteral: Equatable, Sendable {
    case null
    case truth(Bool)
    /// Without quotes; blanks inside are part of it.
    case text(String)
    /// In quotes: a phrase, in which `*` is a star.
    case phrase(String)
    /// The pieces between wildcards: `a*b` has two, `*` two empty ones.
    case wildcard([String])

    /// The literal as a field's name or a value without wildcards; nil for what is none.
    package var plain: String? {
        switch self {
        case .text(let text), .phrase(let text): text
        case .truth(let truth): truth ? "true" : "false"
        case .null, .wildcard: nil
        }
    }

    /// Whether it is a lone `*`.
    package var isAny: Bool {
        guard case .wildcard(let pieces) = self else { return false }
        return pieces.allSatisfy(\.isEmpty)
    }

    /// Texts in quotes, phrases with a `p` in front, wildcards with a `w`; other words as they are.
    package var description: String {
        switch self {
        case .null: "null"
        case .truth(let truth): truth ? "true" : "false"
        case .text(let text): Self.quoted(text)
        case .phrase(let text): "p" + Self.quoted(text)
        case .wildcard(let pieces): "w" + Self.quoted(pieces.joined(separator: "\u{1}"))
        }
    }

    /// The text in quotes; a wildcard is `\*`.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\u{1}": result += "\\*"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
