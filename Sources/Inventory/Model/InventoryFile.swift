import Foundation
import Observations
import YAML

/// Loads an inventory from CSV, JSON or YAML, told apart by the file's name.
package enum InventoryFile {
    /// More than any list of assets that somebody keeps.
    private static let mostBytes = 256 << 20

    /// - Throws: when it can't be read, or names nothing: comparing with nothing would find nothing.
    package static func load(_ path: String) throws -> InventoryIndex {
        let packed: [UInt8]
        do throws(FileError) {
            packed = try UnpackedBytes.contents(of: path, limit: mostBytes)
        } catch {
            throw InventoryError(file: path, reason: error.reason)
        }
        let bytes = try InventoryText.utf8(packed, file: path)
        var name = URL(fileURLWithPath: path)
        // `assets.json.gz` is JSON.
        if ["gz", "zst"].contains(name.pathExtension.lowercased()) { name.deletePathExtension() }
        let rows: [InventoryRow]
        switch name.pathExtension.lowercased() {
        case "yaml", "yml": rows = try yaml(String(decoding: bytes, as: UTF8.self), path)
        case "ndjson", "jsonl", "json": rows = try JSONRows.rows(bytes, file: path)
        default: rows = try CSVReader.rows(bytes, file: path)
        }
        let inventory = try Inventory(rows, file: path)
        guard !inventory.assets.isEmpty || !inventory.owned.isEmpty else {
            throw InventoryError(file: path, reason: "names no asset and no owned range")
        }
        return InventoryIndex(inventory)
    }

    /// Rows as a list, or as a mapping with `policy`, `owned` and `assets`.
    static func yaml(_ text: String, _ path: String) throws -> [InventoryRow] {
        var rows: [InventoryRow] = []
        for document in try YAMLReader.parse(text, file: path) where !document.isNull {
            if let elements = document.elements {
                rows += try elements.map { try row($0) }
                continue
            }
            guard let entries = document.entries else { throw document.error("expected a list of assets") }
            for entry in entries {
                switch entry.name {
                case "policy":
                    var policy = try row(entry.value)
                    policy.values["kind"] = ["policy"]
                    rows.append(policy)
                case "owned":
                    rows.append(
                        InventoryRow(
                            line: entry.value.line,
                            values: ["kind": ["owned"], "address": try texts(entry.value)]
                        )
                    )
                case "assets":
                    guard let elements = entry.value.elements else {
                        throw entry.value.error("expected a list of assets")
                    }
                    rows += try elements.map { try row($0) }
                default: throw entry.key.error("expected policy, owned or assets")
                }
            }
        }
        return rows
    }

    private static func row(_ node: YAMLNode) throws -> InventoryRow {
        guard let entries = node.entries else { throw node.error("expected an asset") }
        var values: [String: [String]] = [:]
        for entry in entries {
            let texts = try texts(entry.value)
            let name = entry.name.lowercased()
            guard values[name] == nil else { throw entry.key.error("the column '\(name)' stands twice") }
            if !texts.isEmpty { values[name] = texts }
        }
        return InventoryRow(line: node.line, values: values)
    }

    private static func texts(_ node: YAMLNode) throws -> [String] {
        if node.isNull { return [] }
        if let text = node.text { return [text] }
        guard let elements = node.elements else { throw node.error("expected a value or a list of values") }
        return try elements.map { element in
            guard let text = element.text else { throw element.error("expected a value") }
            return text
        }
    }
}
