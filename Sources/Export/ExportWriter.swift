package import Bytes
import Observations

/// Writes an export: pure, from records to bytes.
package protocol ExportWriter {
    /// What stands before the first record.
    mutating func begin(_ out: inout ByteBuffer)

    /// Takes one record that has something to tell in this format; what can be written, it writes.
    ///
    /// - Returns: whether there was anything of it that this format can tell.
    mutating func add(_ line: ExportLine, _ record: ExportRecord, _ out: inout ByteBuffer) -> Bool

    /// What stands behind the last record.
    mutating func end(_ out: inout ByteBuffer)
}

extension ExportWriter {
    package mutating func begin(_ out: inout ByteBuffer) {}
    package mutating func end(_ out: inout ByteBuffer) {}
}

/// One run: which records a format tells of, and how many it left out.
package struct Export {
    private let format: ExportFormat
    private let least: LeadLabel
    private var writer: any ExportWriter

    /// Records that were written, and those that this format has nothing to tell of.
    package private(set) var written = 0
    package private(set) var leftOut = 0
    /// Leads that were weaker than asked for.
    package private(set) var weakLeads = 0

    package init(_ format: ExportFormat, _ options: ExportOptions) {
        self.format = format
        least = options.least
        writer = format.writer(options)
    }

    package mutating func begin(_ out: inout ByteBuffer) { writer.begin(&out) }

    package mutating func add(_ line: ExportLine, _ out: inout ByteBuffer) {
        var record = line.record
        let all = record.leads.count
        // CSV and OCSF tell a record as it is; what others make of a weak lead, a machine may act upon.
        if !format.tellsAll { record.leads.removeAll { $0.label < least } }
        weakLeads += all - record.leads.count
        let tells =
            format.tellsAll || !record.leads.isEmpty || format.tellsFindings && !record.findings.isEmpty
        if tells, writer.add(line, record, &out) { written += 1 } else { leftOut += 1 }
    }

    package mutating func end(_ out: inout ByteBuffer) { writer.end(&out) }
}
