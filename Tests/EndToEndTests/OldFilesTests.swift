import Foundation
import TestSupport
import Testing

/// A scan that is refused leaves every file as it was, and no file is two things at once.
@Suite struct OldFilesTests {
    private let scratch = Scratch()
    private static let old = "an old sweep\n"

    private func scan(_ arguments: [String]) throws -> CommandResult {
        try Program.run(["scan", "127.0.0.1:1", "-q", "--no-signatures", "--progress", "never"] + arguments)
    }

    private func text(_ name: String) -> String? {
        try? String(contentsOfFile: scratch.file(name), encoding: .utf8)
    }

    @Test(arguments: [
        ["--resolver", "foo"], ["--resolver", "::::"], ["--metrics", "256.1.1.1:1"],
        ["--metrics", "127.0.0.1:99999"],
        ["--metrics", "no-such-folder/m"], ["--summary", "FOLDER"], ["--verify", "--ca-file", "FOLDER/none"],
        ["--verify", "--ca-file", "TEXT"], ["--verify", "--ca-file", "EMPTY"],
        ["--verify", "--ca-file", "FOLDER"],
    ])
    func aRefusedRunTakesNothing(_ arguments: [String]) throws {
        try scratch.write("o.nd", Self.old)
        try scratch.write("text", "no certificate\n")
        try scratch.write("empty", "")
        let named = arguments.map {
            $0.replacing("FOLDER", with: scratch.path).replacing("TEXT", with: scratch.file("text"))
                .replacing("EMPTY", with: scratch.file("empty"))
        }
        let result = try scan(["-o", scratch.file("o.nd")] + named)
        #expect(
            [1, 64].contains(result.status) && !result.errors.isEmpty,
            "\(result.status) \(result.errors)"
        )
        #expect(text("o.nd") == Self.old)
    }

    @Test(arguments: [
        ["-o", "--metrics"], ["--checkpoint", "--metrics"], ["--corpus", "--metrics"],
        ["--summary", "--metrics"],
        ["-i", "--metrics"], ["--inventory", "--metrics"], ["-o", "--ca-file"], ["-o", "--decisions"],
        ["--summary", "--ca-file"], ["--metrics", "--decisions"],
    ])
    func aFileIsNamedForOneThing(_ options: [String]) throws {
        try scratch.write("x", Self.old)
        var arguments = options.flatMap { [$0, scratch.file("x")] }
        if options.contains("--ca-file") { arguments.append("--verify") }
        let result = try scan(arguments)
        // What is no checkpoint is never taken for one.
        let isSaid = result.errors.contains("is named by both") || options.contains("--checkpoint")
        #expect(result.status != 0 && isSaid, "\(result.errors)")
        #expect(text("x") == Self.old)
    }

    @Test func aCorpusMayHoldTheDecisions() throws {
        let corpus = scratch.file("c.sqlite")
        let made = try scan(["--corpus", corpus])
        #expect(made.status == 0, "\(made.errors)")
        let decided = try Program.run([
            "decide", "192.0.2.7:443", "monitor", "--because", "x", "--corpus", corpus,
        ])
        #expect(decided.status == 0, "\(decided.errors)")
        let result = try scan(["--corpus", corpus, "--decisions", corpus])
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test func aResumedRunKnowsWhereTheLeadsBeforeItAre() throws {
        let subject =
            "/C=US/ST=Cyberspace/L=Somewhere/O=cobaltstrike/OU=AdvancedPenTesting/CN=Major Cobalt Strike"
        let server = try Nginx.start(
            try TestCertificate(subject: subject, extra: ["-set_serial", "0x08BB00EE"])
        )
        let files = ["-o", scratch.file("s.nd"), "--summary", scratch.file("s.json")]
        let command = ["scan", "127.0.0.1:\(server.port)", "127.0.0.1:1", "-q", "--probe", "certificate"]
        let first = try Program.run(command + files + ["--checkpoint", scratch.file("ck")])
        #expect(first.status == 0, "\(first.errors)")
        let second = try Program.run(command + files + ["--resume", scratch.file("ck")])
        #expect(second.status == 0, "\(second.errors)")
        let summary = try #require(
            try JSONSerialization.jsonObject(with: Data((text("s.json") ?? "").utf8)) as? [String: Any]
        )
        #expect(summary["leads_found"] as? Int == 1)
        let places = summary["lead_endpoints"] as? [[String: Any]]
        #expect(places?.map { $0["endpoint"] as? String } == ["127.0.0.1:\(server.port)"])
    }
}
