import Foundation
import TestSupport
import Testing

/// Records of ours that come back: as they were written, but for who connected where that is not to be told.
@Suite struct RecordFormatTests {
    private let scratch = Scratch()

    /// Two records with clients, by lines.
    private func seen() throws -> String {
        try scratch.write(
            "ssl.log",
            ZeekLines.connection(ZeekLines.day, "10.0.0.1", chain: ZeekLines.one)
                + ZeekLines.connection(ZeekLines.day, "10.0.0.2", chain: ZeekLines.two)
        )
        let result = try run(programPath, ["import", scratch.file("ssl.log")])
        #expect(result.status == 0, "\(result.errors)")
        return result.text
    }

    /// The records in each of the forms in which they come back.
    private func forms(_ lines: String) throws -> [String] {
        let records = lines.split(separator: "\n").map(String.init)
        let hits = records.map { "{\"_index\":\"h\",\"_id\":\"1\",\"_source\":\($0)}" }
        let all = [
            ("lines.ndjson", lines), ("array.json", "[\(records.joined(separator: ",\n"))]"),
            ("search.json", "{\"took\":1,\"hits\":{\"total\":2,\"hits\":[\(hits.joined(separator: ","))]}}"),
            ("dump.json", hits.joined(separator: "\n") + "\n"),
        ]
        return try all.map { name, text in
            try scratch.write(name, text)
            return scratch.file(name)
        }
    }

    @Test func everyFormIsTakenByEveryCommand() throws {
        let original = try seen()
        for file in try forms(original) {
            let imported = try run(programPath, ["import", file])
            #expect(imported.status == 0 && imported.text == original, "\(file): \(imported.errors)")
            let rules = ["--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel"]
            let matched = try run(programPath, ["match"] + rules + [file])
            #expect(try records(matched).count == 2, "\(file): \(matched.errors)")
            let corpus = file + ".sqlite"
            let added = try run(programPath, ["corpus", "add", file, "--corpus", corpus])
            #expect(added.status == 0 && added.errors.contains("2 records"), "\(file): \(added.errors)")
        }
    }

    /// An answer that says that it is a part is no whole one.
    @Test(arguments: [
        #""timed_out":true,"hits":{"total":{"value":1}"#,
        #""timed_out":false,"_shards":{"total":5,"failed":3},"hits":{"total":{"value":1}"#,
        #""hits":{"total":{"value":10000,"relation":"gte"}"#, #""hits":{"total":2"#,
    ])
    func aPartOfAnAnswerIsSaid(_ head: String) throws {
        let record = try #require(try seen().split(separator: "\n").first)
        let file = try scratch.write("part.json", "{\(head),\"hits\":[{\"_source\":\(record)}]}}")
        for command in [["import", file], ["corpus", "add", file, "--corpus", scratch.file("c")]] {
            let result = try run(programPath, command)
            #expect(result.status == 1, "\(command): \(result.errors)")
            let isSaid = result.errors.contains("is a part") || result.errors.contains("fewer hits")
            #expect(isSaid, "\(result.errors)")
            #expect(try run(programPath, command + ["--keep-going"]).status == 0)
        }
    }

    /// What does not take records out of what stands around them says what does, and calls no line foreign.
    @Test func whatReadsLinesAsTheyStandSaysWhoTakesThemOut() throws {
        let rules = ["--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel"]
        let files = try forms(seen())
        let array = try String(contentsOfFile: files[3], encoding: .utf8).split(separator: "\n")
        try scratch.write("dump-array.json", "[\n" + array.joined(separator: ",\n") + "]\n")
        for file in files[2...] + [scratch.file("dump-array.json")] {
            for arguments in [
                ["export", "--to", "csv", file], ["signatures", "measure", file] + rules,
                [
                    "decide", "203.0.113.7", "monitor", "--because", "x", "--records", file, "--decisions",
                    scratch.file("decisions.ndjson"),
                ],
            ] {
                let result = try run(programPath, arguments)
                #expect(result.status == 1, "\(arguments): \(result.errors)")
                #expect(
                    result.errors.contains("'hallmark import' takes them out"),
                    "\(arguments): \(result.errors)"
                )
            }
            #expect(try run(programPath, ["import", file]).status == 0)
        }
        // A name that a server chose makes a record no export.
        let named = try seen().replacing(
            "{\"@timestamp\"",
            with: "{\"labels\":{\"_source\":1},\"@timestamp\""
        )
        let file = try scratch.write("named.ndjson", named)
        let exported = try run(programPath, ["export", "--to", "csv", file])
        #expect(exported.errors.contains("2 records"), "\(exported.errors)")
    }

    /// Records with a separator before each (RFC 7464) are read by all, wherever it stands before a record:
    /// behind a byte order mark, below a blank line, on some lines alone, before a text over many lines.
    @Test(arguments: ["%S", "mark", "blank", "later", "tail", "wide"])
    func sequencesOfTextsAreRead(form: String) throws {
        let lines = try seen()
        let records = lines.split(separator: "\n").map(String.init)
        let all = records.map { "\u{1e}\($0)\n" }.joined()
        let text =
            switch form {
            case "mark": "\u{feff}" + all
            case "blank": "\n \n" + all
            case "later": String(all.dropFirst())
            case "tail": lines + "  " + all
            case "wide": all.replacing("\u{1e}{", with: "\u{1e}{\n ")
            default: all
            }
        let file = try scratch.write("records.json-seq", text)
        let imported = try run(programPath, ["import", file])
        let isTwice = form == "tail"
        #expect(
            imported.status == 0 && imported.text == (isTwice ? lines + lines : lines),
            "\(imported.errors)"
        )
        let rules = ["--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel"]
        for arguments in [
            ["match", file] + rules, ["compare", file, "--expiring", "30"], ["report", file], ["hunt", file],
            ["corpus", "add", file, "--corpus", scratch.file("s.sqlite")], ["export", "--to", "csv", file],
            ["enrich", file, "--no-context-names"], ["signatures", "measure", file] + rules,
        ] {
            let plain = try scratch.write("records.ndjson", isTwice ? lines + lines : lines)
            let result = try run(programPath, arguments)
            let known = try run(programPath, arguments.map { $0 == file ? plain : $0 })
            let isRead = result.status == known.status && !result.errors.contains(#/json-seq:[0-9]/#)
            #expect(isRead, "\(arguments): \(result.errors)")
        }
    }

    /// A text that was cut ends where the next one begins, and is said.
    @Test func aTextOfASequenceThatWasCutIsSaid() throws {
        let records = try seen().split(separator: "\n")
        let text = "\u{1e}\(records[0].dropLast(20))\n\u{1e}\(records[0])\n"
        let file = try scratch.write("cut.json-seq", text)
        let result = try run(programPath, ["export", "--to", "csv", file])
        #expect(result.status == 1 && result.errors.contains("cut.json-seq:1"), "\(result.errors)")
        #expect(result.text.split(whereSeparator: \.isNewline).count == 2, "\(result.text)")
    }

    /// No command takes a record with a number that none holds, in whatever member: what came in went out.
    @Test func numbersThatNobodyHoldsAreRefused() throws {
        let line = try seen().split(separator: "\n")[0].dropLast()
        for (number, isHeld) in [
            ("18446744073709551615", true), ("-9223372036854775808", true), ("1e300", true),
            ("18446744073709551616", false), ("[{\"a\":123456789012345678901234567890}]", false),
        ] {
            let file = try scratch.write("number.ndjson", "\(line),\"labels\":{\"x\":\(number)}}\n")
            let dump = try scratch.write(
                "dump.ndjson",
                "{\"_source\":\(line),\"labels\":{\"x\":\(number)}}}\n"
            )
            for file in [file, dump] {
                let imported = try run(programPath, ["import", file])
                #expect(imported.status == (isHeld ? 0 : 1), "\(number): \(imported.errors)")
                #expect(imported.text.isEmpty == !isHeld)
                if !isHeld { #expect(imported.errors.contains("64 bits"), "\(imported.errors)") }
                if number.hasPrefix("184"), isHeld { #expect(imported.text.contains(":\(number)}")) }
            }
            let exported = try run(programPath, ["export", "--to", "csv", file])
            #expect(exported.status == (isHeld ? 0 : 1), "\(number): \(exported.errors)")
        }
    }

    @Test func nobodyIsToldWhereThatWasAsked() throws {
        try scratch.write("key", "0123456789abcdef0123456789abcdef")
        for file in try forms(seen()) {
            for arguments in [["--no-clients"], ["--pseudonymize", scratch.file("key")]] {
                for from in [[], ["--from", "hallmark"]] {
                    let result = try run(programPath, ["import"] + arguments + from + [file])
                    #expect(result.status == 0, "\(result.errors)")
                    #expect(try records(result).count == 2)
                    #expect(!result.text.contains("10.0.0."), "\(file) \(arguments): \(result.text)")
                    #expect(result.text.contains("pseudonym") == (arguments.count == 2))
                }
            }
        }
        // As the import of the log itself says it.
        let arguments = ["import", "--pseudonymize", scratch.file("key")]
        let direct = try records(run(programPath, arguments + [scratch.file("ssl.log")]))
        let again = try records(run(programPath, arguments + [scratch.file("lines.ndjson")]))
        #expect(
            direct.map { texts($0, "hallmark.clients") }.count
                == again.map { texts($0, "hallmark.clients") }.count
        )
        for (one, other) in zip(direct, again) {
            let clients = [one, other].map { ($0["hallmark"] as? Record)?["clients"] as? [Record] ?? [] }
            #expect(clients[0].map { text($0, "pseudonym") } == clients[1].map { text($0, "pseudonym") })
        }
    }

    /// What a comparison found or a correlation counted stands beside records, and is none.
    @Test func conclusionsAreNoMistake() throws {
        let finding =
            "{\"@timestamp\":\"2026-01-01T00:00:00Z\",\"event\":{\"dataset\":\"hallmark.finding\"}}\n"
        let result = try run(programPath, ["import"], input: Array((try seen() + finding).utf8))
        #expect(result.status == 0 && result.errors.contains("1 of other things"), "\(result.errors)")
        #expect(try records(result).count == 2)
        let other = finding.replacing("hallmark.finding", with: "other")
        let broken = try run(programPath, ["import"], input: Array((try seen() + other).utf8))
        #expect(broken.status == 1 && broken.errors.contains("no record of ours: 1"), "\(broken.errors)")
    }

    /// Names with dots in them, as some exports have, and members that others added.
    @Test func clientsAreFoundHoweverTheyStand() throws {
        try scratch.write("key", "0123456789abcdef0123456789abcdef")
        try scratch.write(
            "flat.ndjson",
            """
            {"@timestamp":"2026-01-01T00:00:00Z","event":{"dataset":"hallmark.import"},"server.ip":"203.0.113.7","client.ip":["10.0.0.1"],\
            "source":{"ip":"10.0.0.1"},"user.name":"u10.0.0.9","hallmark.clients":[{"ip":"10.0.0.1"},{"ip":"10.0.0.2"}],\
            "hallmark":{"proof":"presented"}}

            """
        )
        // Which of several values belong to one client nobody knows: nothing of such a line is told.
        let split = try scratch.write(
            "split.ndjson",
            """
            {"@timestamp":"2026-01-01T00:00:00Z","event":{"dataset":"hallmark.import"},"server.ip":"203.0.113.7",\
            "hallmark.clients.ip":["10.0.0.1","10.0.0.2"],"hallmark.clients.user":["10.0.0.3"]}

            """
        )
        let refused = try run(programPath, ["import", "--from", "hallmark", split])
        #expect(refused.status == 1 && refused.text.isEmpty, "\(refused.text)\(refused.errors)")
        for arguments in [["--no-clients"], ["--pseudonymize", scratch.file("key")]] {
            let result = try run(
                programPath,
                ["import", "--from", "hallmark"] + arguments + [scratch.file("flat.ndjson")]
            )
            #expect(result.status == 0 && !result.text.contains("10.0.0."), "\(result.text)\(result.errors)")
            #expect(result.text.contains("203.0.113.7") && result.text.contains("presented"))
        }
    }
}
