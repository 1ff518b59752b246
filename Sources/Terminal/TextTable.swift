/// Columns of text for a terminal, as wide as their longest cell.
package struct TextTable {
    private let head: [String]
    private var rows: [[String]] = []
    private let widest: Int

    /// - Parameter widest: longer cells are cut off, in characters; the last column never is.
    package init(_ head: [String], widest: Int = 48) {
        self.head = head
        self.widest = widest
    }

    /// Adds a row; the cells are made harmless for a terminal.
    package mutating func add(_ cells: [String]) {
        rows.append(
            cells.enumerated().map { index, cell in
                let text = SafeText.terminal(cell)
                return index < head.count - 1 && text.count > widest ? text.prefix(widest - 1) + "…" : text
            }
        )
    }

    package var isEmpty: Bool { rows.isEmpty }

    package var text: String {
        let all = (head.allSatisfy(\.isEmpty) ? [] : [head]) + rows
        let widths = head.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            var line = ""
            for (index, cell) in row.enumerated() {
                line += cell
                if index < row.count - 1 {
                    line += String(repeating: " ", count: widths[index] - cell.count + 2)
                }
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
