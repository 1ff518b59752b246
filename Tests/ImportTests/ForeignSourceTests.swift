import Foundation
import TestSupport
import Testing

/// `match`, `compare`, `corpus add` and `pivot` take other programs' files as they take records.
@Suite struct ForeignSourceTests {
    private let scratch = Scratch()

    /// Logs with the bytes of a certificate; its SHA-256.
    private func writeLogs() throws -> String {
        let pair = try TestCertificate(subject: "/C=US/O=Foreign/CN=a.example")
        try check(
            "openssl",
            ["x509", "-in", pair.certificate, "-outform", "DER", "-out", scratch.file("der")]
        )
        let digest = String(
            try check("openssl", ["dgst", "-sha256", "-r", scratch.file("der")]).text.prefix(64)
        )
        let der = try Data(contentsOf: URL(fileURLWithPath: scratch.file("der")))
        try FileManager.default.createDirectory(
            atPath: scratch.file("logs"),
            withIntermediateDirectories: true
        )
        try scratch.write(
            "logs/ssl.log",
            ZeekLines.connection(ZeekLines.day, "192.0.2.1", chain: digest)
                + ZeekLines.connection(ZeekLines.day + 5, "192.0.2.2", chain: digest)
        )
        try scratch.write("logs/x509.log", ZeekLines.certificate(ZeekLines.day, digest, der: der))
        return digest.uppercased()
    }

    private var files: [String] { ["logs/ssl.log", "logs/x509.log"].map(scratch.file) }

    @Test func filesFoldersAndStandardInputAreMatched() throws {
        let digest = try writeLogs()
        let rules = ["--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel"]
        let stream = try files.map { try String(contentsOfFile: $0, encoding: .utf8) }.joined()
        let results = try [
            run(programPath, ["match"] + rules + files),
            run(programPath, ["match"] + rules + [scratch.file("logs")]),
            run(programPath, ["match"] + rules, input: Array(stream.utf8)),
            // A pipe is opened once.
            run(
                "bash",
                ["-c", "\"$0\" match \"$@\" <(cat \(files.joined(separator: " ")))", programPath] + rules
            ),
        ]
        for result in results {
            #expect(result.status == 0, "\(result.errors)")
            let found = try records(result)
            // The two logs are one source: the connections have their certificate.
            #expect(found.map { text($0, "tls.server.hash.sha256") } == [digest])
            #expect(found.map { text($0, "hallmark.source.fidelity") } == ["der"])
            #expect(found.map { text($0, "hallmark.sightings.count") } == ["2"])
        }
    }

    @Test func logsAreComparedWithAnInventoryAndWithLogs() throws {
        let digest = try writeLogs()
        let adopted = try run(programPath, ["compare", "--adopt"] + files)
        #expect(adopted.status == 0, "\(adopted.errors)")
        #expect(adopted.text.contains(digest))
        try scratch.write("inventory.csv", adopted.text)
        let agrees = try run(
            programPath,
            [
                "compare", scratch.file("logs"), "--inventory", scratch.file("inventory.csv"), "--fail-on",
                "high",
            ]
        )
        #expect(agrees.status == 0, "\(agrees.text)\(agrees.errors)")
        // The same endpoint shows something else a day later.
        try scratch.write(
            "later.log",
            ZeekLines.connection(ZeekLines.day + 90_000, "192.0.2.1", chain: ZeekLines.two)
        )
        let unauthorised = try run(
            programPath,
            [
                "compare", scratch.file("later.log"), "--inventory", scratch.file("inventory.csv"),
                "--format", "ndjson", "--keep-going",
            ]
        )
        #expect(
            unauthorised.text.contains("unauthorized_certificate"),
            "\(unauthorised.text)\(unauthorised.errors)"
        )
        let drift = try run(
            programPath,
            ["compare", scratch.file("later.log"), "--baseline", scratch.file("logs"), "--format", "ndjson"]
        )
        #expect(drift.status == 0, "\(drift.errors)")
        #expect(drift.text.contains("certificate from \(digest.prefix(12))"), "\(drift.text)")
        let expiring = try run(
            programPath,
            ["compare", scratch.file("logs"), "--expiring", "3650", "--format", "ndjson"]
        )
        #expect(expiring.text.contains("\"expiring\""), "\(expiring.text)\(expiring.errors)")
    }

    @Test func aPivotStartsFromALog() throws {
        _ = try writeLogs()
        let corpus = scratch.file("c.sqlite")
        let added = try run(programPath, ["corpus", "add", scratch.file("logs"), "--corpus", corpus])
        #expect(added.status == 0 && added.errors.contains("1 record, 1 new observation"), "\(added.errors)")
        let query = [
            "pivot", "--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel",
            "--corpus", corpus,
        ]
        let found = try run(programPath, query + [scratch.file("logs/x509.log"), "--format", "ndjson"])
        #expect(try records(found).first.map { text($0, "type") } == "seed", "\(found.errors)")
        let stream = try String(contentsOfFile: scratch.file("logs/x509.log"), encoding: .utf8)
        let piped = try run(programPath, query + ["-", "--format", "ndjson"], input: Array(stream.utf8))
        #expect(piped.text == found.text, "\(piped.errors)")
        try scratch.write(
            "empty.log",
            "{\"ts\":1,\"uid\":\"C\",\"id.resp_h\":\"1.2.3.4\",\"id.resp_p\":443,\"established\":false}\n"
        )
        let empty = try run(programPath, query + [scratch.file("empty.log")])
        #expect(
            empty.status == 1 && empty.errors.contains("holds no certificate to start from"),
            "\(empty.errors)"
        )
    }

    /// What is said of a broken line does not depend on the command.
    @Test func brokenLinesAreSaidByEveryCommand() throws {
        _ = try writeLogs()
        let whole = try String(contentsOfFile: scratch.file("logs/ssl.log"), encoding: .utf8)
        let first = try #require(whole.split(separator: "\n").first)
        try scratch.write("logs/ssl.log", "\(first)\n{\"ts\":1,\"uid\":\n" + whole)
        try scratch.write("inventory.csv", "address,ports\n203.0.113.7,443\n")
        let rules = ["--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel"]
        for arguments in [
            ["match"] + rules + files, ["compare", "--inventory", scratch.file("inventory.csv")] + files,
            ["corpus", "add", "--corpus", scratch.file("c.sqlite")] + files, ["import"] + files,
        ] {
            let result = try run(programPath, arguments)
            #expect(result.status == 1, "\(arguments)")
            #expect(result.errors.contains("ssl.log:2"), "\(arguments): \(result.errors)")
        }
    }
}
