import Foundation

/// Reads an inventory from NDJSON: an object a line, with the columns' names, values as text, number or list.
package enum JSONRows {
    package static func rows(_ bytes: [UInt8], file: String) throws(InventoryError) -> [InventoryRow] {
        var rows: [InventoryRow] = []
        for (number, line) in bytes.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated()
        where line.contains(where: { $0 != 0x20 && $0 != 0x0d && $0 != 0x09 }) {
            let parsed = try? JSONSerialization.jsonObject(with: Data(line))
            guard let object = parsed as? [String: Any] else {
                throw InventoryError(file: file, line: number + 1, reason: "the line is not a JSON object")
            }
            var values: [String: [String]] = [:]
            for (name, value) in object {
                guard let texts = texts(value) else {
                    throw InventoryError(
                        file: file,
                        line: number + 1,
                        reason: "'\(name)' is neither a text, a number nor a list of them"
                    )
                }
                if !texts.isEmpty { values[name.lowercased()] = texts }
            }
            rows.append(InventoryRow(line: number + 1, values: values))
        }
        return rows
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
