import Foundation
import TestSupport
import Testing

/// What the console remembers, from forms and from programs.
@Suite struct ConsoleDecisionTests {
    @Test func aDecisionWantsAFormOfTheConsole() throws {
        let served = try ServedCorpus(ConsoleTests.line(1, "one") + ConsoleTests.line(2, "two"))
        let key = try served.formKey()
        func post(_ fields: [String], _ more: [String] = []) throws -> (status: Int, text: String) {
            try served.get("/decide", fields.flatMap { ["--data-urlencode", $0] } + more)
        }
        let fields = ["subject=192.0.2.1:443", "verdict=block", "because=it is one", "back=//evil.example/"]
        #expect(try post(fields).status == 403)
        #expect(try post(fields + ["key=\(String(repeating: "0", count: 64))"]).status == 403)
        #expect(try post(fields + ["key=\(key)"], ["-H", "Origin: http://evil.example"]).status == 403)
        #expect(try post(fields + ["key=\(key)"], ["-H", "Sec-Fetch-Site: cross-site"]).status == 403)
        let none = try Program.run(["decisions", "--corpus", served.corpus, "--format", "ndjson"])
        #expect(none.text.isEmpty)
        // The command refuses the same, with the same words.
        let refused = try Program.run([
            "decide", "192.0.2.1", "block", "--because", " ", "--corpus", served.corpus,
        ])
        #expect(
            refused.status == 64 && refused.errors.contains("a decision wants a reason"),
            "\(refused.errors)"
        )
        #expect(
            try post(["subject=192.0.2.1", "verdict=block", "because= ", "key=\(key)"]).text
                .contains("a decision wants a reason")
        )
        for wrong in [
            ["subject=?", "verdict=block", "because=x"], ["subject=192.0.2.1", "verdict=burn", "because=x"],
            ["subject=192.0.2.1", "verdict=block", "because= "],
            ["subject=192.0.2.1", "verdict=block", "because=x", "until=tomorrow"],
        ] { #expect(try post(wrong + ["key=\(key)"]).status == 400, "\(wrong)") }
        let done = try post(
            fields + ["key=\(key)", "until=2099-01-02", "case=IR-7"],
            ["-H", "Origin: \(served.address)"]
        )
        #expect(done.status == 303 && done.text.contains("Location: /triage\r\n"), "\(done.text)")
        let kept = try Program.run(["decisions", "--corpus", served.corpus, "--format", "ndjson"])
        let decision = try #require(try Program.records(kept.text).first)
        #expect(
            decision.text("hallmark.decision.verdict") == "block"
                && decision.text("hallmark.decision.case") == "IR-7"
        )
        #expect(decision["hallmark.decision.evidence"] as? [String] == ["high Sliver1"])
        let waiting = try served.get("/triage").text
        #expect(!waiting.contains("192.0.2.1:443") && waiting.contains("192.0.2.2:443"))
        #expect(try (served.api("/api/triage")["open"] as? [Any])?.count == 1)
        // A program brings the token itself.
        let sent = try served.ask(
            "/api/decide",
            [
                "-H", "Authorization: Bearer \(ServedCorpus.token)", "-d",
                "subject=192.0.2.2:443&verdict=dismiss&because=ours",
            ]
        )
        #expect(sent.status == 200, "\(sent.text)")
        #expect(try (served.api("/api/decisions")["holding"] as? [Any])?.count == 2)
    }

    /// What speaks against a lead stands beside it, and what nobody told is not nothing.
    @Test func theQueueShowsWhatSpeaksAgainstALead() throws {
        func told(_ host: Int, _ members: String) -> String {
            ConsoleTests.line(host, "x").replacing(
                "\"label\":\"high\"",
                with: "\"label\":\"high\",\(members)"
            )
        }
        let served = try ServedCorpus(
            told(1, #""kinds":["http"],"against":["looks like <b>a lab</b>","expired facts"]"#)
                + told(2, #""kinds":["http"]"#) + ConsoleTests.line(3, "x")
        )
        for path in ["/triage", "/endpoint?ip=192.0.2.1&port=443"] {
            let text = try served.get(path).text
            #expect(
                text.contains(
                    "Against Sliver1:</p><ul><li>looks like &lt;b&gt;a lab&lt;/b&gt;</li><li>expired facts"
                ),
                "\(text)"
            )
        }
        let text = try served.get("/triage").text
        #expect(text.contains("Against Sliver2: nothing") && text.contains("Against Sliver3: not known"))
        let open = try #require(try served.api("/api/triage")["open"] as? [[String: Any]])
        let against = open.map { record in
            ((record["hallmark"] as? [String: Any])?["leads"] as? [[String: Any]])?.first?["against"]
                as? [String]
        }
        #expect(Set(against.map { $0?.count ?? -1 }) == [2, 0, -1])
    }

    /// Programs send JSON as well; what is neither that nor a form, or says more than a decision holds, is
    /// refused.
    @Test func aProgramDecidesInJSON() throws {
        let served = try ServedCorpus(ConsoleTests.line(1, "one"))
        func post(_ body: String, _ type: String) throws -> (status: Int, text: String) {
            try served.ask(
                "/api/decide",
                [
                    "-H", "Authorization: Bearer \(ServedCorpus.token)", "-H", "Content-Type: \(type)",
                    "--data-binary", body,
                ]
            )
        }
        let json = #"{"subject":"192.0.2.1:443","verdict":"block","because":"it is one"}"#
        #expect(try post(json, "text/plain").status == 415)
        #expect(try post(json, "application/json").status == 200)
        for wrong in [
            json.replacing("}", with: #","why":"x"}"#), json.replacing("}", with: #","verdict":"dismiss"}"#),
            json.replacing("}", with: #","until":"2020-01-01"}"#),
            json.replacing("192.0.2.1", with: "192.0.2.300"),
        ] {
            let answer = try post(wrong, "application/json")
            #expect(answer.status == 400 && answer.text.contains("\"error\":"), "\(answer.text)")
        }
        #expect(try (served.api("/api/decisions")["holding"] as? [Any])?.count == 1)
    }

    @Test func theEndpointsPageTellsWhatWasDecided() throws {
        let served = try ServedCorpus(ConsoleTests.line(1, "one") + ConsoleTests.line(2, "two"))
        let decided = try Program.run([
            "decide", "192.0.2.1:443", "escalate", "--because", "seen <there>", "--by", "me", "--case",
            "IR-9",
            "--corpus", served.corpus,
        ])
        #expect(decided.status == 0, "\(decided.errors)")
        let page = try served.get("/endpoint?ip=192.0.2.1&port=443").text
        #expect(
            page.contains(
                "<p class=\"decision escalate\">escalate: seen &lt;there&gt; <small>(endpoint 192.0.2.1:443"
            )
                && page.contains("case IR-9"),
            "\(page)"
        )
        #expect(try !served.get("/endpoint?ip=192.0.2.2&port=443").text.contains("class=\"decision "))
    }
}
