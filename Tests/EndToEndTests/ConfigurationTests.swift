import Foundation
import TestSupport
import Testing

/// `hallmark.yaml` and `config show`.
@Suite struct ConfigurationTests {
    private let scratch = Scratch()

    private func run(_ arguments: [String], _ yaml: String?) throws -> CommandResult {
        var environment = ["HALLMARK_SIGNATURES": projectFolder + "/signatures", "HOME": scratch.path]
        // Wide enough for one line an option.
        environment["COLUMNS"] = "1000"
        if let yaml { environment["HALLMARK_CONFIG"] = try scratch.write("hallmark.yaml", yaml) }
        return try TestSupport.run(Program.path, arguments, environment: environment)
    }

    /// The line of an option in what `config show` writes.
    private func row(_ option: String, _ result: CommandResult) -> String? {
        result.text.split(separator: "\n").first { $0.hasPrefix("--\(option) ") }
            .map { String($0.replacing(#/\s+/#, with: " ")) }
    }

    @Test func whatIsTypedWinsOverTheFileAndTheFileOverDefaults() throws {
        let yaml =
            "all: {keep-going: true}\nscan:\n  rate: 200\n  ports: [443, 8443]\n  prove: true\n  quiet: false\n"
        let shown = try run(["config", "show", "scan", "--rate", "50"], yaml)
        #expect(shown.status == 0, "\(shown.errors)")
        let path = scratch.file("hallmark.yaml")
        #expect(row("rate", shown) == "--rate 50 command line")
        #expect(row("ports", shown) == "--ports 443,8443 \(path):4")
        #expect(row("prove", shown) == "--prove on \(path):5")
        #expect(row("quiet", shown) == "--quiet off \(path):6")
        #expect(row("keep-going", shown) == "--keep-going on \(path):1")
        #expect(row("probe", shown) == "--probe adaptive default")
        #expect(row("keep-going", try run(["config", "show", "match"], yaml)) == "--keep-going on \(path):1")
        let dry = ["scan", "192.0.2.1", "--dry-run"]
        #expect(try run(dry, yaml).text.contains("8443"))
        #expect(try !run(dry + ["-p", "25"], yaml).text.contains("8443"))
    }

    @Test(arguments: [
        ("scan: {rat: 5}", "has no option 'rat'"), ("scna: {}", "no command 'scna'"),
        ("scan: {prove: maybe}", "expected true or false"), ("scan: [", "hallmark.yaml:"),
        ("scan: {rate: [1, 2]}", "'rate' takes one value"), ("scan: {rate: fast}", "with the options of"),
        ("scan: {rate: 4}\n---\nscan: {rate: 5}", "hallmark.yaml:3:1: a second document"),
        ("all: {keep-gonig: true}", "no command has an option 'keep-gonig'"),
    ])
    func whatIsWrongIsSaid(_ yaml: String, _ word: String) throws {
        let result = try run(["scan", "192.0.2.1", "--dry-run"], yaml)
        #expect(result.status == 64 && result.errors.contains(word), "\(result.errors)")
        // How a command is used is told all the same.
        #expect(try run(["scan", "--help"], yaml).status == 0)
    }

    /// What the command would not take is shown, and said.
    @Test(arguments: [
        ("scan: {rate: abc}", "'abc' is invalid"), ("scan: {rate: -5}", "from 0 to"),
        ("scan: {rate: 5}", nil), ("match: {only-leads: true}", nil), ("match: {fail-on: hihg}", "hihg"),
    ])
    func whatWouldBeRefusedIsSaid(_ yaml: String, _ word: String?) throws {
        let shown = try run(["config", "show", yaml.hasPrefix("match") ? "match" : "scan"], yaml)
        #expect(shown.status == (word == nil ? 0 : 1), "\(shown.errors)")
        #expect(row("rate", shown) != nil || yaml.hasPrefix("match"))
        if let word { #expect(shown.errors.contains(word), "\(shown.errors)") }
    }

    /// Who looks on, or gets the summary, learns no password.
    @Test func loginsAreNotShown() throws {
        let proxy = "http://user:sekret@127.0.0.1:1"
        let shown = try run(["config", "show", "scan", "--proxy", proxy], "scan: {proxy: '\(proxy)'}")
        #expect(row("proxy", shown) == "--proxy http://…@127.0.0.1:1 command line", "\(shown.text)")
        #expect(try !run(["config", "show", "scan"], "scan: {proxy: '\(proxy)'}").text.contains("sekret"))
        let summary = scratch.file("summary")
        _ = try run(
            ["scan", "--no-signatures", "127.0.0.1:1", "--proxy=" + proxy, "--summary", summary],
            nil
        )
        let text = try String(contentsOfFile: summary, encoding: .utf8)
        #expect(text.contains("…@127.0.0.1:1") && !text.contains("sekret"), "\(text)")
        let wrong = try run(["scan", "127.0.0.1:1", "--proxy", "socks5://user:sekret@host.test:1"], nil)
        #expect(wrong.status == 64 && wrong.errors.contains("that is no name"), "\(wrong.errors)")
        #expect(!wrong.errors.contains("sekret"), "\(wrong.errors)")
    }

    /// A file in the working directory is somebody else's until it is named.
    @Test func theWorkingDirectoryIsNotLookedAt() throws {
        try scratch.write("hallmark.yaml", "scan: {rat: 5}")
        let result = try TestSupport.run(
            "bash",
            ["-c", "cd '\(scratch.path)' && HOME=/nonexistent '\(Program.path)' scan 192.0.2.1 --dry-run"]
        )
        #expect(result.status == 0, "\(result.errors)")
        #expect(try run(["scan", "192.0.2.1", "--dry-run"], nil).status == 0)
    }
}
