extension CSVReader {
    /// The rows of an inventory: the first record names the columns.
    ///
    /// Spreadsheets write commas, semicolons or tabs as their language has it, and may say so in a line
    /// `sep=;` before the names. Without that line, the separator is the one that makes known columns of the
    /// names. Columns without a name are left out as long as they are empty, as spreadsheets leave them.
    package static func rows(_ bytes: [UInt8], file: String) throws(InventoryError) -> [InventoryRow] {
        let (separator, body, before) = separator(of: bytes)
        let records = try records(body, separator: separator, file: file)
        guard let head = records.first else { return [] }
        let names = try columns(head, before, file)
        var rows: [InventoryRow] = []
        rows.reserveCapacity(records.count)
        for record in records.dropFirst() where record.cells[0].first != "#" {
            let line = record.line &+ before
            var values: [String: [String]] = [:]
            for (index, cell) in record.cells.enumerated() where !cell.isEmpty {
                let name = index < names.count ? names[index] : ""
                guard !name.isEmpty else {
                    throw InventoryError(
                        file: file,
                        line: line,
                        reason: "cell \(index + 1) stands in no column: there are \(names.count) names"
                    )
                }
                let parts = cell.split(separator: ";").map { String($0).trimmed }.filter { !$0.isEmpty }
                if !parts.isEmpty { values[name] = parts }
            }
            if !values.isEmpty { rows.append(InventoryRow(line: line, values: values)) }
        }
        return rows
    }

    private static func columns(
        _ head: Record,
        _ before: Int,
        _ file: String
    ) throws(InventoryError) -> [String] {
        var names = head.cells.map { $0.trimmed.lowercased() }
        while names.last?.isEmpty == true { names.removeLast() }
        var seen: Set<String> = []
        func wrong(_ reason: String) -> InventoryError {
            InventoryError(file: file, line: head.line &+ before, reason: reason)
        }
        for name in names where !name.isEmpty {
            guard InventoryRow.isKnown(name) else { throw wrong(InventoryRow.unknown(name)) }
            guard seen.insert(name).inserted else { throw wrong("the column '\(name)' stands twice") }
        }
        guard seen.contains("address") else { throw wrong("the column 'address' is missing") }
        return names
    }

    /// The separator, the bytes of the table, and how many lines stand before it.
    private static func separator(of bytes: [UInt8]) -> (UInt8, [UInt8], Int) {
        var body = bytes[...]
        if body.starts(with: [0xef, 0xbb, 0xbf]) { body = body.dropFirst(3) }
        let first = body.prefix { $0 != 0x0a && $0 != 0x0d }
        let said = first.filter { $0 != 0x22 }
        if said.count == 5, String(decoding: said.prefix(4), as: UTF8.self).lowercased() == "sep=" {
            body = body[first.endIndex...]
            if body.starts(with: [0x0d, 0x0a]) { body = body.dropFirst() }
            return (said[4], Array(body.dropFirst()), 1)
        }
        for separator: UInt8 in [0x2c, 0x3b, 0x09] {
            let names = first.split(separator: separator).map {
                String(decoding: $0.filter { $0 != 0x22 }, as: UTF8.self).trimmed.lowercased()
            }
            if names.contains("address") { return (separator, Array(body), 0) }
        }
        return (0x2c, Array(body), 0)
    }
}
