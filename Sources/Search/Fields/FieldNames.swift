import Decisions
import Observations
import Terminal
import Wire

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
        if case .null = literal, !prefix.isEmpty {
            throw KQLError(
                column: nil,
                reason: "a value in braces has a field before it, as in hallmark.leads:{ label: high }"
            )
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

    /// Refuses a URL, or an endpoint with its port, whose colon makes a field and a value of it.
    static func checkPlace(_ name: KQLLiteral, _ value: KQLLiteral) throws(KQLError) {
        let text: String? = if case .wildcard(let pieces) = value { pieces[0] } else { value.plain }
        guard let name = name.plain, let text else { return }
        if text.hasPrefix("//"), !name.contains(".") {
            throw KQLError(column: nil, reason: "'\(name):\(text)' is put in quotes, as each URL is")
        }
        guard SearchField.byName[name] == nil, Int(text).map({ 1...65_535 ~= $0 }) ?? false,
            name.contains("."), case .endpoint = DecisionSubject(.endpoint, name)
        else { return }
        let isAddress = IPAddress(name) != nil
        guard isAddress || Field.named(name) == nil,
            isAddress || Spelling.nearest(to: name, among: SearchField.all.map(\.name)) == nil
        else { return }
        let what = isAddress ? "'\(name)' is no field" : "unknown field \(name)"
        throw KQLError(
            column: nil,
            reason: "\(what); an endpoint with its port is put in quotes: \"\(name):\(text)\""
        )
    }

    /// What to say of a field that findings have alone.
    static func ofFindings(_ name: String) -> String {
        "\(name) is of findings, not of what was seen: ask '--of findings'"
    }

    /// What to say of a name with braces that is none of a list of objects.
    static func noList(_ name: KQLLiteral) -> KQLError {
        let plain = name.plain ?? ""
        let reason: String
        if plain == FindingField.list {
            reason = ofFindings(plain)
        } else if Field.all.contains(where: { $0.name == plain && $0.kind == .objects }) {
            reason = notKept(plain)
        } else {
            let lists = SearchField.listNames.joined(separator: ", ")
            reason = "\(name.description) is no list of objects; such are \(lists)"
        }
        return KQLError(column: nil, reason: reason)
    }

    private static func notKept(_ name: String) -> String {
        name == "hallmark.leads.against"
            ? "\(name) can't be asked for: a lead's page in the console shows it"
            : "a corpus does not keep \(name), which stands in the records of scans alone (Docs/search.md)"
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
            return KQLError(column: nil, reason: notKept(name))
        }
        let near = Spelling.nearest(to: name, among: SearchField.all.map(\.name)) ?? sameEnd(as: name)
        return KQLError(column: nil, reason: "unknown field \(name)\(Spelling.hint(near))")
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
