import Foundation
import TestSupport
import Testing

/// `hallmark schema`: what Docs/siem.md says to type, run in the stores that can be had.
@Suite(.serialized, .enabled(if: !PythonPackages.isOffline)) struct StoreTests {
    /// Records of an endpoint with a lead, of one that answers HTTP with hostile headers, and of one that
    /// refuses.
    private static let sweep: (path: String, scratch: Scratch)? = try? made()

    private static func made() throws -> (String, Scratch) {
        let scratch = Scratch()
        let subject =
            "/C=US/ST=Cyberspace/L=Somewhere/O=cobaltstrike/OU=AdvancedPenTesting/CN=Major Cobalt Strike"
        let certificate = try TestCertificate(subject: subject, extra: ["-set_serial", "0x08BB00EE"])
        let headers = (0..<50).map { "add_header X-Invented-\($0) 'a.b\"c';" }.joined(separator: " ")
        let server = try Nginx.start(
            certificate,
            server: "\(headers) location / { return 200 \"<title>t</title>\"; }"
        )
        let path = scratch.file("sweep.ndjson")
        let scan = try Program.run([
            "scan", "127.0.0.1:\(server.port)", "127.0.0.1:1", "--probe", "full", "-o", path, "-q",
        ])
        try #require(scan.status == 0, "\(scan.errors)")
        return (path, scratch)
    }

    /// The rows of the page's statements, one list a statement.
    private func rows(_ store: String) throws -> [[[String]]] {
        let sweep = try #require(Self.sweep)
        let schema = try sweep.scratch.write(store, Program.run(["schema", "--for", store]).text)
        let result = try run(
            "env",
            [
                "-C", sweep.scratch.path, "python3", "-B", projectFolder + "/Tests/Tools/run_sql.py", store,
                schema, projectFolder + "/Docs/siem.md",
            ]
        )
        try #require(result.status == 0, "\(result.errors.suffix(2000))")
        let rows = try JSONSerialization.jsonObject(with: Data(result.output))
        return try #require(rows as? [[[String]]])
    }

    @Test(arguments: ["duckdb", "clickhouse"]) func thePageCanBeTyped(_ store: String) throws {
        let rows = try rows(store)
        #expect(rows.contains { $0.contains { $0.first == "127.0.0.1" && $0.contains("Cobalt Strike") } })
        #expect(rows.contains { $0.contains { $0.joined().contains("Major Cobalt Strike") } })
    }

    /// What is too old goes, what has no time stays, each day is a partition, and a mark has an index.
    @Test func theWarehouseForgetsByDays() throws {
        let sweep = try #require(Self.sweep)
        let table = try Program.run(["warehouse", "schema", "--keep-days", "400"]).text
        let page = """
            ## ClickHouse
            ```sql
            INSERT INTO hallmark (record) SELECT line FROM file('sweep.ndjson', 'LineAsString');
            ```
            ```sql
            INSERT INTO hallmark (record) VALUES ('{"@timestamp":"2001-01-01T00:00:00.000Z"}'), ('{"@timestamp":"never"}');
            ```
            ```sql
            OPTIMIZE TABLE hallmark FINAL;
            ```
            ```sql
            SELECT toYear(timestamp) < 1971 AS old, count() FROM hallmark GROUP BY old ORDER BY old;
            ```
            ```sql
            SELECT DISTINCT match(partition, '^[0-9]{4}-[0-9]{2}-[0-9]{2}$') FROM system.parts WHERE table = 'hallmark';
            ```
            ```sql
            EXPLAIN indexes = 1 SELECT server_ip FROM hallmark WHERE tls_server_jarm = 'x' AND has(related_hash, 'x');
            ```

            """
        let result = try run(
            "env",
            [
                "-C", sweep.scratch.path, "python3", "-B", projectFolder + "/Tests/Tools/run_sql.py",
                "clickhouse", sweep.scratch.write("kept", table), sweep.scratch.write("kept.md", page),
            ]
        )
        try #require(result.status == 0, "\(result.errors.suffix(2000))")
        let object = try JSONSerialization.jsonObject(with: Data(result.output))
        let rows = try #require(object as? [[[String]]])
        try #require(rows.count == 3, "\(rows)")
        #expect(rows[0] == [["0", "2"], ["1", "1"]])
        #expect(rows[1] == [["1"]])
        let plan = rows[2].joined().joined(separator: "\n")
        #expect(plan.contains("tls_server_jarm_seen") && plan.contains("related_hash_seen"), "\(plan)")
        #expect(try Program.run(["warehouse", "schema", "--keep-days", "0"]).status == 64)
        #expect(
            try Program.run(["schema", "--for", "clickhouse"]).text
                == Program.run(["warehouse", "schema"]).text
        )
    }

    /// The records keep to the templates, and a server's header names add no field.
    @Test func recordsKeepToTheTemplates() throws {
        let lines = try String(contentsOfFile: try #require(Self.sweep).path, encoding: .utf8)
        #expect(lines.contains("x-invented-49"))
        #expect(try schemaErrors(lines) == "")
        let forged = lines.replacing("\"tls\":{", with: "\"tls\":{\"invented\":1,")
        #expect(try schemaErrors(forged).contains("tls.invented is not mapped"))
    }

    /// An index template is made of the component that the page loads before it.
    @Test(arguments: ["elasticsearch", "opensearch"]) func templatesAreLoadedInTwo(_ store: String) throws {
        func template(_ name: String) throws -> [String: Any] {
            let object = try JSONSerialization.jsonObject(
                with: Data(Program.run(["schema", "--for", name]).output)
            )
            return try #require(object as? [String: Any])
        }
        let page = try String(contentsOfFile: projectFolder + "/Docs/siem.md", encoding: .utf8)
        let index = try template(store)
        let parts = try #require(index["composed_of"] as? [String])
        for part in parts { #expect(page.contains("_component_template/\(part)\"")) }
        #expect(index["template"] == nil && index["data_stream"] != nil)
        #expect(index["index_patterns"] as? [String] == ["hallmark-*"])
        let component = try template(store + "-component")
        // A component takes nothing else.
        #expect(Set(component.keys) == ["template", "_meta"])
    }

    /// What OpenSearch has a field for: every header that a shipped rule asks for.
    @Test func openSearchKnowsTheHeadersOfRules() throws {
        let component = try Program.run(["schema", "--for", "opensearch-component"]).text
        #expect(!component.contains("flat_object"))
        let rules = try check(
            "grep",
            ["-rhoE", #"^ +http\.response\.header\.[a-z0-9_-]+"#, projectFolder + "/signatures"]
        )
        let names = Set(rules.text.split(separator: "\n").compactMap { $0.split(separator: ".").last })
        #expect(names.count > 20)
        for name in names { #expect(component.contains("\"\(name)\":{\"type\":\"keyword\""), "\(name)") }
    }

    /// The transformation keeps to Azure Monitor's bounds and functions, and no two columns are the same.
    @Test func sentinelGetsWhatItsColumnsSay() throws {
        let output = try Program.run(["schema", "--for", "sentinel"]).output
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(output)) as? [String: Any]
        )
        let text = try #require(document["transformKql"] as? String)
        #expect(text.count <= 15_360)
        let functions = Set(text.matches(of: /([a-z_]+)\(/).map { String($0.1) })
        #expect(
            functions.isSubset(of: [
                "parse_json", "tostring", "tolong", "tobool", "todatetime", "toreal",
            ])
        )
        let operators = text.split(separator: " | ").map { $0.split(separator: " ")[0] }
        #expect(operators == ["source", "extend", "extend", "project"])
        let table = (document["table"] as? [String: Any])?["properties"] as? [String: Any]
        let columns = try #require((table?["schema"] as? [String: Any])?["columns"] as? [[String: String]])
        let types = Dictionary(uniqueKeysWithValues: columns.map { ($0["name"] ?? "", $0["type"] ?? "") })
        #expect(types["event_risk_score"] == "real" && types["hallmark_leads"] == "dynamic")
        #expect(types["hallmark_leads_software_name"] == nil && types["hallmark_probes_kind"] == nil)
        let project = try #require(text.split(separator: " | project ").last)
        let pairs = project.split(separator: ", ").map { $0.split(separator: " = ").map(String.init) }
        #expect(pairs.map(\.[0]) == columns.compactMap { $0["name"] })
        #expect(Set(pairs.map(\.[1])).count == pairs.count)
    }

    /// A score has a fraction where ECS gives it one.
    @Test func scoresAreNoIntegers() throws {
        #expect(
            try Program.run(["schema", "--for", "clickhouse"]).text.contains(
                "`event_risk_score` Nullable(Float64)"
            )
        )
        let duckdb = try Program.run(["schema", "--for", "duckdb"]).text
        #expect(duckdb.contains(/AS DOUBLE\) AS event_risk_score\b/))
    }

    /// Splunk is told to read all of a record, and the strongest lead is early all the same.
    @Test func splunkReadsWhatStandsAtTheEnd() throws {
        let text = try Program.run(["schema", "--for", "splunk"]).text
        #expect(text.contains("\n[spath]\nextraction_cutoff = 4194304\n"))
        let lines = try String(contentsOfFile: try #require(Self.sweep).path, encoding: .utf8)
        let record = try #require(lines.split(separator: "\n").first { $0.contains("\"leads\"") })
        let early = record.prefix(1000)
        for part in ["\"risk_score\":", "\"rule\":", "\"threat\":"] { #expect(early.contains(part)) }
    }

    @Test func everyStoreGetsEveryField() throws {
        let sweep = try #require(Self.sweep).path
        let sentinel = try Program.run(["schema", "--for", "sentinel"]).output
        let object = try JSONSerialization.jsonObject(with: Data(sentinel))
        let document = try #require(object as? [String: Any])
        let table = (document["table"] as? [String: Any])?["properties"] as? [String: Any]
        let columns = try #require((table?["schema"] as? [String: Any])?["columns"] as? [[String: String]])
        let names = columns.compactMap { $0["name"] }
        #expect(Set(names).count == names.count && names.count <= 500)
        #expect(names.allSatisfy { $0.wholeMatch(of: /[A-Za-z][A-Za-z0-9_]{0,44}/) != nil })
        let duckdb = try Program.run(["schema", "--for", "duckdb"]).text
        let known = Set(duckdb.matches(of: #/ AS ([a-z0-9_]+),?\n/#).map { String($0.1) })
        let page = try String(contentsOfFile: projectFolder + "/Docs/observation.md", encoding: .utf8)
        let fields = page.matches(of: /(?m)^\| `([@a-z0-9_.]+)` \| (?!array of objects)[a-z]/)
            .map { String($0.1).replacing("@", with: "").replacing(".", with: "_") }
        #expect(fields.count > 250)
        for field in Set(fields) { #expect(known.contains(field), "\(field)") }
        let splunk = try Program.run(["schema", "--for", "splunk"]).text
        let lines = try String(contentsOfFile: sweep, encoding: .utf8)
        let record = try #require(lines.split(separator: "\n").first { $0.contains("\"leads\"") })
        let pattern = try #require(splunk.firstMatch(of: /\[hallmark_lead\][^\[]*?REGEX = (.+)/)).1
        let found = try record.firstMatch(of: Regex(String(pattern)))
        let lead = try #require(found)
        #expect(lead[1].substring == "S0154" && lead[2].substring == "Cobalt Strike")
    }
}
