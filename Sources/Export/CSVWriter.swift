import Bytes
import Observations
import Terminal

/// A table of chosen fields (RFC 4180); several values of one field are joined by `;`.
struct CSVWriter: ExportWriter {
    private let columns: [String]

    init(_ options: ExportOptions) { columns = options.columns }

    func begin(_ out: inout ByteBuffer) {
        // Names of fields, which hold nothing of a server's: programs find the columns by them.
        out.append(columns.joined(separator: ",") + "\r\n")
    }

    func add(_ line: ExportLine, _ record: ExportRecord, _ out: inout ByteBuffer) -> Bool {
        let cells = columns.map { SafeText.csv(line.values($0).joined(separator: ";")) }
        out.append(cells.joined(separator: ",") + "\r\n")
        return true
    }
}

/// The fields that can be columns.
package enum ExportColumns {
    /// The columns of a list as a person writes it: `server.ip,tls.version`.
    ///
    /// - Throws: with the first name that is no field, or a field without values of its own.
    package static func parse(_ text: String) throws(ExportColumnError) -> [String] {
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingPrefix(while: \.isWhitespace)
        }.map { String($0.reversed().drop(while: \.isWhitespace).reversed()) }
        for name in names where !isColumn(name) { throw ExportColumnError(name: name) }
        return names
    }

    /// Columns that are members of a map.
    package static func members(_ columns: [String]) -> [String] {
        columns.filter { column in !Field.all.contains { $0.name == column } }
    }

    private static func isColumn(_ name: String) -> Bool {
        Field.all.contains { field in
            switch field.kind {
            case .objects, .pairs: false
            case .map: name.hasPrefix(field.name + ".") && name.count > field.name.count + 1
            default: name == field.name
            }
        }
    }
}

/// A name that is no column.
package struct ExportColumnError: Error, CustomStringConvertible {
    package let name: String

    package var description: String {
        name.isEmpty
            ? "a column has no name"
            : "there is no field \(name) that could be a column (Docs/observation.md lists them)"
    }
}
