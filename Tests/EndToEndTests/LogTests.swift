import Foundation
import TestSupport
import Testing

/// `--log-format` and `--log-level`.
@Suite struct LogTests {
    private static let input = """
        {"@timestamp":"2026-11-22T03:31:00Z","server":{"ip":"192.0.2.1","port":443},"tls":{"server":{"x509":{"subject":{"common_name":"Major Cobalt Strike"}}}}}
        {"torn":

        """

    private func match(_ arguments: [String]) throws -> CommandResult {
        let result = try Program.run(["match"] + arguments, input: Self.input)
        #expect(result.status == 1)
        #expect(result.text.contains("Cobalt Strike"))
        return result
    }

    private func events(_ text: String) throws -> [[String: String]] {
        try text.split(separator: "\n").map {
            let object = try JSONSerialization.jsonObject(with: Data($0.utf8))
            return try #require(object as? [String: String], "\($0)")
        }
    }

    /// The same is said, in the same order, whoever reads it.
    @Test func everyLineIsAnEvent() throws {
        let text = try match([]).errors
        let events = try events(try match(["--log-format", "json"]).errors)
        #expect(events.map { $0["message"] ?? "" } == text.split(separator: "\n").map(String.init))
        for event in events {
            #expect(Set(event.keys) == ["@timestamp", "log.level", "message", "ecs.version", "service.name"])
            #expect(
                (event["@timestamp"] ?? "").wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil
            )
        }
        let torn = try #require(
            events.first {
                $0["message"]?.hasPrefix("-:2") == true || $0["message"]?.contains(":2: ") == true
            }
        )
        #expect(torn["log.level"] == "error")
        #expect(
            events.contains { $0["log.level"] == "info" && $0["message"]?.contains("1 observation") == true }
        )
    }

    @Test func whatMattersLessIsNotSaid() throws {
        let all = try match([]).errors
        let errors = try match(["--log-level", "error"]).errors
        #expect(!errors.isEmpty && errors.split(separator: "\n").count < all.split(separator: "\n").count)
        #expect(errors.contains(":2: ") && !errors.contains("1 observation"))
        #expect(try match(["--log-level", "critical"]).errors.isEmpty)
        let wrong = try Program.run(["match", "--log-level", "loud"], input: Self.input)
        #expect(wrong.status == 64 && wrong.errors.contains("loud"))
    }

    /// What could not be looked at is an error, whatever else is not said.
    @Test func whatCouldNotBeLookedAtIsAlwaysSaid() throws {
        let scratch = Scratch()
        let list = try scratch.write("targets", "no target!\n127.0.0.1:1\n")
        let scan = try Program.run(["scan", "-i", list, "--no-signatures", "--log-level", "error"])
        #expect(scan.status == 1 && scan.errors.contains("targets:1"), "\(scan.errors)")
        #expect(!scan.errors.contains("certificates:"))
        let nothing = try Program.run(["scan", "0.0.0.0/30", "-p", "1", "--log-level", "error"])
        #expect(nothing.status == 1 && nothing.errors.contains("nothing is left"), "\(nothing.errors)")
        let empty = try scratch.write("empty.ndjson", "")
        let compared = try Program.run(["compare", empty, "--expiring", "30", "--log-level", "error"])
        #expect(compared.status == 1 && !compared.errors.isEmpty)
    }

    /// A file's name can't forge a line of either form, and an error that ends the program is an event, too.
    @Test(arguments: ["scan", "match", "import", "compare"])
    func errorsAreEvents(_ command: String) throws {
        let name = "/nowhere/a\n{\"log.level\":\"info\"}\u{202e}"
        let arguments = command == "scan" ? ["-i", name] : [name]
        let more = command == "compare" ? ["--baseline", "/nowhere/b"] : []
        let result = try Program.run([command] + arguments + more + ["--log-format", "json"])
        #expect(result.status != 0)
        let events = try events(result.errors)
        #expect(
            events.contains { $0["log.level"] == "error" && $0["message"]?.contains("nowhere") == true },
            "\(result.errors)"
        )
        #expect(!result.errors.contains("\u{202e}"))
    }
}
