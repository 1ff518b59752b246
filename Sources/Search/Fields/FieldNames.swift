import Observations
import Terminal

/// Which fields the name in a query stands for.
package enum FieldNames {
    /// The fields of a name, of a name with wildcards, or of an object when all below it may be meant.
    ///
    /// - Throws: for a name that stands for no field, with one that is near.
    static func fields(_ literal: KQLLiteral, below path: String?, orAllOf object: Bool) throws(KQLError)
        -> [SearchField]
    {
        let prefix = path.map { $0 + "." } ?? ""
        if case .wildcard(let pieces) = literal {
            let pattern = [prefix + pieces[0]] + pieces.dropFirst()
            let found = SearchField.all.filter { Glob.matches($0.name, pattern) }
            guard !found.isEmpty else {
                if let finding = FindingField.all.first(where: { Glob.matches($0.name, pattern) }) {
                    throw KQLError(column: nil, reason: ofFindings(finding.name))
                }
                throw KQLError(
                    column: nil,
                    reason: "no field has a name like \(pattern.joined(separator: "*"))"
                )
            }
            return found
        }
        guard let plain = literal.plain else {
            throw KQLError(column: nil, reason: "\(literal.description) is no field's name")
        }
        let name = prefix + plain
        if let field = SearchField.byName[name] { return [field] }
        let below = SearchField.all.filter { $0.name.hasPrefix(name + ".") }
        if object, !below.isEmpty { return below }
        throw unknown(name, below)
    }

    /// What to say of a field that findings have alone.
    static func ofFindings(_ name: String) -> String {
        "\(name) is of findings, not of what was seen: ask '--of findings'"
    }

    private static func unknown(_ name: String, _ below: [SearchField]) -> KQLError {
        if FindingField.all.contains(where: { $0.name == name || $0.name.hasPrefix(name + ".") }),
            below.isEmpty
        {
            return KQLError(column: nil, reason: ofFindings(name))
        }
        if let first = below.first {
            return KQLError(
                column: nil,
                reason:
                    "\(name) is an object: ask for a field of it, such as \(first.name), or for '\(name): *'"
            )
        }
        if Field.all.contains(where: { $0.name == name || $0.name.hasPrefix(name + ".") }) {
            return KQLError(
                column: nil,
                reason:
                    "a corpus does not keep \(name), which stands in the records of scans alone (Docs/search.md)"
            )
        }
        let near = Spelling.nearest(to: name, among: SearchField.all.map(\.name)) ?? sameEnd(as: name)
        let hint = near.map { "; is it \($0)?" } ?? ""
        return KQLError(column: nil, reason: "unknown field \(name)\(hint)")
    }

    /// The shortest field that ends in a name as a person remembers it: `not_after`.
    private static func sameEnd(as name: String) -> String? {
        let ends = SearchField.all.map(\.name).filter { $0.hasSuffix("." + name) }
        return ends.min { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
    }
}

/// Texts with wildcards, matched as SQLite's GLOB does it with `*` alone.
enum Glob {
    /// - Parameter pieces: what stands between the wildcards.
    static func matches(_ text: String, _ pieces: [String]) -> Bool {
        guard pieces.count > 1, let first = pieces.first, let last = pieces.last else {
            return text == pieces.first
        }
        var rest = Array(text.utf8)[...]
        guard rest.starts(with: first.utf8) else { return false }
        rest = rest.dropFirst(first.utf8.count)
        for piece in pieces[1..<pieces.count - 1] where !piece.isEmpty {
            guard let found = rest.firstRange(of: Array(piece.utf8)) else { return false }
            rest = rest[found.upperBound...]
        }
        return rest.count >= last.utf8.count && rest.suffix(last.utf8.count).elementsEqual(last.utf8)
    }

    /// The pattern for `GLOB`.
    static func pattern(_ pieces: [String]) -> String {
        pieces.map { piece in
            var result = ""
            for scalar in piece.unicodeScalars {
                switch scalar {
                case "*", "?", "[": result += "[\(scalar)]"
                default: result.unicodeScalars.append(scalar)
                }
            }
            return result
        }.joined(separator: "*")
    }
}
