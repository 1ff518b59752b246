import Corpus
import Foundation

/// Text for a terminal: what could move its cursor or change its state is escaped.
func printable(_ text: String) -> String { SafeText.terminal(text) }

/// Rows in columns; the last column is left as wide as it is.
func printTable(_ rows: [[String]]) {
    let rows = rows.map { $0.map(printable) }
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
        rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0
    }
    for row in rows {
        let cells = row.enumerated().map { column, cell in
            column == columns - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
        }
        print(cells.joined(separator: "  "))
    }
}

func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
}

func printError(_ text: String) {
    Terminal.note(text)
}

/// `1 rule`, `2 rules`, `10,000 rules`.
func counted(_ count: some BinaryInteger, _ noun: String) -> String {
    "\(ProgressLine.grouped(UInt64(clamping: count))) \(noun)\(count == 1 ? "" : "s")"
}
