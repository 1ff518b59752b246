import Observations

/// Reads lines of fields between separators, with or without a head that names their columns, as a mapping
/// says.
struct MappedTable {
    /// Lines and bytes of a field in quotes that goes over several.
    private static let mostLines = 32
    private static let mostBytes = 256 * 1024

    private let mapping: Mapping
    private let run: ImportRun
    private var separator: UInt8
    /// The head as it stands, and the columns by it: `-` for one whose name stood before.
    private var head: [String] = []
    private var columns: [String]
    private var isCut = false
    /// The lines of an entry whose quote is open, and the number of the first.
    private var open: [[UInt8]] = []
    private var firstOpen = 0

    init(_ mapping: Mapping, _ run: ImportRun) {
        self.mapping = mapping
        self.run = run
        separator = mapping.separator
        columns = mapping.columns
    }

    /// A row by its columns, without what stands for nothing.
    static func row(_ mapping: Mapping, _ columns: [String], _ fields: [String]) -> [String: String] {
        var row: [String: String] = [:]
        for (column, field) in zip(columns, fields)
        where column != "-" && !field.isEmpty && !mapping.unset.contains(field) {
            row[column] = field
        }
        return row
    }

    /// Reads a file to its end.
    func read(_ input: ImportInput, _ take: ([String: String], Int) throws -> Void) throws {
        let head = input.head
        var table = self
        // The columns are named in the second line, since the first one is broken.
        table.isCut =
            columns.isEmpty && !MappedReader.recognises(mapping, head)
            && head.withoutFirstLine.map { MappedReader.recognises(mapping, $0) } == true
        try input.lines(run) { line, number in try table.take(line, number, take) }
        while !table.open.isEmpty { try table.giveUp(take) }
    }

    private mutating func take(
        _ line: UnsafeRawBufferPointer,
        _ number: Int,
        _ take: ([String: String], Int) throws -> Void
    ) throws {
        guard open.isEmpty else { return try goOn(Array(line), take) }
        let (fields, isOpen, _) = FieldLine.separated(line, by: separator)
        guard isOpen else { return try self.take(fields, line, number, take) }
        open = [Array(line)]
        firstOpen = number
    }

    /// Takes a line within a quote.
    private mutating func goOn(_ line: [UInt8], _ take: ([String: String], Int) throws -> Void) throws {
        open.append(line)
        let whole = Array(open.joined(separator: [0x0a]))
        let (fields, isOpen, isOdd) = whole.withUnsafeBytes { FieldLine.separated($0, by: separator) }
        if isOpen {
            if open.count >= Self.mostLines || whole.count > Self.mostBytes { try giveUp(take) }
            return
        }
        guard isRight(fields), !isOdd, mapping.width?.takes(fields, mapping) != false else {
            return try giveUp(take)
        }
        // Lines of one entry are one.
        run.countLine(1 - open.count)
        let number = firstOpen
        open = []
        try whole.withUnsafeBytes { try self.take(fields, $0, number, take) }
    }

    /// The first line's quote is one that nobody closes: the lines behind it are read for themselves.
    private mutating func giveUp(_ take: ([String: String], Int) throws -> Void) throws {
        let (lines, first) = (open, firstOpen)
        open = []
        run.skip("a quote that is not closed", line: first)
        for (place, line) in lines.enumerated().dropFirst() {
            try line.withUnsafeBytes { try self.take($0, first + place, take) }
        }
    }

    private func isRight(_ fields: [String]) -> Bool {
        columns.isEmpty || !mapping.columns.isEmpty || fields.count == columns.count
    }

    private mutating func take(
        _ fields: [String],
        _ line: UnsafeRawBufferPointer,
        _ number: Int,
        _ take: ([String: String], Int) throws -> Void
    ) throws {
        if isCut, number == 1 { return run.skip("no names of columns", line: number) }
        if columns.isEmpty {
            if head.isEmpty, let mark = Self.separator(line) {
                separator = mark
                return run.pass()
            }
            return name(fields.map(\.trimmingBlanks), number)
        }
        // A log that was rotated begins with its head again.
        if !head.isEmpty, fields.elementsEqual(head, by: { $0.trimmingBlanks == $1 }) { return run.pass() }
        // A line with fewer fields is one that broke off, or another kind of line.
        guard isRight(fields) else {
            return run.skip("another number of fields than the first line has", line: number)
        }
        let row = Self.row(mapping, columns, fields)
        // Lines that are other entries have numbers of their own.
        if let width = mapping.width, MappedReader.isWanted(.row(row), mapping), !width.takes(fields, mapping)
        {
            return run.skip(FieldWidth.fault, line: number)
        }
        try take(row, number)
    }

    /// Takes the head.
    private mutating func name(_ names: [String], _ number: Int) {
        head = names
        var known: Set<String> = []
        var twice = 0
        columns = names.map { name in
            if known.insert(name).inserted { return name }
            twice += 1
            return "-"
        }
        if twice > 0 { run.remark(MappedReader.twice, count: twice, line: number) }
        let wanted = mapping.fields.map { Set($0.value.places) }.filter { !$0.isEmpty }
        let missing = wanted.count { $0.isDisjoint(with: known) }
        if missing == wanted.count, missing > 0 {
            return run.skip("a head with none of the mapping's columns", line: number)
        }
        if missing > 0 {
            run.remark("fields whose columns the head does not have", count: missing, line: number)
        }
        run.pass()
    }

    /// The separator that spreadsheets write before the head: `sep=;`.
    private static func separator(_ line: UnsafeRawBufferPointer) -> UInt8? {
        let text = line.filter { $0 != 0x22 }
        guard text.count == 5, String(decoding: text.prefix(4), as: UTF8.self).lowercased() == "sep=" else {
            return nil
        }
        return text[4]
    }
}

extension Mapping.Value {
    /// The places that it looks at.
    var places: [String] {
        switch self {
        case .first(let places), .all(let places), .joined(let places), .sum(let places): places
        case .constant: []
        }
    }
}
