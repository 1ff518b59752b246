import Bytes

/// The cells of a row (RFC 4180), which ends with its line.
enum TableRow {
    /// More cells are none.
    private static let most = 1000

    /// Nil for a cell whose quotes are not closed, or that goes on behind them.
    static func cells(_ line: Span<UInt8>, delimiter: UInt8) -> [String]? {
        var cells: [String] = []
        var cell: [UInt8] = []
        var place = 0
        let end = line.count > 0 && line[line.count - 1] == 0x0d ? line.count - 1 : line.count
        while true {
            guard cells.count < most else { return nil }
            cell.removeAll(keepingCapacity: true)
            if place < end, line[place] == 0x22 {
                place += 1
                while true {
                    guard place < end else { return nil }
                    if line[place] == 0x22 {
                        guard place + 1 < end, line[place + 1] == 0x22 else { break }
                        place += 1
                    }
                    cell.append(line[place])
                    place += 1
                }
                place += 1
                guard place >= end || line[place] == delimiter else { return nil }
            } else {
                while place < end, line[place] != delimiter {
                    cell.append(line[place])
                    place += 1
                }
            }
            cells.append(String(decoding: cell, as: UTF8.self))
            guard place < end else { return cells }
            place += 1
            if place == end {
                cells.append("")
                return cells
            }
        }
    }
}
