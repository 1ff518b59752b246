import Foundation

/// Reads an inventory from JSON: an object a line, or one array of objects; with the columns' names, and
/// values as text, number or list.
package enum JSONRows {
    /// An array's rows are numbered by their place in it, from 1, as lines are.
    package static func rows(_ bytes: [UInt8], file: String) throws(InventoryError) -> [InventoryRow] {
        if bytes.first(where: { !isBlank($0) }) == 0x5b {
            guard let parsed = try? JSONSerialization.jsonObject(with: Data(bytes)),
                let list = parsed as? [Any]
            else { throw InventoryError(file: file, reason: "is not a JSON array of objects") }
            var rows: [InventoryRow] = []
            for (number, element) in list.enumerated() {
                rows.append(try row(element, number + 1, "element \(number + 1)", file))
            }
            return rows
        }
        var rows: [InventoryRow] = []
        for (number, line) in bytes.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated()
        where line.contains(where: { !isBlank($0) }) {
            let parsed = try? JSONSerialization.jsonObject(with: Data(line))
            rows.append(try row(parsed, number + 1, "the line", file))
        }
        return rows
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d
    }

    private static func row(
        _ value: Any?,
        _ line: Int,
        _ place: String,
        _ file: String
    ) throws(InventoryError) -> InventoryRow {
        func wrong(_ reason: String) -> InventoryError {
            InventoryError(file: file, line: line, reason: reason)
        }
        guard let object = value as? [String: Any] else { throw wrong("\(place) is not a JSON object") }
        var values: [String: [String]] = [:]
        for (name, value) in object {
            guard let texts = texts(value) else {
                throw wrong("'\(name)' is neither a text, a number nor a list of them")
            }
            let column = name.lowercased()
            guard values[column] == nil else { throw wrong("the column '\(column)' stands twice") }
            if !texts.isEmpty { values[column] = texts }
        }
        return InventoryRow(line: line, values: values)
    }

    private static func texts(_ value: Any) -> [String]? {
        switch value {
        case is NSNull: return []
        case let text as String: return text.isEmpty ? [] : [text]
        case let list as [Any]:
            var result: [String] = []
            for element in list {
                guard !(element is [Any]), let texts = texts(element) else { return nil }
                result += texts
            }
            return result
        case let number as NSNumber: return [number.stringValue]
        default: return nil
        }
    }
}
