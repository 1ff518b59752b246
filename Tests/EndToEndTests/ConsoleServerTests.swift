import Foundation
import TestSupport
import Testing

/// What the console does when its corpus is moved, or somebody asks too much.
@Suite struct ConsoleServerTests {
    /// Another file at the corpus's path is the corpus; without one nothing is answered from memory.
    @Test func anotherFileIsNoticed() throws {
        let served = try ServedCorpus(ConsoleTests.line(1, "one"))
        for path in ["/", "/triage"] { #expect(try served.get(path).text.contains("192.0.2.1:443")) }
        let other = try ServedCorpus(ConsoleTests.line(7, "seven"))
        try check(
            "sh",
            [
                "-c",
                "cp '\(other.corpus)' '\(served.corpus).new' && mv '\(served.corpus).new' '\(served.corpus)'",
            ]
        )
        for path in ["/", "/triage", "/api/triage"] {
            let text = try served.get(path).text
            #expect(text.contains("192.0.2.7") && !text.contains("192.0.2.1:"), "\(path)")
        }
        let token = ["-H", "Authorization: Bearer \(ServedCorpus.token)"]
        let sent = try served.ask(
            "/api/decide",
            token + ["-d", "subject=192.0.2.7:443&verdict=dismiss&because=ours"]
        )
        #expect(sent.status == 200, "\(sent.text)")
        #expect(try (served.api("/api/decisions")["holding"] as? [Any])?.count == 1)
        // What the former file's log holds must not be read into the new one.
        let third = try ServedCorpus(ConsoleTests.line(9, "nine"))
        try check(
            "sh",
            [
                "-c",
                "cp '\(third.corpus)' '\(served.corpus).new' && mv '\(served.corpus).new' '\(served.corpus)'",
            ]
        )
        for path in ["/triage", "/api/decisions"] {
            let refused = try served.ask(path, token)
            #expect(refused.status == 503 && refused.text.contains("write-ahead log"), "\(refused.text)")
        }
        for end in ["-wal", "-shm"] { try FileManager.default.removeItem(atPath: served.corpus + end) }
        #expect(try served.get("/triage").text.contains("192.0.2.9"))
        try FileManager.default.removeItem(atPath: served.corpus)
        for path in ["/", "/triage", "/api/overview", "/api/search?q=*"] {
            #expect(try served.ask(path, token).status == 503, "\(path)")
        }
        #expect(
            try served.ask("/api/decide", token + ["-d", "subject=192.0.2.7:443&verdict=block&because=x"])
                .status == 503
        )
        #expect(!FileManager.default.fileExists(atPath: served.corpus))
    }

    /// Long requests, clients that say nothing, and someone who writes at the same time.
    @Test func boundsHoldAndReadersDoNotHinderWriters() throws {
        let served = try ServedCorpus(ConsoleTests.line(1, "one"))
        let long = String(repeating: "a", count: 100_000)
        #expect(try served.get("/", ["-H", "X-Long: \(long)"]).status != 200)
        try served.scratch.write("body", "key=" + String(repeating: "x", count: 300_000))
        #expect(
            try served.get("/decide", ["--data-binary", "@\(served.scratch.file("body"))", "-H", "Expect:"])
                .status == 413
        )
        let idle = try (0..<100).map { _ in try ClientSocket(port: served.server.port) }
        defer { withExtendedLifetime(idle) {} }
        #expect(try served.get("/").status == 200)
        try served.scratch.write(
            "more.ndjson",
            (2...200).map { ConsoleTests.line($0, "page \($0)", lead: $0 == 2) }.joined()
        )
        let script = """
            for n in $(seq 40); do
                curl -s -o /dev/null -w '%{http_code}\\n' -H 'Authorization: Bearer \(ServedCorpus.token)' '\(served.address)/search?q=*' &
            done > codes
            '\(Program.path)' corpus add --corpus seen.sqlite more.ndjson 2> added
            echo $? >> added
            wait
            sort codes | uniq -c
            """
        let result = try run("bash", ["-c", "cd '\(served.scratch.path)' && " + script])
        #expect(result.text.trimmingCharacters(in: .whitespacesAndNewlines) == "40 200", "\(result.text)")
        #expect(try served.api("/api/search?q=*&limit=1")["total"] as? Int == 200)
    }

    @Test func whatCannotBeServedIsSaid() throws {
        let scratch = Scratch()
        let missing = try Program.run(["serve", "--corpus", scratch.file("none.sqlite")])
        #expect(missing.status == 1 && missing.errors.contains("none.sqlite"), "\(missing.errors)")
        for (arguments, word) in [
            (["--listen", "0.0.0.0:0"], "--token-file"), (["--listen", "somewhere:80"], "address"),
            (["--listen", "80"], "address:port"),
        ] {
            let result = try Program.run(["serve", "--corpus", "x"] + arguments)
            #expect(result.status == 64 && result.errors.contains(word), "\(result.errors)")
        }
        let short = try scratch.write("token", "short\n")
        let weak = try Program.run(["serve", "--corpus", scratch.file("none.sqlite"), "--token-file", short])
        #expect(weak.status == 1 && weak.errors.contains("32"), "\(weak.errors)")
        for text in [String(repeating: "a", count: 40), String(repeating: "password-1", count: 4)] {
            let file = try scratch.write("token", text)
            let guessed = try Program.run([
                "serve", "--corpus", scratch.file("none.sqlite"), "--token-file", file,
            ])
            #expect(guessed.status == 1 && guessed.errors.contains("easily guessed"), "\(guessed.errors)")
        }
        let good = try scratch.write("token", ServedCorpus.token)
        let read = try Program.run(["serve", "--corpus", scratch.file("none.sqlite"), "--token-file", good])
        #expect(read.errors.contains("chmod 600"), "\(read.errors)")
        try check("chmod", ["600", good])
        let kept = try Program.run(["serve", "--corpus", scratch.file("none.sqlite"), "--token-file", good])
        #expect(!kept.errors.contains("chmod"), "\(kept.errors)")
    }

    /// A symbolic link where the corpus was leads to it: pages, decisions and what SQLite keeps beside it.
    @Test func aSymbolicLinkIsFollowed() throws {
        let served = try ServedCorpus(ConsoleTests.line(1, "one"))
        #expect(try served.get("/triage").text.contains("192.0.2.1:443"))
        let real = served.scratch.file("elsewhere.sqlite")
        try check("sh", ["-c", "mv '\(served.corpus)' '\(real)' && ln -s '\(real)' '\(served.corpus)'"])
        let decide = [
            "-H", "Authorization: Bearer \(ServedCorpus.token)", "-d",
            "subject=192.0.2.1:443&verdict=dismiss&because=ours",
        ]
        let sent = try served.ask("/api/decide", decide)
        #expect(sent.status == 200, "\(sent.text)")
        #expect(try (served.api("/api/decisions")["holding"] as? [Any])?.count == 1)
        // What is written behind the link is seen.
        try served.add(ConsoleTests.line(2, "two"))
        #expect(eventually { (try? served.get("/triage").text.contains("192.0.2.2:443")) == true })
        // With a log that was left beside the link it is said where it belongs.
        let third = served.scratch.file("third.sqlite")
        try check(
            "sh",
            [
                "-c",
                "mv '\(real)' '\(third)' && printf x > '\(real)-wal' && ln -sf '\(third)' '\(served.corpus)'",
            ]
        )
        let refused = try served.ask("/api/decide", decide)
        #expect(refused.status == 503 && refused.text.contains("the two belong together"), "\(refused.text)")
    }

    /// Whoever renames the corpus hears of it, also when nobody asks for a page.
    @Test func aRenamedCorpusIsSaid() throws {
        let served = try ServedCorpus(ConsoleTests.line(1, "one"))
        // It listens before it has opened the corpus, and answers after that.
        #expect(try served.get("/triage").status == 200)
        func said() -> String {
            (try? String(contentsOfFile: served.scratch.file("log"), encoding: .utf8)) ?? ""
        }
        try FileManager.default.moveItem(atPath: served.corpus, toPath: served.corpus + ".old")
        #expect(eventually { said().contains("The corpus is not there any more") }, "\(said())")
        try FileManager.default.copyItem(atPath: served.corpus + ".old", toPath: served.corpus)
        #expect(eventually { said().contains("another file stands there") })
        #expect(try served.get("/triage").text.contains("192.0.2.1:443"))
    }
}
