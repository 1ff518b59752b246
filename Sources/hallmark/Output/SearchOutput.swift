import Bytes
import Foundation
import Search
import Terminal

/// An answer of `hallmark search` on standard output.
struct SearchOutput {
    private let search: CorpusSearch
    private let command: SearchCommand
    private let output = StandardOutput()

    init(_ search: CorpusSearch, _ command: SearchCommand) {
        self.search = search
        self.command = command
    }

    /// - Returns: whether anything was found.
    func write() throws -> Bool {
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
        return found
    }

    private func writeCount() throws -> Bool {
        let count = try search.count()
        try output.write(command.format == .ndjson ? "{\"count\":\(count)}\n" : "\(count)\n")
        return count > 0
    }

    private func writeGroups(_ field: String) throws -> Bool {
        let groups = try search.groups(by: field, rarest: command.rarest, limit: command.limit)
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

    private func writeRows() throws -> Bool {
        let names = command.fields.map(Self.names) ?? CorpusSearch.columns(of: search.unit)
        var isEmpty = true
        var table = TextTable(names.map { $0.split(separator: ".").last.map(String.init) ?? $0 })
        if command.format == .csv { try output.write(names.joined(separator: ",") + "\r\n") }
        try search.rows(names, limit: command.limit) { cells in
            isEmpty = false
            if command.format == .csv {
                try output.write(cells.map(SafeText.csv).joined(separator: ",") + "\r\n")
            } else {
                table.add(cells)
            }
        }
        if command.format == .table, !isEmpty { try output.write(table.text) }
        return !isEmpty
    }

    private func writeRecords() throws -> Bool {
        try search.records(limit: command.limit) { try output.writeRecords($0) } > 0
    }

    private static func names(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }
}
