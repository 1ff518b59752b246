import Bytes
import Observations
package import YAML

/// What the columns of a table mean, as a file of YAML says it.
package struct TableMap: Sendable {
    /// A text that is the same for all rows, or a column.
    enum Source: Sendable {
        case text(String)
        case column(String)
    }

    /// A column of values, and what they are.
    struct Values: Sendable {
        let column: String
        /// What all of them are; nil when their form or another column tells.
        let kind: IndicatorKind?
        /// The column that tells it, with its words; words of the list of kinds need not be given.
        let kindColumn: String?
        let words: [String: IndicatorKind]
    }

    /// The file that it was read from.
    package let file: String
    /// The SHA-256 of its text.
    let digest: [UInt8]
    let delimiter: UInt8
    let values: [Values]
    /// `feed`, `date`, `until`, `description`, `software`, `software_id`, `tlp`, `case`, `confirmed`.
    let members: [String: Source]

    private static let memberNames = [
        "feed", "date", "until", "description", "software", "software_id", "tlp", "case", "confirmed",
    ]

    /// - Throws: with the place of what is wrong.
    package init(_ text: [UInt8], file: String) throws(YAMLError) {
        let documents = try YAMLReader.parse(text, file: file)
        guard let root = documents.first, documents.count == 1 else {
            throw YAMLError(file: file, line: 1, column: 1, message: "a mapping is one document")
        }
        self.file = file
        digest = Array(BodyDigest.sha256(text.span))
        try root.allow(Set(Self.memberNames + ["delimiter", "values"]))
        delimiter = try Self.delimiter(root["delimiter"])
        var values: [Values] = []
        for node in try root.required("values").list() { values.append(try Self.values(node)) }
        guard !values.isEmpty else { throw root.error("'values' names no column") }
        self.values = values
        var members: [String: Source] = [:]
        for name in Self.memberNames {
            guard let node = root[name] else { continue }
            members[name] = try Self.source(node)
        }
        self.members = members
    }

    private static func delimiter(_ node: YAMLNode?) throws(YAMLError) -> UInt8 {
        guard let node else { return 0x2c }
        let text = try node.string()
        if text == "tab" { return 0x09 }
        guard text.utf8.count == 1, let byte = text.utf8.first, byte != 0x22, byte > 0x20 || byte == 0x09
        else {
            throw node.error("a delimiter is one character, or 'tab'")
        }
        return byte
    }

    private static func source(_ node: YAMLNode) throws(YAMLError) -> Source {
        guard node.entries != nil else { return .text(try node.string()) }
        try node.allow(["column"])
        return .column(try node.required("column").string())
    }

    private static func values(_ node: YAMLNode) throws(YAMLError) -> Values {
        try node.allow(["column", "kind"])
        let column = try node.required("column").string()
        guard let kind = node["kind"] else {
            return Values(column: column, kind: nil, kindColumn: nil, words: [:])
        }
        guard kind.entries != nil else {
            return Values(column: column, kind: try word(kind), kindColumn: nil, words: [:])
        }
        try kind.allow(["column", "words"])
        var words: [String: IndicatorKind] = [:]
        if let map = kind["words"] {
            for entry in try map.map() { words[entry.name.lowercased()] = try word(entry.value) }
        }
        return Values(
            column: column,
            kind: nil,
            kindColumn: try kind.required("column").string(),
            words: words
        )
    }

    private static func word(_ node: YAMLNode) throws(YAMLError) -> IndicatorKind {
        let text = try node.string()
        guard let kind = IndicatorKind(word: text) else {
            throw node.error("'\(text)' is no kind of indicator")
        }
        return kind
    }

    /// All columns that a table has to have.
    var columns: Set<String> {
        var columns = Set(values.map(\.column) + values.compactMap(\.kindColumn))
        for case .column(let name) in members.values { columns.insert(name) }
        return columns
    }
}
