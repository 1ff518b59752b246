import Foundation
import TestSupport
import Testing

/// `hallmark hunt`, as a person runs it.
@Suite struct HuntCommandTests {
    /// The benchmark has 100,000 endpoints; these are as many as a test can wait for.
    @Test func plantedOdditiesStandAmongTheFirstHundred() throws {
        let result = try TestSupport.run(
            "/usr/bin/python3",
            [
                "-B", projectFolder + "/Benchmarks/hunt.py", "--hallmark", programPath, "--endpoints", "5000",
                "--corpus",
            ]
        )
        #expect(result.status == 0, "\(result.text) \(result.errors)")
    }

    @Test func whatIsDecidedIsLeftOut() throws {
        let scratch = Scratch()
        let lines = (0..<64).map { number in
            #"{"@timestamp":"2026-06-01T01:00:00Z","event":{"outcome":"success"},"#
                + #""server":{"ip":"192.0.2.\#(number)","port":\#(number == 7 ? 31337 : 443)},"hallmark":{}}"#
        }
        let sweep = try scratch.write("sweep.ndjson", lines.joined(separator: "\n") + "\n")
        let first = try Program.run(["hunt", sweep])
        #expect(first.status == 0 && first.text.contains("192.0.2.7:31337"), "\(first.errors)")
        #expect(first.text.contains("server.port = 31337: 1 of 64"), "\(first.text)")
        let file = scratch.file("decisions.ndjson")
        let decided = try Program.run([
            "decide", "192.0.2.7", "dismiss", "--because", "a lab", "--decisions", file,
        ])
        #expect(decided.status == 0, "\(decided.errors)")
        let second = try Program.run(["hunt", sweep, "--decisions", file])
        #expect(
            second.status == 0 && second.text.isEmpty && second.errors.contains("1 left out"),
            "\(second.errors)"
        )
        let all = try Program.run(["hunt", sweep, "--decisions", file, "--include-decided"])
        #expect(all.text == first.text)
    }

    @Test func whatCannotBeReadIsSaid() throws {
        let scratch = Scratch()
        let empty = try scratch.write("empty.ndjson", "{\"a\":1}\n")
        let result = try Program.run(["hunt", empty])
        #expect(result.status == 1 && result.errors.contains("nothing to rank"), "\(result.errors)")
        #expect(try Program.run(["hunt", empty, "--corpus", "x"]).status == 64)
        let entry =
            #"{"@timestamp":"2026-06-01T01:00:00Z","event":{"dataset":"hallmark.ct"},"#
            + #""tls":{"server":{"hash":{"sha256":"\#(String(repeating: "AB", count: 32))"}}}}"# + "\n"
        let logs = try scratch.write("logs.ndjson", entry + entry)
        let entries = try Program.run(["hunt", logs])
        #expect(
            entries.status == 1 && entries.errors.contains("(2 entries of logs): there is nothing to rank"),
            "\(entries.errors)"
        )
    }
}
