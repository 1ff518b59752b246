import Foundation
import Observations
import TestSupport
import Testing

/// Whatever somebody plants in a text, no output of any command holds what a terminal acts on, and no cell of
/// a CSV file begins as a formula does.
@Suite struct PlantedCharactersTests {
    /// C0, delete, C1, what changes the direction of a text or ends its line, and what has no shape.
    private static let active: [Unicode.Scalar] = {
        let codes =
            Array(0x01...0x1f) + Array(0x7f...0x9f) + [0x061c, 0x200e, 0x200f, 0x2028, 0x2029]
            + Array(0x202a...0x202e) + Array(0x2066...0x2069) + Array(0x200b...0x200d)
            + Array(0x2060...0x2064)
            + [0xad, 0x34f, 0x115f, 0x1160, 0x17b4, 0x180e, 0x2800, 0x3164, 0xfe0f, 0xfeff, 0xffa0, 0xfff9]
            + [0xe000, 0x1d173, 0xe0001, 0xe0061, 0xe0100, 0xf0000]
        return codes.compactMap { Unicode.Scalar(UInt32($0)) }
    }()

    private static let formulas = ["=", "+", "-", "@", "\t", "\r"]

    /// All of them in one text, a line that could be taken for another after the line end among them.
    private static func text(_ start: String) -> String {
        var text = start + "cmd"
        for scalar in active { text.unicodeScalars.append(scalar) }
        return text + "\nPLANTED [2J <b>&\"'\\"
    }

    /// What a record needs to be one.
    private static var fixed: [String: Any] {
        [
            "@timestamp": "2026-11-22T03:31:00.123Z", "event.outcome": "success",
            "event.dataset": "hallmark.observation", "server.ip": "203.0.113.7", "server.port": 443,
            "tls.server.hash.sha256": String(repeating: "AB", count: 32),
            "tls.server.x509.not_after": "2026-11-30T00:00:00Z",
            "hallmark.certificate.spki_sha256": String(repeating: "CD", count: 32),
            "hallmark.certificate.tbs_no_ct_sha256": String(repeating: "EF", count: 32),
        ]
    }

    /// A record whose every other text is the planted one.
    private static func record(_ start: String, _ number: Int) throws -> String {
        var values = fixed
        values["server.ip"] = "203.0.113.\(number)"
        values["tls.server.hash.sha256"] = String(repeating: "A\(number)", count: 32)
        for field in Field.all where values[field.name] == nil {
            switch field.kind {
            case .keyword: values[field.name] = field.isArray ? [text(start)] : text(start)
            case .map: values[field.name] = [text(start): [text(start)]]
            case .pairs: values[field.name] = [[text(start), text(start)]]
            case .long, .boolean, .date, .ip, .objects: break
            }
        }
        // No software has a longer name.
        values["hallmark.leads.software.name"] = String(text(start).unicodeScalars.prefix(90))
        values["hallmark.leads.confidence"] = 70
        values["hallmark.leads.label"] = "medium"
        var object: [String: Any] = [:]
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            insert(value, name.split(separator: ".").map(String.init)[...], &object)
        }
        let data = try JSONSerialization.data(withJSONObject: object)
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    /// A value that is in the way of a longer name is left out.
    private static func insert(_ value: Any, _ path: ArraySlice<String>, _ object: inout [String: Any]) {
        guard let name = path.first else { return }
        if path.count == 1 { return object[name] = object[name] ?? value }
        var inner = object[name] as? [String: Any] ?? [:]
        insert(value, path.dropFirst(), &inner)
        object[name] = inner
    }

    /// What is raw in an output.
    private static func raw(_ bytes: [UInt8]) -> [String] {
        guard let text = String(validating: bytes, as: UTF8.self) else { return ["no UTF-8"] }
        var found: [String] = []
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() where scalar != "\n" {
            let endsRow = scalar == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n"
            if !endsRow, active.contains(scalar) { found.append("U+\(String(scalar.value, radix: 16))") }
        }
        for line in text.split(separator: "\n") where line.hasPrefix("PLANTED") {
            found.append("a line of its own")
        }
        return Array(Set(found)).sorted()
    }

    private static let rules = [
        "--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel",
    ]

    private static func run(_ arguments: [String]) throws -> CommandResult {
        let result = try Program.run(arguments)
        for (name, bytes) in [("output", result.output), ("errors", Array(result.errors.utf8))] {
            let found = raw(bytes)
            #expect(found.isEmpty, "\(arguments.joined(separator: " ")): \(found) in the \(name)")
        }
        #expect([0, 1, 2, 3].contains(result.status), "\(arguments): \(result.status) \(result.errors)")
        return result
    }

    private static func checkCSV(_ text: String, _ what: String) throws {
        let scratch = Scratch()
        try scratch.write("csv", text)
        let program = """
            import csv, sys
            rows = list(csv.reader(open(sys.argv[1], newline='', encoding='utf-8')))
            print(len(rows))
            for row in rows[1:]:
                for cell in row:
                    assert not cell.lstrip(' ').startswith(('=', '+', '-', '@', '\\t', '\\r')), cell
            """
        let result = try TestSupport.run("python3", ["-c", program, scratch.file("csv")])
        #expect(result.status == 0, "\(what): \(result.errors)")
        #expect((Int(result.text.dropLast()) ?? 0) > 1, "\(what) has no rows")
    }

    @Test func recordsPlantNothing() throws {
        let scratch = Scratch()
        let starts = Self.formulas
        let sweep = try scratch.write(
            "sweep",
            try starts.enumerated().map { try Self.record($1, $0 + 1) }.joined()
        )
        let old = try scratch.write("old", try Self.record("x", 1) + Self.record("y", 9))
        let assets = try scratch.write("assets", "address,ports\n203.0.113.1,443\n203.0.113.0/24,\n")
        for packed in [["match", sweep], ["match", sweep, "--only-leads"]] {
            _ = try Self.run(packed + Self.rules)
        }
        // Nothing of the texts is lost on their way.
        let line = try #require(
            try Self.run(["match", sweep, "-q"] + Self.rules).text.split(separator: "\n").first
        )
        let subject = try Program.records(String(line)).first?.text(
            "tls.server.x509.subject.distinguished_name"
        )
        #expect(subject == Self.text("="))
        for format in ["table", "csv", "ndjson"] {
            for against in [["--inventory", assets], ["--baseline", old], ["--expiring", "30"]] {
                let result = try Self.run(
                    ["compare", sweep, "--severity", "info", "--format", format] + against
                )
                #expect(result.text.count > 100, "\(against) \(format): \(result.errors)")
                if format == "csv" { try Self.checkCSV(result.text, "\(against)") }
            }
        }
        try Self.checkCSV(try Self.run(["compare", sweep, "--adopt"]).text, "adopt")
        let corpus = scratch.file("c.sqlite")
        _ = try Self.run(["corpus", "add", sweep, "--corpus", corpus])
        for command in [["stats"], ["stats", "--json", "--top", "9"], ["export"]] {
            #expect(try Self.run(["corpus"] + command + ["--corpus", corpus]).text.contains("cmd"))
        }
        for query in ["203.0.113.2:443", "key=" + String(repeating: "CD", count: 32)] {
            for extra in [["--queries"], ["--queries", "--format", "ndjson", "--depth", "2"]] {
                let result = try Self.run(["pivot", query, "--corpus", corpus] + extra + Self.rules)
                #expect(result.status == 0 && result.text.contains("cmd"), "\(result.text)\(result.errors)")
            }
        }
        for end in ["dot", "svg", "html"] {
            let graph = scratch.file("graph." + end)
            _ = try Self.run(["pivot", "203.0.113.2:443", "--corpus", corpus, "--graph", graph] + Self.rules)
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: graph)))
            #expect(Self.raw(bytes).isEmpty, "\(end): \(Self.raw(bytes))")
        }
        for format in ["stix", "misp", "suricata", "sarif", "ocsf", "csv", "blocklist"] {
            let result = try Self.run(["export", "--to", format, "--least", "low", sweep])
            if format == "csv" { try Self.checkCSV(result.text, "export") }
        }
    }

    /// Names of files, and what stands in lists, rules, scopes and inventories that can't be read.
    @Test func messagesPlantNothing() throws {
        let scratch = Scratch()
        let name =
            "=" + String(String(String.UnicodeScalarView(Self.active)).prefix(40)) + "\nPLANTED"
        try FileManager.default.createDirectory(
            atPath: scratch.file(name),
            withIntermediateDirectories: true
        )
        let planted = Self.text("=")
        let quoted = String(decoding: try JSONSerialization.data(withJSONObject: [planted]), as: UTF8.self)
            .dropFirst().dropLast()
        for folder in [scratch.file("plain"), scratch.file(name)] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            func write(_ file: String, _ text: String) throws -> String {
                try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + file))
                return folder + "/" + file
            }
            let list = try write("list", "\(planted)\n192.0.2.1 \(planted)\n")
            let inventory = try write("assets", "address,\(planted)\n203.0.113.7,\(planted)\n")
            let rows = try write("rows.json", "[{\"address\":\"203.0.113.7\",\(quoted):\(quoted)}]")
            let scope = try write(
                "scope",
                "name: \(quoted)\nauthorization: a\ninclude: [\(quoted)]\n\(quoted): 1\n"
            )
            let named = try write(
                "named",
                "name: \(quoted)\nauthorization: \(quoted)\ninclude: [192.0.2.0/30]\n"
            )
            let rule = try write(
                "rule.yml",
                "title: \(quoted)\nlogsource:\n  product: hallmark\n\(quoted): \(quoted)\n"
            )
            let sweep = try write("sweep", "{\"\(planted)\n{\"a\":\(quoted)}\n")
            let checkpoint = try write("checkpoint", "{\"version\":1,\"scan_id\":\(quoted)}")
            let good = try write("good", try Self.record("=", 1))
            let scan = ["scan", "192.0.2.1", "--dry-run", "--no-signatures"]
            let commands: [[String]] = [
                ["match", sweep] + Self.rules, ["match", folder] + Self.rules,
                ["match", folder + "/none"] + Self.rules,
                ["corpus", "add", sweep, list, folder + "/none", "--corpus", folder + "/c.sqlite"],
                ["corpus", "stats", "--corpus", list], ["compare", sweep, "--adopt"],
                ["compare", good, "--inventory", inventory], ["compare", good, "--inventory", rows],
                ["compare", good, "--baseline", sweep],
                ["pivot", list, "--corpus", folder + "/c.sqlite"] + Self.rules,
                scan + ["-i", list], scan + ["--exclude", "@" + list], scan + ["--scope", scope],
                scan + ["--scope", named], ["scan", "192.0.2.1", "--no-signatures", "--resume", checkpoint],
                ["scan", "192.0.2.1", "--no-signatures", "--inventory", inventory],
                ["validate", "-i", list] + Self.rules,
                ["signatures", "lint", rule],
                ["signatures", "list", "--no-default-signatures", "--signatures", rule],
                ["signatures", "test", rule], ["signatures", "measure", sweep] + Self.rules,
                ["export", "--to", "csv", sweep],
            ]
            for arguments in commands { _ = try Self.run(arguments) }
        }
        let word = String(planted.unicodeScalars.filter { $0 != "\n" })
        for planted in [word, "name=" + word] {
            #expect(
                try Program.run(["pivot", planted, "--corpus", scratch.file("none")] + Self.rules).status != 0
            )
            let errors = try Program.run(["pivot", planted, "--corpus", scratch.file("none")] + Self.rules)
                .errors
            #expect(Self.raw(Array(errors.utf8)).isEmpty, "\(errors)")
        }
    }
}
