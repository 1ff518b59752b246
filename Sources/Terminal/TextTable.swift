/// Columns of text for a terminal, as wide as their longest cell and no wider together than the terminal.
///
/// Columns that do not fit beside the others stand in further lines of their rows, a little to the right,
/// and the last one of a line is broken at blanks. A word is broken only when no line could hold it: a hash
/// or an address can be copied, and what a server made longer than that can't push a table out of its width.
package struct TextTable {
    /// Columns of a terminal that nothing is known of.
    package static let usualWidth = 80
    private static let indent = 4
    /// The last column is broken where it stands when so many columns are left for it.
    private static let leastText = 24

    private let head: [String]
    private var rows: [[String]] = []
    private let widest: Int

    /// - Parameter widest: longer cells of several words are cut off, in characters, but in the last column.
    package init(_ head: [String], widest: Int = 48) {
        self.head = head
        self.widest = widest
    }

    /// Adds a row; the cells are made harmless for a terminal.
    package mutating func add(_ cells: [String]) {
        rows.append(
            cells.enumerated().map { index, cell in
                let text = SafeText.terminal(cell)
                let isLong = index < head.count - 1 && text.contains(" ")
                return isLong ? cut(text) : text
            }
        )
    }

    /// The begin of a text that has more than `widest` columns.
    private func cut(_ text: String) -> String {
        guard text.utf8.count > widest, ReportText.columnCount(text[...]) > widest else { return text }
        let lines = ReportText.filled(text.replacing(" ", with: "\u{a0}"), to: widest - 1, longest: 0)
        return (lines.first ?? "").replacing("\u{a0}", with: " ") + "…"
    }

    package var isEmpty: Bool { rows.isEmpty }

    /// The table for standard output.
    package var text: String { text(width: ReportStyle.outputWidth ?? Self.usualWidth) }

    /// The table in lines of at most `width` columns; a word of at most `usualWidth` is whole, however narrow
    /// the terminal is.
    package func text(width: Int) -> String {
        let all = (head.allSatisfy(\.isEmpty) ? [] : [head]) + rows
        // No column has more than a line of its own has.
        let room = max(Self.leastText, width - Self.indent)
        let widths = head.indices.map { column in
            let longest = all.map { ReportText.columnCount($0[column][...]) }.max() ?? 0
            return longest > room ? width : longest
        }
        let words = all.flatMap { ($0.last ?? "").split(separator: " ") }
        let longestWord = min(room, words.map(ReportText.columnCount).max() ?? 0)
        let groups = groups(widths, width, longestWord: longestWord)
        return all.map { row in
            groups.enumerated().map { line($0.element, of: row, widths, width, isFirst: $0.offset == 0) }
                .joined()
        }
        .joined()
    }

    /// Which columns stand in one line.
    ///
    /// - Parameter longestWord: of the last column, which has to have room for it.
    private func groups(_ widths: [Int], _ width: Int, longestWord: Int) -> [Range<Int>] {
        var groups: [Range<Int>] = []
        var (first, used) = (0, 0)
        for column in widths.indices {
            let isLast = column == widths.count - 1
            let wanted = isLast ? min(widths[column], max(Self.leastText, longestWord)) : widths[column]
            if column > first, used + wanted > width {
                groups.append(first..<column)
                (first, used) = (column, Self.indent)
            }
            used += widths[column] + 2
        }
        return groups + [first..<widths.count]
    }

    /// The lines of a row that have some of its columns; none for further ones without a word.
    private func line(
        _ group: Range<Int>,
        of row: [String],
        _ widths: [Int],
        _ width: Int,
        isFirst: Bool
    ) -> String {
        guard isFirst || !row[group].allSatisfy(\.isEmpty) else { return "" }
        var line = String(repeating: " ", count: isFirst ? 0 : Self.indent)
        var used = line.count
        for column in group.dropLast() {
            line += row[column]
            let rest = widths[column] - ReportText.columnCount(row[column][...]) + 2
            line += String(repeating: " ", count: rest)
            used += widths[column] + 2
        }
        let last = row[group.upperBound - 1]
        let isText = group.upperBound == row.count
        let longest = max(width, Self.usualWidth) - Self.indent
        let isBroken = isText || ReportText.columnCount(last[...]) > max(width - used, longest)
        let lines =
            isBroken
            ? ReportText.filled(last, to: max(Self.leastText, width - used), longest: longest) : [last]
        let further = String(repeating: " ", count: used)
        return lines.enumerated().map { index, text in
            var text = (index == 0 ? line : further) + text
            while text.last == " " { text.removeLast() }
            return text + "\n"
        }
        .joined()
    }
}
