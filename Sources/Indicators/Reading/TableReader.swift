import Bytes
import Observations

/// Reads a table by a mapping: its first row that is no remark names the columns.
struct TableReader {
    private let path: String
    private let map: TableMap
    /// Where each column stands; empty until the first row was read.
    private var places: [String: Int] = [:]
    private let now = ListedDate.now

    init(_ path: String, _ map: TableMap) {
        self.path = path
        self.map = map
    }

    /// Whether a mapping is for a table that begins like this: all of its columns are named in the first row.
    static func fits(_ map: TableMap, _ head: some Sequence<UInt8>) -> Bool {
        for line in Array(head).split(separator: 0x0a, maxSplits: 200) {
            guard let first = line.first(where: { $0 > 0x20 }), first != 0x23 else { continue }
            return Array(line).withUnsafeBufferPointer { bytes in
                let cells = TableRow.cells(bytes.span, delimiter: map.delimiter) ?? []
                return map.columns.isSubset(of: cells.map(trimmed))
            }
        }
        return false
    }

    /// What a mapping names and a table lacks that begins like this; nil where it is no table of it.
    ///
    /// A table of it names another of its columns, or begins with a row of several names, none of which is
    /// anything that a list could hold.
    static func lacks(_ map: TableMap, _ head: some Sequence<UInt8>) -> [String]? {
        for line in Array(head).split(separator: 0x0a, maxSplits: 200) {
            guard let first = line.first(where: { $0 > 0x20 }), first != 0x23 else { continue }
            let cells = Array(line).withUnsafeBufferPointer {
                (TableRow.cells($0.span, delimiter: map.delimiter) ?? []).map(trimmed)
            }
            // A line of a list may have a remark behind it.
            guard cells.first?.contains(" #") == false else { return nil }
            let isHead = cells.count > 1 && cells.allSatisfy { !$0.isEmpty && read($0, nil).isEmpty }
            guard isHead || cells.contains(where: map.columns.contains) else { return nil }
            return map.columns.subtracting(cells).sorted()
        }
        return nil
    }

    mutating func read(_ source: InputBytes, _ sink: IndicatorSink) throws {
        var reader = LineReader(source)
        let (path, map) = (path, map)
        while let line = try reader.nextNumbered({ bytes, number in
            (TableRow.cells(bytes.bindMemory(to: UInt8.self).span, delimiter: map.delimiter), number)
        }) {
            let fault = { (problem: String) in sink.fail(FileError("\(path):\(line.1)", problem)) }
            guard let cells = line.0 else {
                fault("a cell with a quote that is not closed; a row stands on one line")
                continue
            }
            if cells[0].first == "#" { continue }
            guard !places.isEmpty else {
                for (place, cell) in cells.enumerated() {
                    let name = Self.trimmed(cell)
                    // Which of them is meant nobody knows; of the others nothing is asked.
                    guard places.updateValue(place, forKey: name) == nil || !map.columns.contains(name) else {
                        fault("the column '\(name)' stands twice")
                        return
                    }
                }
                continue
            }
            try read(cells, sink, fault)
        }
        for line in reader.skipped {
            sink.fail(FileError("\(path):\(line)", "the line is longer than 64 MiB"))
        }
    }

    private func read(_ cells: [String], _ sink: IndicatorSink, _ fault: (String) -> Void) throws {
        // What a row that was cut does not tell is not nothing.
        if let last = map.columns.compactMap({ places[$0] }).max(), last >= cells.count {
            return fault("the row has \(cells.count) of the table's \(places.count) columns")
        }
        func cell(_ column: String) -> String? {
            guard let place = places[column], place < cells.count else { return nil }
            let text = Self.trimmed(cells[place])
            return text.isEmpty ? nil : text
        }
        func member(_ name: String) -> String? {
            switch map.members[name] {
            case .text(let text): text
            case .column(let column): cell(column)
            case nil: nil
            }
        }
        var note = IndicatorNote(feed: member("feed") ?? FeedName.of(path))
        note.description = member("description")
        note.software = member("software")
        note.softwareID = member("software_id")
        note.reference = member("case")
        if let text = member("tlp") {
            guard let word = IndicatorNote.tlp(text) else { return fault("'\(text)' is no word of the TLP") }
            note.tlp = word
        }
        if let text = member("confirmed") {
            guard let isConfirmed = FlagWord.value(of: text) else {
                return fault("'\(text.prefix(60))' in 'confirmed' is neither yes nor no")
            }
            note.isConfirmed = isConfirmed
        }
        var times: [String: Int] = [:]
        for name in ["date", "until"] {
            guard let text = member(name) else { continue }
            guard let time = Self.time(text) else { return fault("'\(text)' is no time") }
            times[name] = time
        }
        if let problem = ListedDate.contradiction(times["date"], until: times["until"]) { fault(problem) }
        for column in map.values {
            // A row need not have all values.
            guard let value = cell(column.column) else { continue }
            let found: [Indicator]
            if let kindColumn = column.kindColumn {
                guard let word = cell(kindColumn) else {
                    fault("nothing in the column '\(kindColumn)' says what '\(value.prefix(60))' is")
                    continue
                }
                // A kind that the mapping does not know: a URL, a digest of a file.
                guard let kind = column.words[word.lowercased()] ?? IndicatorKind(word: word) else {
                    sink.passOver(.noMark)
                    continue
                }
                found = Self.read(value, kind)
            } else {
                found = Self.read(value, column.kind)
            }
            guard !found.isEmpty else {
                fault("'\(value.prefix(60))' in the column '\(column.column)' is not what it should be")
                continue
            }
            guard !ListedDate.isToCome(times["date"], now: now) else {
                sink.passOver(.notYet)
                continue
            }
            for var indicator in found {
                indicator.day = Indicator.day(times["date"])
                indicator.until = Indicator.day(times["until"])
                try sink.add(indicator, note)
            }
        }
    }

    /// - Parameter kind: nil when its form tells.
    private static func read(_ value: String, _ kind: IndicatorKind?) -> [Indicator] {
        Array(value.utf8).withUnsafeBufferPointer { bytes in
            guard let kind else { return IndicatorText.guess(bytes.span) }
            return IndicatorText.read(kind, bytes.span)
        }
    }

    /// RFC 3339, a date with a time behind a blank, or seconds since 1970.
    private static func time(_ text: String) -> Int? {
        if let time = RFC3339.milliseconds(text) { return time }
        if let seconds = Int(text), (1...253_402_300_799).contains(seconds) { return seconds * 1000 }
        // `2026-11-27 10:00:00`, and with `UTC` behind it.
        guard text.utf8.count > 10, text.utf8.dropFirst(10).first.map({ $0 == 0x20 || $0 == 0x54 }) == true
        else {
            return nil
        }
        return RFC3339.milliseconds(text.prefix(10))
    }

    private static func trimmed(_ text: String) -> String {
        var rest = text[...]
        while let first = rest.first, first == " " || first == "\u{feff}" { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}
