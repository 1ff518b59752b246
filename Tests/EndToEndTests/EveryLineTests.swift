import Foundation
import TestSupport
import Testing

/// Every line that any command prints keeps to a JSON Schema that we publish.
///
/// A command that the program has and the table below has not fails the first test.
@Suite struct EveryLineTests {
    /// What a command prints: lines with `event.dataset` or of a definition in `Docs/answers.schema.json`.
    private enum Lines {
        case records
        case answers(String)
        /// No line of ours: text, or a format of others, which has a test of its own.
        case none
    }

    private static let commands: [String: Lines] = [
        "scan": .records, "validate": .records, "match": .records, "compare": .records, "import": .records,
        "enrich": .records,
        "corpus add": .none, "corpus stats": .answers("stats"), "corpus export": .records,
        "corpus prune": .none, "corpus listed": .records, "pivot": .answers("pivot"), "export": .none,
        "roots audit": .records,
        "serve": .none,
        "search": .answers("search"), "decide": .none, "decisions": .answers("decision"), "blocklist": .none,
        "report": .none, "hunt": .answers("hunt"),
        "schema": .none, "warehouse schema": .none, "signatures list": .answers("rule"),
        "signatures show": .answers("rule"),
        "signatures stale": .answers("rule"), "signatures measure": .answers("measure"),
        "signatures lint": .answers("fault"), "signatures test": .answers("fault"),
        "signatures update": .none, "signatures draft": .none, "config show": .none,
        // The tests of a fleet hold what its status prints to the schema.
        "fleet submit": .none, "fleet work": .none, "fleet collect": .none, "fleet status": .answers("fleet"),
        "fleet cancel": .none, "fleet broker-config": .none,
        // The playbook of transparency holds what a watch prints to the schema.
        "ct watch": .records, "ct backfill": .records, "ct verify": .none, "ct authorize": .none,
    ]

    /// A command's words, from the description that the program gives of itself.
    private static func leaves(_ command: [String: Any], _ words: [String]) -> [String] {
        let inner = (command["subcommands"] as? [[String: Any]] ?? [])
            .filter { $0["commandName"] as? String != "help" }
        if inner.isEmpty { return [words.joined(separator: " ")] }
        return inner.flatMap { leaves($0, words + [$0["commandName"] as? String ?? "?"]) }
    }

    @Test func noCommandIsLeftOut() throws {
        let dump = try Program.run(["--experimental-dump-help"])
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(dump.output)) as? [String: Any]
        )
        let command = try #require(object["command"] as? [String: Any])
        #expect(Set(Self.leaves(command, [])) == Set(Self.commands.keys))
    }

    private static let inventory = """
        address,ports,owner,labels
        127.0.0.1,1;2,payments,pci
        192.0.2.77,443,shop,

        """

    private static let correlation = """
        title: Two marks of one team server
        id: 5b1b8a3e-6f5e-4a5c-9a53-3f1d7f0a1b77
        correlation:
          type: event_count
          rules: [serial]
          group-by: [tls.server.x509.serial_number]
          timespan: 1d
          condition: {gte: 1}
        level: medium
        """
    private static let rule = """
        title: The serial number
        id: 0c4b8a0e-6f5e-4a5c-9a53-3f1d7f0a1b77
        name: serial
        logsource: {product: hallmark}
        detection: {s: {tls.server.x509.serial_number: 08BB00EE}, condition: s}
        level: low
        """

    /// Runs a command, keeps what it prints, and says of which kind its lines are.
    private final class Run {
        let scratch: Scratch
        private(set) var arguments: [String] = []

        init(_ scratch: Scratch) { self.scratch = scratch }

        @discardableResult
        func run(_ name: String, _ rest: [String], exit: Set<Int32> = [0]) throws -> String {
            let result = try Program.run(name.split(separator: " ").map(String.init) + rest)
            #expect(exit.contains(result.status), "\(name): \(result.status) \(result.errors)")
            #expect(!result.output.isEmpty, "\(name) printed nothing: \(result.errors)")
            let path = try scratch.write("lines-\(arguments.count)", result.text)
            guard let lines = EveryLineTests.commands[name] else { return path }
            switch lines {
            case .records: arguments.append("records=\(path)")
            case .answers(let answer): arguments.append("\(answer)=\(path)")
            case .none: break
            }
            return path
        }
    }

    @Test func everyLineKeepsToItsSchema() throws {
        let scratch = Scratch()
        let subject =
            "/C=US/ST=Cyberspace/L=Somewhere/O=cobaltstrike/OU=AdvancedPenTesting/CN=Major Cobalt Strike"
        let certificate = try TestCertificate(subject: subject, extra: ["-set_serial", "0x08BB00EE"])
        let first = try Nginx.start(certificate)
        let second = try Nginx.start(certificate)
        let endpoint = "127.0.0.1:\(first.port)"
        let list = try scratch.write("inventory.csv", Self.inventory)
        try FileManager.default.createDirectory(
            atPath: scratch.file("rules"),
            withIntermediateDirectories: true
        )
        try scratch.write("rules/serial.yml", Self.rule)
        try scratch.write("rules/twice.yml", Self.correlation)
        let corpus = scratch.file("corpus.sqlite")
        let run = Run(scratch)

        let sweep = try run.run(
            "scan",
            [endpoint, "127.0.0.1:\(second.port)", "127.0.0.1:1", "--probe", "full", "--inventory", list]
        )
        try run.run("validate", [endpoint, "--format", "ndjson", "--inventory", list, "--corpus", corpus])
        let own = ["--signatures", scratch.file("rules")]
        try run.run("match", own + [sweep, certificate.certificate])
        for extra in [["--inventory", list], ["--expiring", "9999"]] {
            try run.run("compare", [sweep, "--format", "ndjson"] + extra)
        }
        try run.run("import", [certificate.certificate])
        // No name server answers at the port: what that says of the context is a record as well.
        let around = ["--resolver", "127.0.0.1:1", "--corpus", corpus]
        try run.run("enrich", [sweep] + around, exit: [1])
        let added = try Program.run(["corpus", "add", sweep, certificate.certificate, "--corpus", corpus])
        #expect(added.status == 0, "\(added.errors)")
        try run.run("corpus stats", ["--corpus", corpus, "--format", "ndjson"])
        try run.run("corpus export", ["--corpus", corpus])
        let known = try scratch.write("known.txt", "#! tlp: amber\n127.0.0.0/8 # ours\nserial:08BB00EE\n")
        try run.run("corpus listed", ["--corpus", corpus, "--iocs", known])
        try run.run("match", own + [sweep, "--iocs", known])
        let query = ["serial=08BB00EE", "--corpus", corpus, "--format", "ndjson", "--queries"]
        try run.run("pivot", query + ["--include-benign"])
        let ask = ["--corpus", corpus, "--format", "ndjson"]
        for unit in ["sightings", "endpoints", "certificates", "findings"] {
            try run.run("search", ["*", "--of", unit] + ask)
        }
        try run.run("search", ["*", "--count"] + ask)
        try run.run("search", ["*", "--group-by", "tls.server.issuer"] + ask)
        let alike = (0..<64).map { number in
            #"{"@timestamp":"2026-06-01T01:00:00Z","event":{"outcome":"success"},"server":{"ip":"192.0.2.\#(number)","#
                + #""port":\#(number == 7 ? 31337 : 443)},"hallmark":{}}"#
        }
        let many = try scratch.write("many.ndjson", alike.joined(separator: "\n") + "\n")
        try run.run("hunt", [many, "--format", "ndjson"])
        let decided = try Program.run([
            "decide", endpoint, "block", "--because", "a C2", "--case", "IR-1", "--until", "2100-01-01",
            "--records", sweep, "--corpus", corpus,
        ])
        #expect(decided.status == 0, "\(decided.errors)")
        try run.run("decisions", ask)
        let records = scratch.file("roots.ndjson")
        try run.run(
            "roots audit",
            [certificate.certificate, "--format", "ndjson", "--records", records],
            exit: [0, 1, 2, 3]
        )
        let cobalt = ["--software", "Cobalt Strike", "--format", "ndjson"]
        try run.run("signatures list", cobalt)
        try run.run("signatures list", own + ["--no-default-signatures", "--format", "ndjson"])
        try run.run("signatures show", ["a49bf204-b1b3-591c-8369-8accd1025a95", "--format", "ndjson"])
        try run.run("signatures stale", ["--older", "2100-01-01"] + cobalt)
        try run.run("signatures measure", [certificate.certificate, "--format", "ndjson"])
        let bad = try scratch.write("bad.yml", "title: x\n")
        try run.run("signatures lint", [bad, "--format", "ndjson"], exit: [1, 2])

        let result = try TestSupport.run(
            "/usr/bin/python3",
            ["-B", projectFolder + "/Tests/Tools/check_lines.py", projectFolder + "/Docs"] + run.arguments
                + ["records=\(records)"]
        )
        #expect(result.status == 0, "\(result.text) \(result.errors)")
        // Each kind of line was there.
        for kind in [
            "observation", "finding", "correlation", "pivot", "stats", "rule", "measure", "fault", "search",
            "decision", "hunt",
        ] {
            #expect(result.errors.contains("\(kind) "), "no line of \(kind): \(result.errors)")
        }
    }
}
