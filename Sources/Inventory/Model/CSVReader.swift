import Terminal

/// Reads CSV (RFC 4180): quoted cells with separators, line ends and doubled quotes in them; LF, CRLF or CR.
///
/// Apostrophes before what could begin a formula are taken off and `\u{…}` is read as the character, as
/// `SafeText.csv` wrote them.
package enum CSVReader {
    /// One record and the line that it begins on.
    package struct Record: Equatable, Sendable {
        package let line: Int
        package let cells: [String]
    }

    /// No list of names or digests in one cell is nearly as long.
    private static let mostCell = 1 << 20

    /// - Parameter separator: the byte between cells.
    /// - Throws: for a quote that does not end, or one in the middle of a cell, and for an endless cell.
    package static func records(
        _ bytes: [UInt8],
        separator: UInt8 = 0x2c,
        file: String
    ) throws(InventoryError) -> [Record] {
        var records: [Record] = []
        var cells: [String] = []
        var cell: [UInt8] = []
        var quoted = false
        var wasQuoted = false
        var line = 1
        var first = 1
        var index = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
        func take(_ byte: UInt8) throws(InventoryError) {
            guard cell.count < mostCell else {
                throw InventoryError(
                    file: file,
                    line: first,
                    reason: "a cell has more than \(mostCell) bytes"
                )
            }
            cell.append(byte)
        }
        func endCell() {
            cells.append(String(decoding: SafeText.unescaped(SafeText.unguarded(cell)), as: UTF8.self))
            cell.removeAll(keepingCapacity: true)
            wasQuoted = false
        }
        func endRecord() {
            endCell()
            if cells != [""] { records.append(Record(line: first, cells: cells)) }
            cells.removeAll(keepingCapacity: true)
        }
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if quoted {
                if byte == 0x0a { line += 1 }
                if byte != 0x22 {
                    try take(byte)
                } else if index < bytes.count, bytes[index] == 0x22 {
                    try take(byte)
                    index += 1
                } else {
                    quoted = false
                }
                continue
            }
            switch byte {
            case 0x22 where cell.isEmpty && !wasQuoted: (quoted, wasQuoted) = (true, true)
            case 0x22:
                throw InventoryError(file: file, line: line, reason: "a quote in the middle of a cell")
            case separator: endCell()
            case 0x0d where index < bytes.count && bytes[index] == 0x0a: continue
            case 0x0a, 0x0d:
                endRecord()
                line += 1
                first = line
            default:
                guard !wasQuoted else {
                    throw InventoryError(file: file, line: line, reason: "text after a quoted cell")
                }
                try take(byte)
            }
        }
        guard !quoted else { throw InventoryError(file: file, line: first, reason: "the quote has no end") }
        if !cell.isEmpty || !cells.isEmpty || wasQuoted { endRecord() }
        return records
    }
}

extension String {
    /// Without blanks at both ends.
    package var trimmed: String {
        guard let start = firstIndex(where: { !$0.isWhitespace }),
            let end = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[start...end])
    }
}
