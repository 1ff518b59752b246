import Bytes
@testable import Corpus
import Foundation
import Inventory
import Observations
import TestSupport
import Testing

/// Each finding with a case that has it and a near one that has it not.
@Suite struct FindingTests {
    private func findings(_ record: SampleRecord, _ inventory: String) throws -> [Finding] {
        let rows = try CSVReader.rows(Array(inventory.utf8), file: "i.csv")
        let engine = FindingEngine(InventoryIndex(try Inventory(rows, file: "i.csv")))
        var line = ByteBuffer()
        line.append(record.line)
        let findings = engine.splice(into: &line)
        // What was spliced in is JSON, and says the same.
        let text = line.withSpan { span in span.withUnsafeBufferPointer { Data($0) } }
        let object = try JSONSerialization.jsonObject(with: text) as? [String: Any]
        let spliced = (object?["hallmark"] as? [String: Any])?["findings"] as? [[String: Any]] ?? []
        #expect(spliced.map { $0["name"] as? String } == findings.map(\.name.rawValue))
        #expect(spliced.map { $0["message"] as? String } == findings.map(\.message))
        return findings
    }

    @Test(arguments: cases) func findingIsThereAndNotThere(_ test: Case) throws {
        let positive = try findings(test.positive, test.inventory)
        #expect(positive.contains { $0.name == test.name }, "\(positive.map(\.message))")
        let negative = try findings(test.negative, test.inventory)
        #expect(!negative.contains { $0.name == test.name }, "\(negative.map(\.message))")
        for finding in positive { #expect(finding.message.hasSuffix(".")) }
    }

    @Test func everyFindingHasACase() {
        let sweepLevel: Set<Finding.Name> = [.sharedKey, .appeared, .disappeared, .changed]
        // The lab of hosts with context has these.
        let around: Set<Finding.Name> = [.certificateElsewhere, .namesPointElsewhere, .revoked]
        let known = Set(Self.cases.map(\.name)).union(sweepLevel).union(around)
        #expect(known == Set(Finding.Name.allCases))
    }

    @Test func goodEndpointsHaveNothingButTheirAuthorisation() throws {
        #expect(try findings(Self.good, Self.inventory).map(\.name) == [.authorized])
        #expect(try findings(Self.open, Self.inventory).map(\.name) == [.authorized])
        #expect(
            try findings(
                Self.with {
                    $0.ip = "198.51.100.9"; $0.names = ["x.test"]; $0.commonName = "x"
                },
                Self.inventory
            ).isEmpty
        )
    }

    /// What answers without a certificate is there; what we did not ask is not missing.
    @Test func failuresSayWhatTheySay() throws {
        func failed(_ ip: String, _ code: String) throws -> [Finding.Name] {
            try findings(Self.with { ($0.ip, $0.failure) = (ip, code) }, Self.inventory).map(\.name)
        }
        for code in ["not_tls", "tls_alert", "protocol_error"] {
            #expect(try failed("203.0.113.5", code) == [.unknownEndpoint])
            #expect(try failed("198.51.100.5", code).isEmpty)
            #expect(try failed("192.0.2.30", code) == [.missingEndpoint])
        }
        #expect(try failed("203.0.113.5", "connection_refused").isEmpty)
        for code in ["out_of_scope", "excluded", "local_error"] {
            #expect(try failed("192.0.2.30", code).isEmpty)
            let record = Self.with { ($0.ip, $0.failure) = ("192.0.2.30", code) }
            #expect(try sweep([record], Self.inventory).isEmpty)
        }
    }

    private func sweep(_ records: [SampleRecord], _ inventory: String) throws -> [ReportedFinding] {
        let scratch = Scratch()
        let rows = try CSVReader.rows(Array(inventory.utf8), file: "i.csv")
        var found: [ReportedFinding] = []
        let comparison = SweepComparison(InventoryIndex(try Inventory(rows, file: "i.csv"))) {
            found.append($0)
        }
        try comparison.add(sweep: scratch.sweep("sweep", records))
        try comparison.finish()
        return found
    }

    @Test func aSharedKeyIsFoundOnAllItsAssets() throws {
        let shared = try sweep(
            [Self.open, Self.with { ($0.ip, $0.certificate, $0.key) = ("192.0.2.20", 2, 9) }],
            Self.inventory
        ).filter { $0.finding.name == .sharedKey }
        #expect(shared.map(\.asset) == ["192.0.2.20", "192.0.2.30"])
        let own = try sweep([Self.open, Self.good], Self.inventory)
        #expect(!own.contains { $0.finding.name == .sharedKey })
    }

    @Test func anAssetIsMissingOnlyWhileItDoesNotAnswer() throws {
        func at(_ hour: Int, failure: String?) -> SampleRecord {
            Self.with {
                $0.time = "2026-11-01T0\(hour):00:00Z"
                $0.failure = failure
            }
        }
        func missing(_ records: [SampleRecord]) throws -> [ReportedFinding] {
            try sweep(records, Self.inventory).filter { $0.finding.name == .missingEndpoint }
        }
        let gone = try missing([
            at(1, failure: nil), at(3, failure: "tls_timeout"), at(2, failure: "connection_refused"),
        ])
        #expect(gone.count == 1)
        #expect(
            gone.first?.finding.message == """
                192.0.2.30 port 443 does not answer since 2026-11-01T02:00:00Z: connection_refused; last seen \
                2026-11-01T01:00:00Z.
                """
        )
        #expect(try missing([at(1, failure: "tls_timeout"), at(2, failure: nil)]).isEmpty)
        #expect(try missing([at(2, failure: nil), at(1, failure: "tls_timeout")]).isEmpty)
    }

    /// An asset without ports answers as long as one of its ports does.
    @Test func anAssetWithoutPortsIsMissingOnce() throws {
        func record(_ port: Int, _ failure: String?) -> SampleRecord {
            Self.with { ($0.ip, $0.port, $0.failure) = ("192.0.2.77", port, failure) }
        }
        func missing(_ records: [SampleRecord]) throws -> [Finding] {
            try sweep(records, "address\n192.0.2.77\n").map(\.finding).filter { $0.name == .missingEndpoint }
        }
        let closed = [80, 443, 8443].map { record($0, "connection_refused") }
        #expect(try missing(closed).map(\.message).first?.contains("any of the 3 ports") == true)
        #expect(try missing(closed).count == 1)
        #expect(try missing(closed + [record(993, nil)]).isEmpty)
    }

    /// A sweep that can't be read is no sweep without findings.
    @Test(arguments: [
        ("", "is empty"), ("\n\n", "is empty"), ("not a record\n{\"foo\":1}\n", "none of its 2 lines"),
        ("\u{1f}\u{8b}\u{8}", "none of its 1 line is"), ("[\n]\n", "is empty"),
    ])
    func whatCantBeReadIsCounted(text: String, reason: String) throws {
        let scratch = Scratch()
        let path = try scratch.write("sweep.ndjson", text)
        let rows = try CSVReader.rows(Array(Self.inventory.utf8), file: "i.csv")
        let comparison = SweepComparison(InventoryIndex(try Inventory(rows, file: "i.csv"))) { _ in }
        try comparison.add(sweep: path)
        #expect(comparison.counts.sweeps.unread.first?.contains(reason) == true)
        #expect(comparison.counts.records == 0)
        #expect(!comparison.counts.summary(.inventory, least: .low).contains("No findings"))
        let drift = try DriftComparison(baseline: path) { _ in }
        #expect(drift.earlier.unread.first?.contains(reason) == true)
        let good = SampleRecord().line
        let partly = try scratch.write("partly.ndjson", "\u{feff}" + good + "\n" + text + good.prefix(40))
        try comparison.add(sweep: partly)
        #expect(comparison.counts.records == 1)
        #expect(comparison.counts.sweeps.unread.last?.contains("no record of ours") == true)
        try comparison.add(sweep: scratch.file("none.ndjson"))
        #expect(comparison.counts.sweeps.unread.count == 3)
    }

    /// A log's entry answers on no endpoint: it sweeps no asset, whatever address stands beside it, and is
    /// counted apart from lines that are no records.
    @Test func aLogsEntrySweepsNoAsset() throws {
        let scratch = Scratch()
        let rows = try CSVReader.rows(Array("address\n192.0.2.20\n192.0.2.30\n".utf8), file: "i.csv")
        let index = InventoryIndex(try Inventory(rows, file: "i.csv"))
        let forged = Self.with { ($0.ip, $0.dataset) = ("192.0.2.20", "hallmark.ct") }.line
        let logged = forged.replacing(/"server":\{"address"[^}]*\},/, with: "")
        #expect(logged != forged)
        let lines = [Self.open.line, logged, forged].joined(separator: "\n")
        let path = try scratch.write("mix.ndjson", lines + "\n")
        var found: [ReportedFinding] = []
        let comparison = SweepComparison(index) { found.append($0) }
        try comparison.add(sweep: path)
        try comparison.finish()
        let counts = comparison.counts
        #expect(counts.records == 1 && counts.answered == 1 && counts.swept == 1 && counts.unswept == 1)
        #expect(counts.logged == 2 && counts.malformed == 0)
        #expect(found.allSatisfy { $0.endpoint.ip == "192.0.2.30" })
        let unread = try #require(counts.sweeps.unread.first)
        #expect(unread.contains("2 certificates of logs") && counts.sweeps.unread.count == 1)
        #expect(counts.summary(.inventory, least: .low).contains("2 certificates of logs not compared\n"))
        var adoption = InventoryAdoption()
        try adoption.add(sweep: path)
        #expect(try adoption.write { _ in } == 1)
        let drift = try DriftComparison(baseline: path) { _ in }
        #expect(drift.earlier.records == 1 && drift.earlier.logged == 2)
    }

    /// What stands outside of the inventory is not what somebody asked about.
    @Test func aSweepOfNoAssetIsNotClean() throws {
        let scratch = Scratch()
        let rows = try CSVReader.rows(Array("address\n192.0.2.200\n".utf8), file: "i.csv")
        let comparison = SweepComparison(InventoryIndex(try Inventory(rows, file: "i.csv"))) { _ in }
        try comparison.add(sweep: scratch.sweep("sweep", [SampleRecord(ip: "192.0.2.1")]))
        try comparison.finish()
        #expect(comparison.counts.swept == 0)
        let summary = comparison.counts.summary(.inventory, least: .low)
        #expect(!summary.contains("No findings"))
        #expect(summary.contains("No asset was swept."))
    }

    /// Dates that no calendar's arithmetic likes.
    @Test(arguments: ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"])
    func farDatesAreCompared(date: String) throws {
        let policy =
            "kind,address,max_lifetime_days,expiring_days\n"
            + "policy,,\(Inventory.mostDays),\(Inventory.mostDays)\nasset,192.0.2.10,,\n"
        for seconds in [Int.min, -1, 0, Int.max] {
            for other in [date, "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z"] {
                let record = Self.with(
                    {
                        ($0.time, $0.notBefore, $0.notAfter) = (date, other, other)
                        ($0.validitySeconds, $0.keySize) = (seconds, seconds)
                    },
                    from: SampleRecord()
                )
                #expect(try !sweep([record], policy).isEmpty)
            }
        }
    }

    @Test func certificatesThatEndSoonNeedNoInventory() throws {
        let scratch = Scratch()
        let path = try scratch.sweep(
            "sweep",
            [
                SampleRecord(ip: "192.0.2.1"),
                Self.with({ $0.notAfter = "2026-11-20T00:00:00Z" }, from: SampleRecord(ip: "192.0.2.2")),
                Self.with({ $0.notAfter = "2026-10-20T00:00:00Z" }, from: SampleRecord(ip: "192.0.2.3")),
            ]
        )
        var found: [ReportedFinding] = []
        let comparison = ExpiryComparison(days: 30) { found.append($0) }
        try comparison.add(sweep: path)
        #expect(found.map(\.endpoint.ip) == ["192.0.2.2", "192.0.2.3"])
        #expect(found.map(\.finding.name) == [.expiring, .expired])
    }

    @Test func driftSaysWhatChanged() throws {
        let scratch = Scratch()
        let same = SampleRecord(ip: "192.0.2.1", certificate: 1)
        let gone = SampleRecord(ip: "192.0.2.2", certificate: 2)
        let renewed = SampleRecord(ip: "192.0.2.3", certificate: 3)
        let moved = SampleRecord(ip: "192.0.2.4", certificate: 4)
        let silent = SampleRecord(ip: "192.0.2.6", certificate: 6)
        let old = try scratch.sweep("old", [same, gone, renewed, moved, silent])
        let new = try scratch.sweep(
            "new",
            [
                Self.with({ $0.time = "2026-11-08T08:00:00Z" }, from: same),
                Self.with({ ($0.certificate, $0.key) = (33, 3) }, from: renewed),
                Self.with({ ($0.certificate, $0.version) = (44, "1.2") }, from: moved),
                Self.with({ $0.failure = "connection_timeout" }, from: silent),
                SampleRecord(ip: "192.0.2.5", certificate: 5),
            ]
        )
        var found: [ReportedFinding] = []
        let comparison = try DriftComparison(baseline: old) { found.append($0) }
        try comparison.add(sweep: new)
        try comparison.finish()
        #expect(comparison.counts.unchanged == 1)
        #expect(
            found.map(\.endpoint.ip) == ["192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.2", "192.0.2.6"]
        )
        #expect(found.map(\.finding.name) == [.changed, .changed, .appeared, .disappeared, .disappeared])
        #expect(found[0].finding.message.hasPrefix("A new certificate with the same key: certificate from "))
        #expect(found[0].finding.severity == .low)
        #expect(found[1].finding.message.contains("TLS version from 1.3 to 1.2"))
        #expect(found[1].finding.severity == .medium)
        #expect(found[4].finding.message.contains("does not answer any more"))
    }

    @Test func whatIsAdoptedIsAuthorised() throws {
        let scratch = Scratch()
        let named = SampleRecord(name: "one.example", certificate: 60)
        let records =
            (0..<40).map { SampleRecord(ip: "192.0.2.\($0)", certificate: $0) } + [
                named, named, SampleRecord(ip: "192.0.2.99", failure: "not_tls"),
                SampleRecord(
                    name: "=cmd()",
                    certificate: 50,
                    issuer: "CN=\"a;b\", O=\"x,\ny\"",
                    names: ["-x.example"]
                ),
            ]
        let path = try scratch.sweep("sweep", records)
        var csv = InventoryAdoption.head
        var adoption = InventoryAdoption()
        try adoption.add(sweep: path)
        #expect(try adoption.write { csv += $0 } == 42)
        let suspect = try scratch.sweep(
            "suspect",
            [
                Self.with(
                    { $0.lead = ("Evil C2", 90, "high") },
                    from: SampleRecord(ip: "192.0.2.7", certificate: 7)
                ),
                SampleRecord(ip: "192.0.2.10", certificate: 8), SampleRecord(ip: "192.0.2.9", certificate: 9),
            ]
        )
        var careful = InventoryAdoption()
        try careful.add(sweep: suspect)
        var rows = InventoryAdoption.head
        try careful.write { rows += $0 }
        #expect(careful.suspicious == 1)
        let adopted = try Inventory(try CSVReader.rows(Array(rows.utf8), file: "i.csv"), file: "i.csv")
        #expect(adopted.assets.map(\.address) == ["192.0.2.9", "192.0.2.10"])
        #expect(rows.contains("# points to Evil C2,192.0.2.7,443"))
        let found = try sweep(records, csv)
        #expect(found.allSatisfy { $0.finding.name == .authorized }, "\(found.map(\.finding.message))")
        #expect(found.count == 43)
    }

    @Test func findingsAreWrittenForSpreadsheetsAndPrograms() throws {
        let scratch = Scratch()
        let evil = Self.with(
            { ($0.certificate, $0.subject) = (8, "=HYPERLINK(\"http://evil\",\"x\")\u{1b}[2J") },
            from: Self.good
        )
        let found = try sweep([evil, Self.open], Self.inventory.replacing("Web", with: "=Web"))
        try scratch.write("f.csv", ReportedFinding.csvHead + found.map(\.csv).joined())
        try scratch.write("f.ndjson", found.map(\.ndjson).joined())
        let program = """
            import csv, sys
            rows = list(csv.DictReader(open(sys.argv[1], newline='')))
            assert all(len(row) == 10 and None not in row for row in rows), rows
            assert not any(cell[:1] in ('=', '+', '-', '@') for row in rows for cell in row.values()), rows
            print(' '.join(row['finding'] + '/' + row['owner'] for row in rows))
            """
        let read = try check("python3", ["-c", program, scratch.file("f.csv")]).text
        #expect(read == "unauthorized_certificate/'=Web authorized/Open\n")
        let jq = try check(
            "jq",
            ["-r", ".hallmark.findings[0] | .name + \" \" + .owner", scratch.file("f.ndjson")]
        )
        #expect(jq.text == "unauthorized_certificate =Web\nauthorized Open\n")
        var table = FindingTable(least: .low)
        for finding in found { table.add(finding) }
        #expect(!table.text.contains("\u{1b}"))
        #expect(table.text.contains("unauthorized_certificate"))
        #expect(!table.text.contains("authorized  "))
    }
}
