import Foundation
import TestSupport
import Testing

/// `hallmark serve`, asked by curl: who gets in, what is shown, and what is remembered.
@Suite struct ConsoleTests {
    static let hostile = #"</td><script>window.hurt=1</script>\" onload=\"x\u202e"#

    static func line(_ host: Int, _ title: String, day: Int = 1, lead: Bool = true) -> String {
        let leads =
            lead
            ? #"{"leads":[{"software":{"name":"Sliver\#(host)"},"confidence":90,"label":"high"}]}"# : "{}"
        return
            #"{"@timestamp":"2026-06-0\#(day)T01:00:00.000Z","event":{"outcome":"success","dataset":"hallmark.observation"},"#
            + #""server":{"address":"192.0.2.\#(host)","ip":"192.0.2.\#(host)","port":443},"#
            + #""http":{"response":{"title":"\#(title)"}},"hallmark":\#(leads)}"# + "\n"
    }

    static let paths = [
        "/", "/triage", "/search?q=*", "/sweeps", "/signatures", "/decisions",
        "/endpoint?ip=192.0.2.1&port=443",
        "/graph?q=192.0.2.1:443",
        "/assets/console.css", "/assets/console.js", "/api/overview", "/api/search?q=*", "/api/openapi.json",
    ]

    @Test func nothingIsAnsweredWithoutTheToken() throws {
        let served = try ServedCorpus(Self.line(1, "one"))
        for path in Self.paths + ["/none", "/favicon.ico"] {
            for arguments in [
                [], ["-H", "Authorization: Bearer wrong"], ["-b", "hallmark_\(served.server.port)=wrong"],
                ["-X", "POST", "-d", "subject=192.0.2.1"], ["-H", "Host: evil.example"],
            ] {
                let answer = try served.ask(path, arguments)
                #expect(answer.status == 401 && !answer.text.contains("192.0.2"), "\(path) \(arguments)")
            }
            #expect(
                try served.get(path).status == (path == "/none" ? 404 : path == "/favicon.ico" ? 204 : 200),
                "\(path)"
            )
        }
        let entry = try served.ask("/search?q=a%20b&token=\(ServedCorpus.token)")
        #expect(entry.status == 303 && entry.text.contains("Location: /search?q=a%20b\r\n"), "\(entry.text)")
        #expect(entry.text.contains("=\(ServedCorpus.token); Path=/; HttpOnly; SameSite=Strict\r\n"))
        #expect(try served.ask("/?token=\(ServedCorpus.token)x").status == 401)
        // A path that a browser would take for another host.
        #expect(try !served.ask("//evil.example/?token=\(ServedCorpus.token)").text.contains("Location: //"))
    }

    @Test func itIsCalledByItsOwnNameAlone() throws {
        let served = try ServedCorpus(Self.line(1, "one"))
        #expect(try served.get("/", ["-H", "Host: evil.example:\(served.server.port)"]).status == 421)
        #expect(try served.get("/", ["-H", "Host: 127.0.0.1"]).status == 421)
        #expect(try served.get("/", ["-H", "Host: LOCALHOST:\(served.server.port)"]).status == 200)
        for path in [
            "/../../etc/passwd", "/assets/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
            "/assets/console.css%00",
        ] {
            #expect(try served.get(path).status != 500 && !served.get(path).text.contains("root:"), "\(path)")
        }
        #expect(try served.get("/", ["-X", "PUT"]).status == 405)
    }

    @Test func whatAServerSaysIsTextEverywhere() throws {
        let served = try ServedCorpus(Self.line(1, Self.hostile) + Self.line(1, "other", day: 2))
        for path in Self.paths where !path.hasPrefix("/assets") && !path.hasPrefix("/api") {
            let text = try served.get(path).text
            #expect(!text.contains("<script>window") && !text.contains("\u{202e}"), "\(path)")
            #expect(
                text.contains("Content-Security-Policy: ") && text.contains("X-Content-Type-Options: nosniff")
            )
        }
        let page = try served.get("/endpoint?ip=192.0.2.1&port=443").text
        #expect(
            page.contains("&lt;script&gt;window.hurt=1&lt;/script&gt;&quot;") && page.contains("What changed")
        )
        for query in ["<script>alert(1)</script>", "\"><img src=x>", "a' onfocus='x"] {
            let answer = try served.get(
                "/search?q=" + (query.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
            )
            #expect(
                !answer.text.contains("<script>alert") && !answer.text.contains("<img")
                    && !answer.text.contains("' onfocus")
            )
        }
        #expect(try served.api("/api/search?q=*")["total"] as? Int == 2)
    }

    /// An analyst tells one character that nobody sees from another; the page has none of them.
    @Test func whatNobodySeesIsWrittenOut() throws {
        let title = #"a\u001b[2Jb\u202ec\u0007d\u0085e\r\nf"#
        let served = try ServedCorpus(
            Self.line(1, title) + Self.line(1, "other", day: 2) + Self.line(2, title)
        )
        // Line ends stand in no title that a corpus keeps: they are blanks.
        let wanted = #"a\u{1b}[2Jb\u{202e}c\u{7}d e f"#
        for path in ["/triage", "/endpoint?ip=192.0.2.1&port=443", "/graph?q=192.0.2.1:443"] {
            let text = try served.get(path).text
            #expect(text.contains(wanted), "\(path)")
            #expect(
                !text.unicodeScalars.contains {
                    "\u{1b}\u{202e}\u{7}\u{85}\u{fffd}".unicodeScalars.contains($0)
                }
            )
        }
        let file = try served.scratch.write("hidden.ndjson", Self.line(1, title))
        let report = try Program.run(["report", file, "-o", "-"])
        #expect(!report.text.unicodeScalars.contains("\u{1b}") && !report.text.contains("\u{fffd}"))
    }
}
