import Observations

/// An answer of ClickHouse's, which says itself how many rows it has: one that was cut is no answer.
package enum WarehouseAnswer {
    /// Rows of an answer at most.
    static let mostRows = 500_000

    /// Reads each row of a document of the form JSONCompact.
    package static func rows<Row>(
        _ body: [UInt8],
        _ read: (WarehouseRow) throws(WarehouseError) -> Row
    ) throws(WarehouseError) -> [Row] {
        let tree = JSONTree()
        let result = body.withUnsafeBytes { bytes in
            Result { () throws(WarehouseError) in
                let document: JSONNode
                do throws(RecordError) { document = try tree.read(bytes) } catch {
                    throw WarehouseError("the answer is no JSON, or was cut: \(error)")
                }
                guard let data = document["data"], data.isArray,
                    let count = document["rows"].flatMap({ $0.integer ?? $0.string.flatMap { Int($0) } })
                else { throw WarehouseError("the answer is not ClickHouse's: it has no rows") }
                guard count <= mostRows else { throw WarehouseError("the answer has \(count) rows") }
                var rows: [Row] = []
                for row in data.parts { rows.append(try read(WarehouseRow(row))) }
                guard rows.count == count else {
                    throw WarehouseError("the answer has \(rows.count) rows and says \(count)")
                }
                return rows
            }
        }
        return try result.get()
    }
}

/// A row of an answer, whose values are checked for what they have to be.
package struct WarehouseRow {
    private let values: [JSONNode]

    fileprivate init(_ row: JSONNode) { values = row.isArray ? Array(row.parts) : [] }

    package func text(_ column: Int) throws(WarehouseError) -> String {
        guard let text = try value(column).string else { throw fault(column, "a text") }
        return text
    }

    /// A text that is not empty.
    package func optionalText(_ column: Int) throws(WarehouseError) -> String? {
        let text = try text(column)
        return text.isEmpty ? nil : text
    }

    /// A number, which may stand in quotes.
    package func integer(_ column: Int) throws(WarehouseError) -> Int {
        let value = try value(column)
        guard let number = value.integer ?? value.string.flatMap({ Int($0) }) else {
            throw fault(column, "a number")
        }
        return number
    }

    package func texts(_ column: Int) throws(WarehouseError) -> [String] {
        let value = try value(column)
        guard value.isArray else { throw fault(column, "a list") }
        var texts: [String] = []
        for part in value.parts {
            guard let text = part.string else { throw fault(column, "a list of texts") }
            texts.append(text)
        }
        return texts
    }

    private func value(_ column: Int) throws(WarehouseError) -> JSONNode {
        guard values.indices.contains(column) else { throw fault(column, "a value") }
        return values[column]
    }

    private func fault(_ column: Int, _ wanted: String) -> WarehouseError {
        WarehouseError("the answer lacks \(wanted) in its column \(column + 1)")
    }
}
