import Foundation
import TestSupport
import Testing

/// What was named and could be read in part is said, and ends with 1.
@Suite struct PartlyReadTests {
    private let scratch = Scratch()

    private static func record(_ port: String, time: String = "2026-06-01T01:00:00.000Z") -> String {
        #"{"@timestamp":"\#(time)","event":{"outcome":"success"},"server":{"address":"192.0.2.7","#
            + #""ip":"192.0.2.7","port":\#(port)},"hallmark":{"scan":{"id":"a"}},"#
            + #""tls":{"server":{"hash":{"sha256":"\#(String(repeating: "AB", count: 32))"}}}}"# + "\n"
    }

    /// Every command that takes records by path.
    private func run(_ command: String, _ path: String) throws -> CommandResult {
        switch command {
        case "match": try Program.run(["match", path])
        case "compare": try Program.run(["compare", path, "--expiring", "30"])
        case "baseline": try Program.run(["compare", try good("now.ndjson"), "--baseline", path])
        default: try Program.run(["corpus", "add", path, "--corpus", scratch.file("c.sqlite")])
        }
    }

    private func good(_ name: String) throws -> String { try scratch.write(name, Self.record("443")) }

    private static let commands = ["match", "compare", "corpus add"]
    private static let broken: [(name: String, bytes: [UInt8])] = [
        ("b.ndjson", Array("<html><body>502 Bad Gateway</body></html>\n".utf8)),
        ("b.ndjson", [UInt8](repeating: 0, count: 4096)), ("b.ndjson", []),
        ("b.jsonl", Array("some prose\n".utf8)), ("b.pem", Array("no certificate\n".utf8)),
        ("b.ndjson.bz2", Array("BZh91AY&SY".utf8)),
        ("b.p12", [0x30, 0x82, 0x09, 0x10, 0x02, 0x01, 0x03, 0x30]),
    ]

    @Test(arguments: commands, broken.indices)
    func aFileOfAFolderThatSaysWhatItIsNotIsSaid(_ command: String, _ index: Int) throws {
        let (name, bytes) = Self.broken[index]
        let folder = scratch.file("folder-\(command.hashValue)-\(index)")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(Self.record("443").utf8).write(to: URL(fileURLWithPath: folder + "/a.ndjson"))
        try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name))
        let result = try run(command, folder)
        #expect(result.status == 1 && result.errors.contains(name), "\(result.status) \(result.errors)")
    }

    @Test(arguments: commands)
    func whatAFolderHoldsBesideIsNoMistakeAndIsSaid(_ command: String) throws {
        let folder = scratch.file("folder-\(command.hashValue)")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(Self.record("443").utf8).write(to: URL(fileURLWithPath: folder + "/a.ndjson"))
        try Data("notes\n".utf8).write(to: URL(fileURLWithPath: folder + "/README.md"))
        let result = try run(command, folder)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("passed over: \(folder)/README.md"), "\(result.errors)")
    }

    @Test(arguments: commands)
    func certificatesThatWereCutOrStandInARow(_ command: String) throws {
        let certificate = try TestCertificate()
        let file = scratch.file("one.der")
        try check("openssl", ["x509", "-in", certificate.certificate, "-outform", "DER", "-out", file])
        let der = try Data(contentsOf: URL(fileURLWithPath: file))
        func result(_ data: Data) throws -> CommandResult {
            let path = scratch.file("\(command.hashValue).der")
            try data.write(to: URL(fileURLWithPath: path))
            return try run(command, path)
        }
        for length in [der.count - 1, 300, 100] {
            let cut = try result(der.prefix(length))
            #expect(cut.status == 1 && cut.errors.contains("is cut"), "\(length): \(cut.errors)")
            #expect(!cut.errors.contains("1 new certificate"))
        }
        let behind = try result(der + Data("tail".utf8))
        #expect(behind.status == 1 && behind.errors.contains("4 bytes behind"), "\(behind.errors)")
        // A certificate on no endpoint is nothing that can be compared.
        guard command != "compare" else { return }
        #expect(try result(der + Data("\n".utf8)).status == 0)
        let two = try result(der + der)
        #expect(two.status == 0, "\(two.errors)")
        if command == "match" { #expect(try Program.records(two.text).count == 2) }
    }

    @Test(arguments: ["compare", "baseline", "corpus add", "match"])
    func whatNobodyCanHaveSeenIsNoRecord(_ command: String) throws {
        let records = [
            Self.record("70000"), Self.record("-1"), Self.record("443", time: "10000-01-01T00:00:00Z"),
        ]
        // Matching does not look at times.
        for (index, record) in records.prefix(command == "match" ? 2 : 3).enumerated() {
            let result = try run(command, try scratch.write("r\(index).ndjson", record + Self.record("443")))
            #expect(result.status == 1, "\(record): \(result.errors)")
        }
    }

    /// Readers that take the first and readers that take the last would speak of two endpoints.
    @Test(arguments: ["compare", "baseline", "corpus add"])
    func aMemberThatStandsTwiceIsNotBelieved(_ command: String) throws {
        for (index, record) in [
            Self.record("443,\"port\":444"),
            Self.record("443").replacing(
                "\"server\":",
                with: "\"server\":{\"ip\":\"192.0.2.8\"},\"server\":"
            ),
        ].enumerated() {
            let path = try scratch.write("t\(index).ndjson", record + Self.record("443"))
            let result = try run(command, path)
            #expect(result.status == 1, "\(record): \(result.errors)")
        }
    }

    @Test func nothingIsMeasuredOnWhatIsNoObservation() throws {
        let result = try Program.run([
            "signatures", "measure", try scratch.write("foreign.ndjson", "{\"foo\":1}\n"),
        ])
        #expect(result.status == 1, "\(result.errors)")
    }

    @Test func aCorpusThatWasCutOrLeftItsPagesBehindIsNoEmptyOne() throws {
        let corpus = scratch.file("whole.sqlite")
        let added = try Program.run(["corpus", "add", try good("a.ndjson"), "--corpus", corpus])
        #expect(added.status == 0, "\(added.errors)")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: corpus))
        #expect(bytes.count > 100_000, "the file alone is not the corpus")
        let cut = scratch.file("cut.sqlite")
        for length in [0, 3000, 4096, 8192, bytes.count / 2, bytes.count - 4096] {
            for command in [
                ["corpus", "stats"], ["blocklist"], ["corpus", "export"], ["search", "*"], ["decisions"],
                ["compare", scratch.file("a.ndjson"), "--expiring", "30"],
            ] {
                try bytes.prefix(length).write(to: URL(fileURLWithPath: cut))
                let result = try Program.run(command + ["--corpus", cut])
                #expect(result.status == 1, "\(length) \(command): \(result.status) \(result.errors)")
                #expect(try Data(contentsOf: URL(fileURLWithPath: cut)) == bytes.prefix(length))
            }
        }
    }

    @Test(arguments: ["blocklist", "decisions", "match"])
    func aFileWithoutADecisionIsSaid(_ command: String) throws {
        let empty = try scratch.write("none.ndjson", "")
        let arguments = command == "match" ? [try good("a.ndjson")] : []
        let result = try Program.run([command, "--decisions", empty] + arguments)
        #expect(
            result.status == 1 && result.errors.contains("there is no decision in it"),
            "\(result.errors)"
        )
    }
}
