import Observations

/// Reads the lines of one log of Zeek's, TSV or JSON, into rows.
///
/// A TSV log says in its head what separates its fields and which they are; a log that was rotated or
/// appended to says it again.
struct ZeekTable {
    private var separator = UInt8(ascii: "\t")
    private var unset: [UInt8] = Array("-".utf8)
    /// By field: the column that it is; nil for one that is not read.
    private var columns: [ZeekColumn?] = []
    /// By member of the JSON of the line before: its name and its column.
    private var remembered = ZeekMembers()
    private let tree = JSONTree()
    private(set) var row = ZeekRow()
    /// The log that the head names.
    private(set) var log: ZeekLog?
    /// Whether a name stood twice in the line, of which the first counts.
    private(set) var hasTwice = false

    /// What a line turned out to be.
    enum Line {
        case row, head
        /// Not as Zeek writes it, and why.
        case broken(String)
    }

    /// Reads the rows of a file; what is none is counted.
    ///
    /// - Parameter take: is told a row's log, the row and the number of its line.
    static func rows(
        _ input: ImportInput,
        _ run: ImportRun,
        _ take: (ZeekLog, ZeekRow, Int) throws -> Void
    ) throws {
        var table = ZeekTable()
        try input.lines(run) { line, number in
            switch table.read(line) {
            case .head:
                if table.hasTwice { run.remark(MappedReader.twice, line: number) }
                run.pass()
            case .broken(let reason): run.skip(reason, line: number)
            case .row:
                if table.hasTwice { run.remark(MappedReader.twice, line: number) }
                guard let log = table.log else {
                    return run.skip("a row of no log that is named", line: number)
                }
                try take(log, table.row, number)
            }
        }
    }

    /// Reads a line, which has `RecordPicker.padding` readable bytes behind it.
    mutating func read(_ line: UnsafeRawBufferPointer) -> Line {
        row.removeAll()
        hasTwice = false
        if line.first == 0x7b { return readJSON(line) }
        if line.first == 0x23 {
            readHead(line)
            return .head
        }
        return readFields(line)
    }

    private mutating func readHead(_ line: UnsafeRawBufferPointer) {
        let words = line.split(separator: separator, maxSplits: 4096, omittingEmptySubsequences: false)
        guard let name = words.first.map({ String(decoding: $0, as: UTF8.self) }) else { return }
        let value = words.count > 1 ? Array(words[1]) : []
        switch name {
        case "#set_separator": if let byte = value.first { row.setSeparator = byte }
        case "#empty_field": row.empty = value
        case "#unset_field": unset = value
        case "#path": log = ZeekLog(rawValue: String(decoding: value, as: UTF8.self)) ?? .other
        case "#fields":
            var known: Set<[UInt8]> = []
            columns = words.dropFirst().map { name in
                guard known.insert(Array(name)).inserted else {
                    hasTwice = true
                    return nil
                }
                return ZeekColumn.named[Array(name)]
            }
        default:
            // The separator itself stands behind a blank, escaped: `#separator \x09`.
            let text = String(decoding: line, as: UTF8.self)
            if text.hasPrefix("#separator "), let byte = UInt8(text.suffix(2), radix: 16) { separator = byte }
        }
    }

    private mutating func readFields(_ line: UnsafeRawBufferPointer) -> Line {
        guard !columns.isEmpty else { return .broken("fields without a head that names them") }
        var place = 0
        var start = 0
        var index = 0
        while index <= line.count {
            if index == line.count || line[index] == separator {
                guard place < columns.count else { return .broken("more fields than the head names") }
                if let column = columns[place] {
                    let field = UnsafeRawBufferPointer(rebasing: line[start..<index])
                    if !field.elementsEqual(unset) { row[column] = .text(field) }
                }
                place += 1
                start = index + 1
            }
            index += 1
        }
        return place == columns.count ? .row : .broken("fewer fields than the head names")
    }

    private mutating func readJSON(_ line: UnsafeRawBufferPointer) -> Line {
        guard let root = try? tree.read(line, padded: true), root.isObject else {
            return .broken("no JSON")
        }
        var place = 0
        for member in root.parts {
            if let column = remembered.column(member.key, at: place) {
                if row.has(column) { hasTwice = true } else if !member.isNull { row[column] = .node(member) }
            } else if member.isObject {
                // Some collectors turn `id.orig_h` into an object within an object.
                for inner in member.parts where !inner.isNull {
                    let name = Array(member.key) + [0x2e] + Array(inner.key)
                    if let column = ZeekColumn.named[name] { row[column] = .node(inner) }
                }
            }
            place += 1
        }
        if case .node(let node) = row[.path] {
            log = node.string.map { ZeekLog(rawValue: $0) ?? .other }
        } else {
            // Each line of Zeek's has its time.
            guard row.has(.ts) else { return .broken("no line of Zeek's") }
            log = guessed
        }
        return .row
    }

    /// Which log a line of JSON is of that does not say it.
    private var guessed: ZeekLog {
        if row.has(.serial) || row.has(.certificateSubject) { return .x509 }
        if row.has(.established) || row.has(.cipher) || row.has(.chain) || row.has(.chainFiles) {
            return .ssl
        }
        if row.has(.method) || row.has(.statusCode) { return .http }
        if row.has(.query) && (row.has(.queryType) || row.has(.answers)) { return .dns }
        return row.has(.service) || row.has(.serverBytes) ? .conn : .other
    }
}
