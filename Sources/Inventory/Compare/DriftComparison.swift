import Bytes
package import Observations
import Wire

/// Compares a sweep with an earlier one.
///
/// Of the earlier sweep it keeps three words for each endpoint, and reads a line again where it wants to say
/// what changed: in the file, or in a copy of what can't be read twice.
package final class DriftComparison: SweepReader {
    private let picker = RecordPicker(RecordField.compared)
    private let older = RecordPicker(RecordField.compared)
    private let hash = SipHash(k0: .random(in: .min ... .max), k1: .random(in: .min ... .max))
    private var entries: [UInt64: Entry] = [:]
    private let name: String
    private var lines: KeptLines
    private let look: (UnsafeRawBufferPointer?) -> Void
    private let report: (ReportedFinding) throws -> Void
    package var counts = ComparisonCounts()
    /// What was read of the earlier sweep, and what could not be.
    package private(set) var earlier = SweepFile()

    private struct Entry {
        var offset: Int
        var length: Int32
        /// Whether the later sweep has the endpoint, and whether it answered there.
        var wasSeen = false
        var failed = false
        /// Of all that is compared.
        var digest: UInt64
    }

    /// Reads the earlier sweep.
    ///
    /// - Parameter look: as for `SweepComparison`.
    package init(
        baseline source: any RecordSource,
        look: @escaping (UnsafeRawBufferPointer?) -> Void = { _ in },
        report: @escaping (ReportedFinding) throws -> Void
    ) throws {
        name = source.name
        self.look = look
        self.report = report
        lines = KeptLines((source as? RecordFile)?.path)
        var sweep = SweepFile()
        try sweep.read(source) { line, place in
            guard picker.readsEndpoint(padded: line) else {
                return false
            }
            if Self.isAnswer(picker) {
                entries[key(picker)] = Entry(
                    offset: try lines.keep(line, place),
                    length: Int32(clamping: line.count),
                    digest: digest(picker)
                )
            }
            return true
        }
        earlier = sweep
    }

    /// The same of a file of records, or of standard input: `-`.
    package convenience init(
        baseline path: String,
        report: @escaping (ReportedFinding) throws -> Void
    ) throws {
        try self.init(baseline: RecordFile(path), report: report)
    }

    /// - Returns: whether the line is a record.
    package func add(line: UnsafeRawBufferPointer) throws -> Bool {
        guard picker.readsEndpoint(padded: line) else {
            return false
        }
        look(line)
        defer { look(nil) }
        let key = key(picker)
        guard Self.isAnswer(picker) else {
            entries[key]?.failed = true
            return true
        }
        counts.answered += 1
        let endpoint = ReportedFinding.Endpoint(picker)
        guard let entry = entries[key] else {
            let subject = picker.text(.subject) ?? ""
            try tell(
                Finding(
                    .appeared,
                    "The endpoint answers now\(subject.isEmpty ? "" : " with \(subject)").",
                    about: picker.text(.sha256)
                ),
                endpoint
            )
            return true
        }
        entries[key]?.wasSeen = true
        if entry.digest == digest(picker) {
            counts.unchanged += 1
        } else {
            try tell(try change(entry), endpoint)
        }
        return true
    }

    /// Reports what has gone.
    package func finish() throws {
        for entry in entries.values.filter({ !$0.wasSeen }).sorted(by: { $0.offset < $1.offset }) {
            try readAgain(entry)
            let reason = entry.failed ? "it does not answer any more" : "the later sweep has no record of it"
            try tell(
                Finding(.disappeared, "The endpoint is gone: \(reason)."),
                ReportedFinding.Endpoint(older)
            )
        }
    }

    private func tell(_ finding: Finding, _ endpoint: ReportedFinding.Endpoint) throws {
        counts.count(finding)
        try report(ReportedFinding(finding: finding, endpoint: endpoint, inventory: nil))
    }

    private static func isAnswer(_ record: RecordPicker) -> Bool {
        record.has(.ip) && record.text(.outcome) != "failure"
    }

    private func key(_ record: RecordPicker) -> UInt64 {
        let name = record.text(.serverName) ?? record.text(.domain) ?? ""
        let port = "\(record.integer(.port) ?? 0)/\(Transport(record))"
        return hash.hash("\(record.endpointAddress ?? "") \(port) \(name.lowercased())")
    }

    /// What is compared, and how a report calls it.
    private static let compared: [(RecordField, String)] = [
        (.sha256, "certificate"), (.spki, "key"), (.issuer, "issuer"), (.subject, "subject"),
        (.tlsVersion, "TLS version"), (.jarm, "JARM"), (.stack, "stack"), (.httpServer, "HTTP server"),
    ]

    private func digest(_ record: RecordPicker) -> UInt64 {
        hash.hash(Self.compared.map { record.text($0.0) ?? "" }.joined(separator: "\n"))
    }

    private func change(_ entry: Entry) throws -> Finding {
        try readAgain(entry)
        var parts: [String] = []
        // The whole values: two certificates may begin alike.
        var whole: [String] = []
        var changed: Set<RecordField> = []
        for (field, name) in Self.compared {
            let (old, new) = (older.text(field) ?? "", picker.text(field) ?? "")
            // A probe that was not made is no change.
            if old == new || [.jarm, .stack, .httpServer].contains(field) && (old.isEmpty || new.isEmpty) {
                continue
            }
            changed.insert(field)
            parts.append("\(name) from \(Self.shown(old)) to \(Self.shown(new))")
            whole.append("\(name) from \(Self.kept(old)) to \(Self.kept(new))")
        }
        guard !parts.isEmpty else {
            return Finding(.changed, "Fewer or more probes were made.", severity: .info)
        }
        let severity: Severity =
            changed.contains(.spki) || changed.contains(.issuer) ? .medium : .low
        let renewed = changed.contains(.sha256) && !changed.contains(.spki)
        let prefix = renewed ? "A new certificate with the same key: " : "Changed: "
        return Finding(
            .changed,
            prefix + parts.joined(separator: "; ") + ".",
            severity: severity,
            about: whole.joined(separator: "; ")
        )
    }

    /// A value as it is told from others: its digest where it is long.
    private static func kept(_ value: String) -> String {
        guard value.utf8.count > 128 else { return value.isEmpty ? "nothing" : value }
        return "SHA-256 " + Array(BodyDigest.sha256(Array(value.utf8).span)).hex
    }

    private static func shown(_ value: String) -> String {
        value.isEmpty ? "nothing" : value.utf8.count == 64 ? value.prefix(12) + "…" : value
    }

    private func readAgain(_ entry: Entry) throws {
        let bytes = try lines.read(entry.offset, Int(entry.length))
        // Another endpoint's line, or none, stands where this one's was.
        guard (try? older.read(bytes)) != nil, digest(older) == entry.digest else {
            throw InventoryError(file: name, reason: "the file changed while it was read")
        }
    }
}
