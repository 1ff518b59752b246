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
}
