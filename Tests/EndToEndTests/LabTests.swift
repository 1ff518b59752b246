import Foundation
import TestSupport
import Testing

/// The lab of `make scan`: five listeners with published defaults, five innocent ones.
@Suite(.serialized) struct LabTests {
    private func scanLab(_ level: String) throws -> (records: [Record], names: [Int: String]) {
        let scratch = Scratch()
        let output = scratch.file("out.ndjson")
        let list = scratch.file("targets.txt")
        let script = """
            cp "$0" '\(list)'
            exec '\(Program.path)' scan -q --probe \(level) -o '\(output)' -i "$0"
            """
        let result = try run(
            projectFolder + "/Tests/Lab/lab.sh",
            ["bash", "-c", script],
            environment: ["HALLMARK_SIGNATURES": projectFolder + "/signatures"]
        )
        guard result.status == 0 else { throw CommandFailure(description: result.errors) }
        var names: [Int: String] = [:]
        for line in try String(contentsOfFile: list, encoding: .utf8).split(separator: "\n") {
            let parts = line.split(whereSeparator: { " :#".contains($0) })
            if parts.count >= 3, let port = Int(parts[1]) { names[port] = String(parts[2]) }
        }
        return (try Program.records(try String(contentsOfFile: output, encoding: .utf8)), names)
    }

    @Test(arguments: ["certificate", "adaptive", "full"])
    func theFiveAreNamedAndTheInnocentLeftAlone(level: String) throws {
        let (records, names) = try scanLab(level)
        #expect(records.count == 10 && names.count == 10)
        let tools = [
            "cobalt-strike": "Cobalt Strike", "asyncrat": "AsyncRAT", "poshc2": "PoshC2",
            "covenant": "Covenant",
            "gophish": "Gophish",
        ]
        for record in records {
            let port = try #require(record.number("server.port"))
            let name = try #require(names[port])
            let leads = (record["hallmark.leads"] as? [[String: Any]]) ?? []
            let software = leads.compactMap { ($0["software"] as? [String: Any])?["name"] as? String }
            if let tool = tools[name] {
                #expect(software.contains(tool), "\(name): \(software)")
                #expect(record.text("event.kind") == "alert")
            } else {
                let labels = leads.compactMap { $0["label"] as? String }
                #expect(labels.allSatisfy { $0 == "low" }, "\(name): \(leads)")
            }
        }
        #expect(try schemaErrors(records.map(\.line).joined(separator: "\n")) == "")
    }

    /// What a new user sees of `make scan`: the table of ten endpoints, and three commands that do what they
    /// say.
    @Test func itEndsWithWhatToTryNext() throws {
        let scratch = Scratch()
        let errors = scratch.file("errors")
        let environment = [
            "LAB_PORT": "\(try freePorts(10))", "HALLMARK_SIGNATURES": projectFolder + "/signatures",
            "TERM": "xterm", "NO_COLOR": "1",
        ]
        let lab = projectFolder + "/Tests/Lab"
        let command = try scratch.write(
            "command",
            "stty cols 80 rows 24\nexec '\(lab)/scan.sh' '\(Program.path)' 2> '\(errors)'\n"
        )
        let shown = try run(
            "script",
            ["-qec", "bash '\(command)'", "/dev/null"],
            environment: environment
        ).text.replacing("\r\n", with: "\n").split(separator: "\n")
        #expect(shown.count == 11 && shown.first?.hasPrefix("ENDPOINT") == true, "\(shown)")
        // A long name is cut, so that a line keeps to 80 columns.
        for tool in ["Cobalt Stri…", "AsyncRAT", "PoshC2", "Covenant", "Gophish"] {
            #expect(shown.filter { $0.contains(tool) && $0.hasPrefix("127.0.0.1:") }.count == 1, "\(shown)")
        }
        let said = try String(contentsOfFile: errors, encoding: .utf8)
        let next = said.components(separatedBy: "\nNext:\n").last?.split(separator: "\n") ?? []
        try #require(next.count == 3, "\(said)")
        // A command ends where two spaces begin its remark.
        let commands = next.map { $0.dropFirst(2).components(separatedBy: "  ")[0] }
        #expect(commands[0] == "make lab")
        let makefile = try String(contentsOfFile: projectFolder + "/Makefile", encoding: .utf8)
        #expect(makefile.contains("\nlab: ") && makefile.contains("Tests/Lab/scan.sh $(RELEASE)"))
        let tried = try run(
            lab + "/lab.sh",
            ["bash", "-c", "\(commands[1]) > '\(errors).1' 2>&1; \(commands[2]) -o '\(errors).2'"],
            environment: environment
        )
        #expect(tried.status == 0, "\(tried.errors)")
        #expect(try String(contentsOfFile: errors + ".1", encoding: .utf8).contains("Covenant"))
        let records = try Program.records(String(contentsOfFile: errors + ".2", encoding: .utf8))
        #expect(records.count == 10)
        // AsyncRAT's closes without an answer to HTTP; all have shown their certificates.
        #expect(records.allSatisfy { $0["tls.server.x509"] != nil })
    }

    /// The first of so many ports in a row on which nobody listens.
    private func freePorts(_ count: Int) throws -> Int {
        let busy = try run("ss", ["-Hltn"]).text.matches(of: #/:(\d+) /#).compactMap { Int($0.1) }
        let first = (0..<100).lazy.map { _ in Int.random(in: 15_000...19_900) }
            .first { first in !busy.contains { (first..<first + count).contains($0) } }
        return try #require(first)
    }
}
