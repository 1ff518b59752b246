import Bytes
import Foundation
import Search
import Terminal

/// An answer of `hallmark search` on standard output.
struct SearchOutput {
    private let search: CorpusSearch
    private let command: SearchCommand
    private let output = StandardOutput()
    /// Whether more was found than `--limit` lets be written.
    private var isCut = false

    init(_ search: CorpusSearch, _ command: SearchCommand) {
        self.search = search
        self.command = command
    }

    /// - Returns: whether anything was found.
    mutating func write() throws -> Bool {
        let found: Bool
        if command.count {
            found = try writeCount()
        } else if let field = command.groupBy {
            found = try writeGroups(field)
        } else if command.format == .ndjson {
            found = try writeRecords()
        } else {
            found = try writeRows()
        }
        try output.flush()
        if isCut {
            let what = command.groupBy == nil ? "the newest" : command.rarest ? "the rarest" : "the commonest"
            let rows = counted(command.limit, command.groupBy == nil ? "row" : "value")
            let verb = command.limit == 1 ? "is" : "are"
            Terminal.say("\(what) \(rows) \(verb) shown, and there are more (--limit)")
        }
        return found
    }

    /// One row more than is written is asked for: it tells that there are more.
    private var asked: Int { command.limit + 1 }

    private func writeCount() throws -> Bool {
        let count = try search.count()
        try output.write(command.format == .ndjson ? "{\"count\":\(count)}\n" : "\(count)\n")
        return count > 0
    }

    private mutating func writeGroups(_ field: String) throws -> Bool {
        var groups = try search.groups(by: field, rarest: command.rarest, limit: asked)
        isCut = groups.count > command.limit
        if isCut { groups.removeLast() }
        let all = try search.count()
        let rows = groups.map { group in
            // How surprising it is to meet the value, in bits.
            let bits = all > 0 ? log2(Double(all) / Double(max(group.count, 1))) : 0
            return (group, share: all > 0 ? 100 * Double(group.count) / Double(all) : 0, bits: max(0, bits))
        }
        switch command.format {
        case .table:
            var table = TextTable(["count", "share", "bits", field], widest: .max)
            for (group, share, bits) in rows {
                let value = group.value.isEmpty ? "\"\"" : group.value
                table.add(["\(group.count)", Self.text(share, 2) + " %", Self.text(bits, 1), value])
            }
            try output.write(table.text)
        case .csv:
            try output.write("count,share,bits,\(field)\r\n")
            for (group, share, bits) in rows {
                let cells = [
                    "\(group.count)", Self.text(share, 4), Self.text(bits, 2), SafeText.csv(group.value),
                ]
                try output.write(cells.joined(separator: ",") + "\r\n")
            }
        case .ndjson:
            for (group, _, bits) in rows {
                var line = ByteBuffer()
                line.append("{")
                line.member("field", field)
                line.member("value", group.value)
                line.member("count", group.count)
                line.append(",\"bits\":\(Self.text(bits, 2))}\n")
                try line.withSpan { try output.writeRecords($0) }
            }
        }
        return !groups.isEmpty
    }

    private static func text(_ number: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", number)
    }

    private mutating func writeRows() throws -> Bool {
        let names = command.fields.map(Self.names) ?? CorpusSearch.columns(of: search.unit)
        var (written, isMore) = (0, false)
        var table = TextTable(names.map { $0.split(separator: ".").last.map(String.init) ?? $0 })
        if command.format == .csv { try output.write(names.joined(separator: ",") + "\r\n") }
        try search.rows(names, limit: asked) { cells in
            guard written < command.limit else {
                isMore = true
                return
            }
            written += 1
            if command.format == .csv {
                try output.write(cells.map(SafeText.csv).joined(separator: ",") + "\r\n")
            } else {
                table.add(cells)
            }
        }
        if command.format == .table, written > 0 { try output.write(table.text) }
        isCut = isMore
        return written > 0
    }

    private mutating func writeRecords() throws -> Bool {
        var written = 0
        let found = try search.records(limit: asked) { record in
            guard written < command.limit else { return }
            written += 1
            try output.writeRecords(record)
        }
        isCut = found > command.limit
        return written > 0
    }

    static func names(_ text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
    }
}
