import Bytes

/// The lines of one list of targets, whoever wrote it: Docs/targets.md has the forms in a table.
///
/// A line is understood as a whole or gives no target: half of one is another host than the line means.
struct TargetList: Sendable {
    /// One target of a line, and how it is written in the language of targets.
    struct Item {
        let text: [UInt8]
        let spec: TargetSpec

        init(_ spec: TargetSpec, _ text: [UInt8]? = nil) {
            self.spec = spec
            self.text = text ?? Array("\(spec)".utf8)
        }
    }

    /// What a line came to.
    enum Line {
        case targets([Item])
        /// A comment, a blank line, the names of columns.
        case nothing
        /// The name of the one column that the list has.
        case columnName
        /// Another program's line that names no open TCP port.
        case closed
    }

    /// Why a line is not understood.
    struct Problem: Error {
        let text: [UInt8]
        let why: String

        init(_ text: [UInt8] = [], _ why: String) {
            self.text = text
            self.why = why
        }
    }

    /// Whether the first line may name columns; it may not where a person types targets.
    private let mayHaveHeader: Bool
    private var hasBegun = false
    private var form = Form.lines

    private enum Form {
        case lines
        case table(TargetTable)
        /// Under names of columns that tell nothing; what a row means is not known.
        case unknownTable
        case json
    }

    init(mayHaveHeader: Bool = true) {
        self.mayHaveHeader = mayHaveHeader
    }

    mutating func read(_ line: [UInt8]) throws(Problem) -> Line {
        let text = line.withoutBlanks
        guard let first = text.first, first != UInt8(ascii: "#") else { return .nothing }
        let isFirst = !hasBegun
        hasBegun = true
        if isFirst, mayHaveHeader, let line = try begin(text) { return line }
        if TargetRow.isJSON(text) { form = .json }
        switch form {
        case .table(let table): return try table.row(text).line
        case .json: return try TargetRow.line(json: text)
        case .unknownTable: throw Problem(text, "the columns of the table are not known")
        case .lines:
            // One list behind another brings its names of columns along: they are nobody's hosts.
            guard !mayHaveHeader || !TargetTable.isHeader(text) else {
                throw Problem(
                    text,
                    "names columns, which only the first line of a list does; a host of that name has a dot behind it"
                )
            }
        }
        if let line = try ScannerLine.read(text) { return line }
        let said = LineItems.withoutComment(text)
        if let row = TargetRow(zgrab: said) { return try row.line }
        return .targets(try TargetLine.items(of: said))
    }

    /// Whether the first line names columns.
    private mutating func begin(_ text: [UInt8]) throws(Problem) -> Line? {
        do throws(Problem) {
            guard let table = try TargetTable(header: text) else { return nil }
            guard table.hasColumns else { return .columnName }
            form = .table(table)
            return .nothing
        } catch {
            form = .unknownTable
            throw error
        }
    }
}

extension [UInt8] {
    /// Without blanks, the byte order mark of a list that was joined from others, and a carriage return.
    var withoutBlanks: [UInt8] {
        var text = self[...]
        if text.starts(with: [0xef, 0xbb, 0xbf]) { text = text.dropFirst(3) }
        while let first = text.first, LineItems.isBlank(first) { text = text.dropFirst() }
        while let last = text.last, LineItems.isBlank(last) { text = text.dropLast() }
        return text.count == count ? self : Array(text)
    }
}
