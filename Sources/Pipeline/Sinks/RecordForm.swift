package import Bytes
import Export
import Observations
package import Terminal

/// How a run writes what it sees: as records, as rows of chosen fields, or as lines for a person.
package enum RecordForm: Sendable {
    case ndjson
    /// The columns, by the names of fields.
    case csv([String])
    case table(ReportStyle)

    /// What stands before the first record; empty for NDJSON.
    package func head() -> ByteBuffer {
        var head = ByteBuffer()
        switch self {
        case .ndjson: break
        case .csv(let columns):
            var export = Export(.csv, Self.options(columns))
            export.begin(&head)
        case .table(let style): head.append(EndpointTable(style).head)
        }
        return head
    }

    /// What writes records in this form; for one thread.
    package func writer() -> any RecordWriter {
        switch self {
        case .ndjson: RecordLines()
        case .csv(let columns): RecordRows(columns, Self.options(columns))
        case .table(let style): RecordTable(style)
        }
    }

    private static func options(_ columns: [String]) -> ExportOptions {
        var options = ExportOptions()
        options.columns = columns
        return options
    }
}

/// Writes one record after the other in the form that a run was asked for.
package protocol RecordWriter {
    /// Appends what the form makes of one line of NDJSON, its line end included.
    mutating func append(_ line: borrowing ByteBuffer, to out: inout ByteBuffer)
}

/// NDJSON: the line as it is.
private struct RecordLines: RecordWriter {
    func append(_ line: borrowing ByteBuffer, to out: inout ByteBuffer) { line.withSpan { out.append($0) } }
}

/// CSV: the columns that `export --to csv` would write.
private struct RecordRows: RecordWriter {
    private let reader: ExportReader
    private var export: Export
    private var padded: [UInt8] = []

    init(_ columns: [String], _ options: ExportOptions) {
        reader = ExportReader(members: ExportColumns.members(columns))
        export = Export(.csv, options)
    }

    mutating func append(_ line: borrowing ByteBuffer, to out: inout ByteBuffer) {
        padded.removeAll(keepingCapacity: true)
        line.withSpan { span in span.withUnsafeBufferPointer { padded.append(contentsOf: $0) } }
        let count = padded.count
        padded.append(contentsOf: repeatElement(0x20, count: RecordPicker.padding))
        padded.withUnsafeBytes { bytes in
            // A line of our own can always be read.
            guard let line = try? reader.read(padded: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            else { return }
            export.add(line, &out)
        }
    }
}

/// The table for a person.
private struct RecordTable: RecordWriter {
    private let table: EndpointTable
    private let picker = RecordPicker(EndpointTable.fields)
    private var bytes: [UInt8] = []

    init(_ style: ReportStyle) { table = EndpointTable(style) }

    mutating func append(_ line: borrowing ByteBuffer, to out: inout ByteBuffer) {
        bytes.removeAll(keepingCapacity: true)
        line.withSpan { span in span.withUnsafeBufferPointer { bytes.append(contentsOf: $0) } }
        guard (try? picker.read(bytes)) != nil else { return }
        out.append(table.row(picker))
    }
}
