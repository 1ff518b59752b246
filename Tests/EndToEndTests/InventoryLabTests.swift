import Foundation
import TestSupport
import Testing

/// Scan, compare and compare again: the lab's endpoints get exactly the findings that they deserve.
@Suite(.serialized) struct InventoryLabTests {
    /// What this week's lab deserves: severity, finding, endpoint, owner.
    private static func expected(_ port: UInt16) -> Set<String> {
        let findings: [String: [String]] = [
            "127.30.0.1:\(port) Web": ["info authorized"],
            "127.30.0.2:\(port) Mail": ["low renewed"],
            "127.30.0.3:\(port) Web": ["low renewed"],
            "127.30.0.4:\(port) Pay": ["critical misplaced_certificate"],
            "127.30.0.5:\(port) Web": ["info authorized", "high expired"],
            "127.30.0.6:\(port) ": ["high unknown_endpoint", "low self_signed"],
            "127.30.0.7:\(port) Mail": ["medium missing_endpoint"],
            "127.30.0.8:\(port) Web": ["high unauthorized_certificate"],
            "127.30.0.9:\(port) Web": ["info authorized", "medium expiring"],
            "127.30.0.10:\(port) Web": ["info authorized", "medium not_yet_valid"],
            "127.30.0.11:\(port) Plant": ["info authorized", "high weak_key", "medium weak_signature"],
            "127.30.0.12:\(port) Plant": ["info authorized", "medium old_protocol"],
            "127.30.0.13:\(port) Plant": ["info authorized", "low lifetime_too_long"],
            "127.30.0.14:\(port) Plant": ["info authorized", "low self_signed"],
            "127.30.0.15:\(port) Web": ["info authorized", "high unexpected_issuer"],
            "127.30.0.16:\(port) Web": ["info authorized", "medium name_mismatch"],
            "127.30.0.17:\(port) Twins": ["info authorized"],
            "127.30.0.18:\(port) Twins": ["info authorized"],
            "127.30.0.19:\(port) Plant": ["info authorized", "low self_signed", "critical signature_lead"],
            "127.30.0.20:\(port) Web": ["medium missing_endpoint"],
            "127.30.0.21:\(port) ": ["high unknown_endpoint"],
            "127.31.0.1:\(port) ": ["medium foreign_certificate_with_our_name"],
            "127.31.0.3:\(port) ": ["critical signature_lead"],
            // Of all endpoints of the assets.
            "shop.lab.test Web": ["medium shared_key"], "127.30.0.4 Pay": ["medium shared_key"],
            "127.30.0.17 Twins": ["medium shared_key"], "127.30.0.18 Twins": ["medium shared_key"],
        ]
        return Set(findings.flatMap { place, names in names.map { "\($0) \(place)" } })
    }

    /// What has changed since last week.
    private static func drift(_ port: UInt16) -> Set<String> {
        [
            "low changed 127.30.0.2:\(port) ", "medium changed 127.30.0.8:\(port) ",
            "low disappeared 127.30.0.20:\(port) ", "medium appeared 127.30.0.21:\(port) ",
        ]
    }

    // MARK: Reading what was written

    private func compare(_ arguments: [String], exit status: Int32 = 0) throws -> CommandResult {
        // Wide enough for one line a finding.
        let result = try Program.run(["compare"] + arguments, columns: 1000)
        #expect(result.status == status, "\(result.errors)")
        return result
    }

    /// The findings of a CSV file, read by Python.
    private func findings(csv: String) throws -> [String] {
        let program = """
            import csv, io, sys
            for row in csv.DictReader(io.StringIO(sys.stdin.buffer.read().decode(), newline='')):
                assert len(row) == 10 and None not in row and row['message'].endswith('.'), row
                print(row['severity'], row['finding'], row['endpoint'], row['owner'])
            """
        return try check("python3", ["-c", program], input: Array(csv.utf8)).text.split(separator: "\n").map(
            String.init
        )
    }

    /// The findings of NDJSON lines: of a comparison, or of a scan's records.
    private func findings(ndjson: String) throws -> [String] {
        try Program.records(ndjson).flatMap { record -> [String] in
            let address = record.text("server.ip") ?? record.text("server.address") ?? "?"
            let endpoint = address + (record.number("server.port").map { ":\($0)" } ?? "")
            let findings = record["hallmark.findings"] as? [[String: Any]] ?? []
            return findings.map { finding in
                #expect((finding["message"] as? String)?.hasSuffix(".") == true)
                return ["severity", "name"].map { finding[$0] as? String ?? "?" }.joined(separator: " ")
                    + " \(endpoint) \(finding["owner"] as? String ?? "")"
            }
        }
    }

    /// The findings of a table: a group for each owner, columns two blanks or more apart.
    private func findings(table: String) throws -> [String] {
        var found: [String] = []
        var owner: String?
        for line in table.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("  severity") { continue }
            if line.isEmpty {
                owner = ""
            } else if !line.hasPrefix("  ") {
                if owner != nil { owner = line == "No owner" ? "" : String(line) }
            } else if let owner {
                let cells = line.replacing(#/ {2,}/#, with: "\t").split(separator: "\t")
                found.append("\(cells[0]) \(cells[1]) \(cells[2]) \(owner)")
            }
        }
        return found
    }

    /// Compares and reads all three formats, which have to agree.
    private func findings(_ arguments: [String]) throws -> (all: [String], table: String) {
        let csv = try findings(csv: try compare(arguments + ["--format", "csv"]).text)
        let ndjson = try findings(ndjson: try compare(arguments + ["--format", "ndjson"]).text)
        #expect(csv == ndjson)
        let whole = try compare(arguments + ["--format", "table", "--severity", "info"]).text
        #expect(try findings(table: whole).sorted() == csv.sorted())
        // Unasked, a table for people leaves out what agrees.
        let table = try compare(arguments).text
        #expect(try findings(table: table).sorted() == csv.filter { !$0.hasPrefix("info ") }.sorted())
        return (csv, table)
    }

    // MARK: Tests

    @Test func eachEndpointGetsExactlyItsFindings() throws {
        let lab = try InventoryLab()
        try lab.change()
        let sweep = try lab.sweep("sweep.ndjson")
        let inventory = try lab.inventory(as: "inventory.csv")
        let (all, table) = try findings([sweep, "--inventory", inventory])
        let expected = Self.expected(lab.port)
        #expect(all.count == expected.count)
        #expect(Set(all).symmetricDifference(expected).sorted() == [])
        // Labels go along to whoever sorts findings by them.
        let records = try Program.records(
            try compare([sweep, "--inventory", inventory, "--format", "ndjson"]).text
        )
        let labels = records.compactMap {
            ($0["hallmark.findings"] as? [[String: Any]])?.first?["labels"] as? [String]
        }
        #expect(Set(labels) == [["production", "tier one"]])
        // One screen of counts comes first.
        let summary = try #require(table.range(of: "\n\n")).lowerBound
        let head = table[..<summary].split(separator: "\n")
        #expect(head.first == "24 records, 22 endpoints answered; 19 of assets, 5 of no asset")
        #expect(head.count <= 24)
        for name in Set(expected.map { $0.split(separator: " ")[1] }) {
            let count = expected.count { $0.split(separator: " ")[1] == name }
            // What the table below leaves out is one number, so that the counts are those of what stands
            // there.
            #expect(
                name == "authorized"
                    ? head.contains("\(count) findings below low are not shown")
                    : head.contains { $0.contains(" \(name) ") && $0.hasSuffix(" \(count)") },
                "\(name): \(count)"
            )
        }
        // The worst owner first, and the worst of an owner first.
        let owners = table.split(separator: "\n").filter { ["Pay", "Plant", "Web", "Twins"].contains($0) }
        #expect(owners == ["Pay", "Plant", "Web", "Twins"])
    }

    @Test func anInventoryReadsTheSameFromAllItsFormats() throws {
        let lab = try InventoryLab()
        try lab.change()
        let sweep = try lab.sweep("sweep.ndjson")
        let texts = try ["inventory.csv", "inventory.ndjson", "inventory.yaml"].map {
            try compare([sweep, "--inventory", try lab.inventory(as: $0), "--format", "ndjson"]).text
        }
        #expect(Set(try findings(ndjson: texts[0])) == Self.expected(lab.port))
        // What was never seen is told of with the time of the comparison.
        let timeless = texts.map { $0.replacing(#/"@timestamp":"[^"]*"/#, with: "") }
        #expect(timeless[1] == timeless[0] && timeless[2] == timeless[0])
    }

    /// While scanning, each record gets what `compare` says of it afterwards, word for word.
    @Test func aScanWritesTheSameFindings() throws {
        let lab = try InventoryLab()
        try lab.change()
        let inventory = try lab.inventory(as: "inventory.csv")
        let sweep = try lab.sweep("live.ndjson", nil, ["--inventory", inventory])
        let lines = try String(contentsOfFile: sweep, encoding: .utf8)
        let wholeSweep = Self.expected(lab.port).filter { $0.contains("shared_key") }
        #expect(Set(try findings(ndjson: lines)) == Self.expected(lab.port).subtracting(wholeSweep))
        #expect(try schemaErrors(lines) == "")
        func messages(_ text: String) throws -> Set<String> {
            Set(
                try Program.records(text).flatMap { record in
                    (record["hallmark.findings"] as? [[String: Any]] ?? []).map { finding in
                        (["name", "severity", "message", "asset", "owner"].map {
                            finding[$0] as? String ?? ""
                        }
                            + (finding["labels"] as? [String] ?? [])).joined(separator: "|")
                    }
                }
            )
        }
        let compared = try compare([sweep, "--inventory", inventory, "--format", "ndjson"]).text
        let later = try messages(compared).filter { !$0.hasPrefix("shared_key|") }
        #expect(try messages(lines).symmetricDifference(later).sorted() == [])
    }

    @Test func driftIsWhatChangedSinceTheBaseline() throws {
        let lab = try InventoryLab()
        let baseline = try lab.sweep("last-week.ndjson")
        try lab.change()
        let sweep = try lab.sweep("this-week.ndjson")
        let (all, table) = try findings(["--baseline", baseline, sweep])
        #expect(Set(all).symmetricDifference(Self.drift(lab.port)).sorted() == [])
        #expect(all.count == 4)
        #expect(table.hasPrefix("24 records, 22 endpoints answered, 19 unchanged\n"))
        #expect(
            table.contains(#/127\.30\.0\.2:\d+ .*A new certificate with the same key: certificate from /#)
        )
        #expect(table.contains(#/127\.30\.0\.8:\d+ .*Changed: certificate from \S+ to \S+; key from /#))
        // The same sweep is no drift.
        let same = try compare(["--baseline", sweep, sweep])
        #expect(same.text.hasPrefix("24 records, 22 endpoints answered, 22 unchanged\nNo findings.\n"))
    }

    @Test func aMissingAssetSaysSinceWhen() throws {
        let lab = try InventoryLab()
        let corpus = lab.scratch.file("corpus.sqlite")
        let inventory = try lab.inventory(as: "inventory.csv")
        _ = try lab.sweep("1.ndjson", nil, ["--corpus", corpus])
        try lab.change()
        let gone = try lab.sweep("2.ndjson", nil, ["--corpus", corpus])
        let last = try lab.sweep("3.ndjson", nil, ["--corpus", corpus, "--inventory", inventory])
        func time(_ sweep: String, _ address: String) throws -> String {
            let lines = try Program.records(try String(contentsOfFile: sweep, encoding: .utf8))
            let record = try #require(lines.first { $0.text("server.ip") == address })
            return String(try #require(record.text("@timestamp")).prefix(19)) + "Z"
        }
        let since = try time(gone, "127.30.0.20")
        let seen = try time(lab.scratch.file("1.ndjson"), "127.30.0.20")
        let message = """
            127.30.0.20 port \(lab.port) does not answer since \(since): connection_refused; last seen \(seen).
            """
        // From the sweeps themselves, and from the corpus, which remembers the failure as well.
        for arguments in [[lab.scratch.file("1.ndjson"), gone, last], [last, "--corpus", corpus]] {
            let text = try compare(arguments + ["--inventory", inventory, "--format", "ndjson"]).text
            let findings = try Program.records(text).filter { $0.text("server.ip") == "127.30.0.20" }
                .compactMap {
                    ($0["hallmark.findings"] as? [[String: Any]])?.first
                }.filter { $0["name"] as? String == "missing_endpoint" }
            #expect(findings.map { $0["message"] as? String } == [message])
        }
    }

    @Test func whatIsAdoptedIsAuthorized() throws {
        let lab = try InventoryLab()
        let good =
            ["127.30.0.1:\(lab.port),shop.lab.test"]
            + [2, 3, 7, 8, 13, 16, 20].map { "127.30.0.\($0):\(lab.port)" }
        let sweep = try lab.sweep("sweep.ndjson", good)
        let inventory = lab.scratch.file("adopted.csv")
        try Data(try compare(["--adopt", sweep]).output).write(to: URL(fileURLWithPath: inventory))
        let (all, table) = try findings([sweep, "--inventory", inventory])
        let places = [1, 2, 3, 8, 13, 16, 20].map { "info authorized 127.30.0.\($0):\(lab.port) " }
        #expect(Set(all) == Set(places) && all.count == 7)
        #expect(!table.contains("\n\n"), "nothing but the summary")
        // Next week, what was adopted is what is compared with.
        try lab.change()
        let next = try lab.sweep("next.ndjson", good)
        let later = try findings([next, "--inventory", inventory]).all
        #expect(
            Set(later).subtracting(places) == [
                "low renewed 127.30.0.2:\(lab.port) ",
                "high unauthorized_certificate 127.30.0.8:\(lab.port) ",
                "medium missing_endpoint 127.30.0.20:\(lab.port) ",
            ]
        )
    }

    @Test func theExitCodeSaysHowBadItIs() throws {
        let lab = try InventoryLab()
        let inventory = try lab.inventory(as: "inventory.csv")
        let plant = try lab.sweep("plant.ndjson", ["127.30.0.11:\(lab.port)"])
        let mail = try lab.sweep("mail.ndjson", ["127.30.0.2:\(lab.port)"])
        for (severity, status) in [("critical", 0), ("high", 3), ("medium", 3), ("low", 3), ("info", 3)] {
            let arguments = [plant, "--inventory", inventory, "--fail-on", severity]
            _ = try compare(arguments, exit: Int32(status))
            // What is not written counts all the same.
            _ = try compare(arguments + ["--severity", "critical", "--format", "csv"], exit: Int32(status))
        }
        _ = try compare([mail, "--inventory", inventory, "--fail-on", "low"], exit: 0)
        _ = try compare(
            [mail, "--inventory", inventory, "--baseline", plant, "--fail-on", "medium"],
            exit: 3
        )
        _ = try compare([mail, "--inventory", "/nonexistent.csv"], exit: 1)
        _ = try compare([mail], exit: 64)
    }
}
