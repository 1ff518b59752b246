import Observations
import Terminal

/// What a rule may name.
enum FieldCatalog {
    private static let fields = Dictionary(uniqueKeysWithValues: Field.all.map { ($0.name, $0) })
    private static let maps = Field.all.filter { $0.kind == .map }.map { $0.name + "." }

    /// A field's kind, or nil when the record has no such field.
    ///
    /// What Hallmark itself concludes can't be tested: it is made from the matches.
    static func kind(of name: String) -> Field.Kind? {
        if let field = fields[name] { return field.isConcluded ? nil : field.kind }
        return member(name) == nil ? nil : .keyword
    }

    /// The member's name when `name` is one of a map's: `server` of `http.response.header.server`.
    static func member(_ name: String) -> Substring? {
        for map in maps where name.hasPrefix(map) && name.utf8.count > map.utf8.count {
            let member = name.dropFirst(map.count)
            return member.utf8.allSatisfy(isHeaderByte) ? member : nil
        }
        return nil
    }

    private static func isHeaderByte(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2d || byte == 0x5f
    }

    /// What is said of a field that no record has.
    static func unknown(_ name: String) -> String {
        "unknown field \(name)\(Spelling.hint(suggestion(for: name)))"
    }

    /// The field whose name is nearest, for a better error.
    static func suggestion(for name: String) -> String? {
        if kind(of: name.lowercased()) != nil { return name.lowercased() }
        let known = Field.all.map(\.name).filter { kind(of: $0) != nil }
        let last = name.split(separator: ".").last ?? ""
        let candidates = known.filter { $0.hasSuffix("." + last) }
        if candidates.count == 1 { return candidates[0] }
        return Spelling.nearest(to: name, among: known)
    }

    /// Whether a field has a value of its own in each HTTP exchange.
    static func isInExchange(_ name: String) -> Bool {
        name.hasPrefix("http.") || name.hasPrefix("url.")
    }
}
