import Foundation
import TestSupport
import Testing

/// Tools as they come, from the handshake to the lead: `hallmark scan` with no option but its targets.
///
/// `Tests/Population/default_installations.py` re-enacts each: the certificate by the tool's published
/// generator, the answers by its source.
@Suite(.serialized) struct DefaultInstallationTests {
    @Test(.enabled(if: !PythonPackages.isOffline))
    func toolsAreNamedByTheDefaultsOfScan() throws {
        try PythonPackages.install()
        let server = try ServerProcess("python3") { port, scratch in
            ["-B", projectFolder + "/Tests/Population/default_installations.py", "\(port)", scratch.path]
        }
        var tools: [Int: String] = [:]
        let list = try String(contentsOfFile: server.scratch.file("installations"), encoding: .utf8)
        for line in list.split(separator: "\n") {
            let parts = line.split(separator: "\t")
            try #require(parts.count == 2)
            tools[try #require(Int(parts[0]))] = String(parts[1])
        }
        #expect(tools.count >= 20)

        let result = try Program.run(["scan", "-q"] + tools.keys.sorted().map { "127.0.0.1:\($0)" })
        #expect(result.status == 0, "\(result.errors)")
        let records = try Program.records(result.text)
        #expect(records.count == tools.count)
        var silent: [String] = []
        for record in records {
            let tool = try #require(tools[record.number("server.port") ?? 0])
            let leads = (record["hallmark.leads"] as? [[String: Any]]) ?? []
            let software = leads.compactMap { ($0["software"] as? [String: Any])?["name"] as? String }
            if !software.contains(tool) { silent.append("\(tool): \(software)") }
        }
        #expect(silent == [])
    }
}
