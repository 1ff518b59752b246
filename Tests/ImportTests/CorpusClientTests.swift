import Foundation
import TestSupport
import Testing

/// Who talked to it: from the logs into the corpus, and out of it again.
@Suite struct CorpusClientTests {
    private let scratch = Scratch()
    private var corpus: String { scratch.file("c.sqlite") }
    private let rules = ["--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel"]

    private func query(_ sql: String) throws -> String {
        try check("sqlite3", [corpus, sql]).text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func add(_ arguments: [String]) throws {
        let result = try run(programPath, ["corpus", "add", "--corpus", corpus] + arguments)
        #expect(result.status == 0, "\(result.errors)")
    }

    private func pivot(_ arguments: [String], exit status: Int32 = 0) throws -> [Record] {
        let result = try run(
            programPath,
            ["pivot", "--corpus", corpus, "--format", "ndjson", "--clients"] + rules + arguments
        )
        #expect(result.status == status, "\(result.errors)")
        return try records(result)
    }

    /// Who connected to one endpoint: what shares marks with the query has clients of its own.
    private func clients(_ answer: [Record], _ server: String = "203.0.113.7") -> [Record] {
        answer.filter { text($0, "type") == "client" && text($0, "endpoint") == server + ":443" }
    }

    /// Two clients over two days, with what conn.log knows of them.
    private func writeLogs() throws -> [String] {
        let day = ZeekLines.day
        try scratch.write(
            "ssl.log",
            ZeekLines.connection(day, "192.0.2.1", chain: ZeekLines.one, uid: "C1")
                + ZeekLines.connection(
                    day + 10,
                    "192.0.2.1",
                    chain: ZeekLines.one,
                    uid: "C2",
                    ja4: "t13d1516h2_8daaf6152771_02713d6af862"
                )
                + ZeekLines.connection(day + 20, "192.0.2.2", chain: ZeekLines.one, uid: "C3")
                + ZeekLines.connection(day + 86_410, "192.0.2.1", chain: ZeekLines.one, uid: "C4")
                + ZeekLines.connection(
                    day + 30,
                    "192.0.2.3",
                    chain: ZeekLines.two,
                    server: "203.0.113.8",
                    uid: "C5"
                )
        )
        try scratch.write(
            "x509.log",
            ZeekLines.certificate(day, ZeekLines.one)
                + ZeekLines.certificate(day, ZeekLines.two, name: "b.example")
        )
        try scratch.write(
            "conn.log",
            ZeekLines.size(day, uid: "C1", bytes: 500) + ZeekLines.size(day, uid: "C4", bytes: 7)
        )
        return ["ssl.log", "x509.log", "conn.log"].map(scratch.file)
    }

    /// What others told of a certificate goes out as that, and makes no more marks when it comes in again.
    @Test func textGoesOutAsText() throws {
        try add(writeLogs())
        let out = try run(programPath, ["corpus", "export", "--corpus", corpus])
        let lines = try records(out)
        #expect(!lines.isEmpty && lines.allSatisfy { text($0, "hallmark.source.fidelity") == "text" })
        #expect(lines.allSatisfy { text($0, "event.dataset") == "hallmark.import" })
        let marks = "SELECT count(*), count(DISTINCT certificate) FROM certificate_marks"
        let before = try query(marks)
        try scratch.write("again.ndjson", out.text)
        let again = try run(
            programPath,
            ["corpus", "add", scratch.file("again.ndjson"), "--corpus", scratch.file("copy.sqlite")]
        )
        #expect(again.status == 0, "\(again.errors)")
        let after = try check("sqlite3", [scratch.file("copy.sqlite"), marks]).text
        #expect(before != "0|0" && after.trimmingCharacters(in: .whitespacesAndNewlines) == before)
    }

    /// More clients than a record holds, all of one moment: each is kept, and none counts twice when the
    /// log is added again.
    @Test func everyClientIsKept() throws {
        try scratch.write(
            "many.log",
            (1...200).map { ZeekLines.connection(ZeekLines.day, "192.0.2.\($0)", chain: ZeekLines.one) }
                .joined()
        )
        try add([scratch.file("many.log")])
        #expect(Set(clients(try pivot(["203.0.113.7:443"])).map { text($0, "client") }).count == 200)
        #expect(try query("SELECT sum(count), count(*) FROM contacts") == "200|200")
        let every = try run(programPath, ["import", "--every", scratch.file("many.log")])
        #expect(try records(every).count == 200)
        try scratch.write("every.ndjson", every.text)
        try add([scratch.file("every.ndjson")])
        #expect(try query("SELECT sum(count), count(*) FROM contacts") == "200|200")
        let other = try run(
            programPath,
            ["corpus", "add", "--corpus", scratch.file("every.sqlite"), scratch.file("every.ndjson")]
        )
        #expect(other.status == 0, "\(other.errors)")
        let kept = try check(
            "sqlite3",
            [scratch.file("every.sqlite"), "SELECT sum(count), count(*) FROM contacts"]
        )
        #expect(kept.text == "200|200\n")
    }

    /// What of a log is not kept is said, and where leads come from.
    @Test func whatIsNotKeptIsSaid() throws {
        try scratch.write(
            "plain.log",
            ZeekLines.connection(ZeekLines.day, "192.0.2.1", chain: ZeekLines.one)
        )
        try scratch.write(
            "http.ndjson",
            try run(
                programPath,
                ["import", "--from", "suricata"],
                input: Array(
                    """
                    {"timestamp":"2026-01-02T03:04:05.1+0000","event_type":"http","src_ip":"192.0.2.1","dest_ip":"203.0.113.9",\
                    "dest_port":80,"proto":"TCP","http":{"hostname":"a","url":"/","status":404}}

                    """.utf8
                )
            ).text
        )
        let added = try run(
            programPath,
            ["corpus", "add", "--corpus", corpus, scratch.file("plain.log"), scratch.file("http.ndjson")]
        )
        #expect(
            added.errors.contains("1 with neither a certificate nor a mark, which are not kept"),
            "\(added.errors)"
        )
        let asked = try run(programPath, ["pivot", "lead=Cobalt Strike", "--corpus", corpus] + rules)
        #expect(asked.status == 4 && asked.errors.contains("hallmark match"), "\(asked.errors)")
    }

    @Test func countsAndClientsAreKeptByDay() throws {
        try add(writeLogs())
        #expect(try query("SELECT sum(count) FROM sightings") == "5")
        #expect(try query("SELECT sum(count), count(*) FROM contacts") == "5|4")
        #expect(
            try query(
                """
                SELECT address, day, contacts.count, bytes, milliseconds FROM contacts JOIN clients ON clients.id = client
                JOIN certificates ON certificates.id = certificate WHERE hex(sha256) = '\(ZeekLines.one.uppercased())'
                ORDER BY address, day
                """
            ) == "192.0.2.1|20786|2|1500|1500\n192.0.2.1|20787|1|1007|1500\n192.0.2.2|20786|1||"
        )
        let answer = try pivot([ZeekLines.one])
        let found = clients(answer)
        #expect(found.map { text($0, "client") } == ["192.0.2.1", "192.0.2.2"])
        #expect(found.map { text($0, "count") } == ["3", "1"])
        #expect(found.first.map { text($0, "bytes") } == "2507")
        #expect(found.first.map { text($0, "first_seen") } == "2026-11-29T00:00:00.250Z")
        #expect(found.first.map { text($0, "last_seen") } == "2026-11-30T00:00:10.250Z")
        #expect(
            found.first.map { texts($0, "ja4") }
                == ["t12d1516h2_8daaf6152771_e5627efa2ab1", "t13d1516h2_8daaf6152771_02713d6af862"]
        )
        #expect(
            found.allSatisfy { text($0, "endpoint") == "203.0.113.7:443" && text($0, "name") == "a.example" }
        )
        // By the server, and by a mark.
        #expect(
            clients(try pivot(["203.0.113.8:443"]), "203.0.113.8").map { text($0, "client") } == ["192.0.2.3"]
        )
        #expect(
            Set(clients(try pivot(["name=a.example"])).compactMap { text($0, "client") }) == [
                "192.0.2.1", "192.0.2.2",
            ]
        )
        // Of a day, and of nobody.
        let since = try pivot([ZeekLines.one, "--since", "2026-11-30"])
        #expect(clients(since).map { text($0, "count") } == ["1"])
        #expect(clients(try pivot([ZeekLines.one, "--until", "2026-11-28"], exit: 2)).isEmpty)
    }

    /// The same log again changes nothing; when it has grown, what is new of it counts.
    @Test func nothingCountsTwice() throws {
        let files = try writeLogs()
        try add(files)
        try add(files)
        #expect(try query("SELECT sum(count) FROM sightings") == "5")
        #expect(try query("SELECT sum(count), sum(bytes) FROM contacts") == "5|2507")
        let more = ZeekLines.connection(ZeekLines.day + 40, "192.0.2.1", chain: ZeekLines.one, uid: "C9")
        try scratch.write("ssl.log", String(contentsOfFile: files[0], encoding: .utf8) + more)
        try add(files)
        #expect(try query("SELECT sum(count) FROM sightings") == "6")
        #expect(try query("SELECT sum(count) FROM contacts") == "6")
        #expect(try query("SELECT sum(count) FROM moments") == "6")
    }

    /// Which of our hosts talked to what a lead names.
    @Test func aLeadNamesItsClients() throws {
        let result = try run(programPath, ["import"] + writeLogs())
        let lines = result.text.split(separator: "\n").map { line in
            // As match writes a lead.
            line.contains("203.0.113.8")
                ? line.dropLast(2)
                    + ",\"leads\":[{\"software\":{\"name\":\"Example C2\"},\"confidence\":80,\"label\":\"high\"}]}}"
                : line[...]
        }
        try scratch.write("assessed.ndjson", lines.joined(separator: "\n") + "\n")
        try add([scratch.file("assessed.ndjson")])
        let answer = try pivot(["lead=Example C2"])
        #expect(clients(answer, "203.0.113.8").map { text($0, "client") } == ["192.0.2.3"])
        #expect(answer.first.map { texts($0, "leads") } == ["Example C2"])
        #expect(try pivot(["lead=Nobody"], exit: 4).isEmpty)
        let graph = scratch.file("graph.html")
        _ = try pivot(["lead=Example C2", "--graph", graph])
        let page = try String(contentsOfFile: graph, encoding: .utf8)
        #expect(page.contains("{\"kind\":\"client\",\"label\":\"192.0.2.3\""))
        let table = try run(
            programPath,
            ["pivot", "--corpus", corpus, "--clients", "lead=Example C2"] + rules
        )
        #expect(table.text.contains("\nClients\n") && table.text.contains("192.0.2.3"), "\(table.text)")
    }

    @Test func clientsAreLeftOutOrPseudonymized() throws {
        let files = try writeLogs()
        try scratch.write("key", "a secret of some length\n")
        let records = try run(programPath, ["import"] + files)
        try scratch.write("seen.ndjson", records.text)
        try add(["--no-clients"] + files)
        try add(["--no-clients", scratch.file("seen.ndjson")])
        #expect(try query("SELECT count(*) FROM contacts") == "0")
        #expect(try query("SELECT count(*) FROM clients") == "0")
        #expect(try query("SELECT sum(count) FROM sightings") == "5")
        // The pseudonyms are the same by whatever way the records come.
        let key = ["--pseudonymize", scratch.file("key")]
        var seen: [String] = []
        for input in [files, [scratch.file("seen.ndjson")]] {
            try? FileManager.default.removeItem(atPath: corpus)
            try add(key + input)
            seen.append(try query("SELECT DISTINCT address FROM clients ORDER BY 1"))
            #expect(!seen.last!.contains("192.0.2"))
        }
        #expect(seen[0] == seen[1] && seen[0].split(separator: "\n").allSatisfy { $0.count == 32 })
        let imported = try run(programPath, ["import"] + key + files)
        for pseudonym in seen[0].split(separator: "\n") { #expect(imported.text.contains(pseudonym)) }
        let found = try pivot([ZeekLines.two])
        #expect(clients(found, "203.0.113.8").compactMap { text($0, "client")?.count } == [32])
    }

    @Test func clientsAreForgottenByAge() throws {
        try add(writeLogs())
        func prune(_ arguments: [String]) throws -> CommandResult {
            try run(programPath, ["corpus", "prune", "--corpus", corpus] + arguments)
        }
        #expect(try prune([]).status == 64)
        let kept = try prune(["--clients-before", "2026-11-30"])
        #expect(kept.status == 0 && kept.errors.contains("0 endpoints, 3 days of clients"), "\(kept.errors)")
        #expect(try query("SELECT address FROM clients") == "192.0.2.1")
        #expect(try query("SELECT count(*) FROM sightings") == "2")
        _ = try prune(["--clients-before", "0d"])
        _ = try prune(["--before", "2027-01-01"])
        #expect(try query("SELECT (SELECT count(*) FROM contacts) + (SELECT count(*) FROM sightings)") == "0")
    }
}
