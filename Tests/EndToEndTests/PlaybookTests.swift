import Foundation
import TestSupport
import Testing

/// Every command of the playbooks, typed into a shell in a folder with the files that the playbook asks for.
@Suite(.serialized) struct PlaybookTests {
    /// What a playbook needs, by the lab; its variables are set in place of their defaults.
    private struct Stage {
        let lab: InventoryLab
        let folder = Scratch()
        var variables: [String: String] = [:]
        /// Logs of Certificate Transparency, for the playbook that reads some.
        var logs: CTLogs?
        /// A name server for the playbook.
        var server: ServerProcess?
        /// Before which block the lab turns into this week's.
        var changeBefore: Int?

        /// Puts a file of the lab's into the folder.
        func copy(_ path: String, as name: String) throws {
            try FileManager.default.copyItem(atPath: path, toPath: folder.file(name))
        }

        func text(_ name: String) throws -> String {
            try String(contentsOfFile: folder.file(name), encoding: .utf8)
        }

        /// Adds last week's sweep of the whole lab to a corpus of the folder.
        func remember() throws {
            _ = try lab.sweep("remembered.ndjson", nil, ["--corpus", folder.file("corpus.sqlite")])
        }
    }

    private static let names =
        (try? FileManager.default.contentsOfDirectory(
            atPath: projectFolder + "/Docs/playbooks"
        ))?.sorted() ?? []

    @Test func thereAreAllPlaybooks() throws {
        #expect(
            Self.names == [
                "README.md", "certificate-at-a-strangers-address.md", "from-one-certificate.md",
                "not-ordered.md", "stolen-certificates.md", "suspected-c2.md",
                "trusted-roots.md", "weekly-sweep.md", "zeek-logs.md",
            ]
        )
        for name in Self.names where name != "README.md" {
            #expect(try Playbook(name).commands.count >= 5, "\(name)")
        }
        #expect(try Playbook("README.md").commands.isEmpty)
    }

    /// What the text mentions in passing is part of a command that is run somewhere.
    @Test func mentionsAreOfCommandsThatAreRun() throws {
        let books = try Self.names.map { try Playbook($0) }
        let commands = books.flatMap(\.commands).map { $0.text.split(whereSeparator: \.isWhitespace) }
        for book in books {
            for mention in book.mentions {
                let words = mention.split(separator: " ")
                #expect(
                    commands.contains { command in words.allSatisfy { command.contains($0) } },
                    "\(book.name): \(mention)"
                )
            }
        }
    }

    @Test(arguments: names.filter { $0 != "README.md" })
    func everyCommandRuns(name: String) throws {
        let book = try Playbook(name)
        let stage = try prepare(name)
        #expect(book.variables == Set(stage.variables.keys))
        for (number, block) in book.blocks.enumerated() {
            if number == stage.changeBefore { try stage.lab.change() }
            try run(block, of: book, on: stage)
        }
        try check(name, stage)
    }

    /// Runs a block in one shell, which notes each command's exit code.
    private func run(_ block: Playbook.Block, of book: Playbook, on stage: Stage) throws {
        let notes = stage.folder.file("notes")
        let script = block.map { "\($0.text)\nprintf '%s ' \"$?\" >> '\(notes)'\n" }.joined()
        try stage.folder.write("notes", "")
        let bin = URL(fileURLWithPath: Program.path).deletingLastPathComponent().path
        var environment = stage.variables
        environment["PATH"] = bin + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
        environment["HALLMARK_SIGNATURES"] = projectFolder + "/signatures"
        let result = try TestSupport.run(
            "bash",
            ["-c", "cd '\(stage.folder.path)' && set -o nounset -o pipefail\n\(script)"],
            environment: environment
        )
        let statuses = try stage.text("notes").split(separator: " ").map { Int($0) }
        #expect(statuses.count == block.count, "\(book.name): the shell ended early: \(result.errors)")
        for (command, status) in zip(block, statuses) {
            #expect(
                status == command.status,
                "\(book.name):\(command.line): \(command.text)\n\(result.text)\(result.errors)"
            )
        }
    }

    private func prepare(_ name: String) throws -> Stage {
        let lab = try InventoryLab()
        var stage = Stage(lab: lab)
        switch name {
        case "weekly-sweep.md":
            try stage.folder.write("ranges.txt", lab.targets.joined(separator: "\n") + "\n")
            stage.variables = ["OWNED": "127.30.0.0/24"]
            stage.changeBefore = 2
        case "suspected-c2.md":
            try stage.remember()
            stage.variables = ["SUSPECT": "127.30.0.19:\(lab.port)"]
        case "from-one-certificate.md":
            try stage.remember()
            stage.variables = ["CERTIFICATE": lab.certificate("beacon")]
        case "stolen-certificates.md":
            try stage.copy(try lab.sweep("sweep.ndjson"), as: "sweep.ndjson")
            try stage.copy(try lab.inventory(as: "inventory.csv"), as: "inventory.csv")
            stage.variables = [
                "OURS": lab.certificate("shop"), "DOMAIN": "lab.test", "FOREIGN": "127.30.0.4:\(lab.port)",
            ]
        case "not-ordered.md":
            let names =
                "\"names\": {\"0\": [\"www.ours.test\"], \"1\": [\"vpn.ours.test\"], \"2\": [\"login-ours.test\"]}"
            let logs = try CTLogs("[{\"name\": \"a\", \"kind\": \"rfc6962\", \"entries\": 6, \(names)}]")
            try stage.folder.write("names.yaml", "- name: ours.test\n  issuers: [Our Authority]\n")
            stage.variables = [
                "LOGS": logs.list, "ORDERED": logs.scratch.file("a-0.pem"),
                "SUSPECT": logs.scratch.file("a-1.pem"),
            ]
            stage.logs = logs
        case "certificate-at-a-strangers-address.md":
            try stage.copy(try lab.sweep("sweep.ndjson"), as: "sweep.ndjson")
            // 127.30.0.4 shows the shop's certificate, and is a stranger's here.
            let inventory = try String(
                contentsOfFile: try lab.inventory(as: "inventory.csv"),
                encoding: .utf8
            )
            let rows = inventory.split(whereSeparator: \.isNewline).filter {
                !$0.contains("127.30.0.4") && !$0.contains("127.30.0.0/24")
            }
            try stage.folder.write("inventory.csv", rows.joined(separator: "\n") + "\n")
            // All names of the lab point to an address at which nobody is.
            let server = try Unbound.start(server: [
                "local-zone: \"test.\" redirect", "local-data: \"test. A 127.30.0.254\"",
                "module-config: \"iterator\"",
            ])
            stage.server = server
            stage.variables = [
                "RESOLVER": "127.0.0.1:\(server.port)", "FOREIGN": "127.30.0.4:\(lab.port)",
            ]
        case "trusted-roots.md":
            stage.variables = ["ROOT": try makeSystem(in: stage.folder)]
        case "zeek-logs.md":
            try makeLogs(of: lab, in: stage.folder)
            stage.variables = ["LOGS": stage.folder.file("logs")]
        default: throw CommandFailure(description: "\(name): no stage is set for this playbook")
        }
        return stage
    }

    /// What a sensor would log of a connection to the lab's beacon, with the certificate (log-certs-base64).
    private func makeLogs(of lab: InventoryLab, in folder: Scratch) throws {
        let der = folder.file("beacon.der")
        try TestSupport.check(
            "openssl",
            ["x509", "-in", lab.certificate("beacon"), "-outform", "DER", "-out", der]
        )
        let digest = try lab.digest("beacon")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: der)).base64EncodedString()
        try TestSupport.check("mkdir", ["-p", folder.file("logs")])
        try folder.write(
            "logs/ssl.log",
            """
            {"ts":1795923061.25,"uid":"C1","id.orig_h":"192.0.2.1","id.orig_p":5,"id.resp_h":"127.30.0.19","id.resp_p":443,\
            "version":"TLSv12","established":true,"cert_chain_fps":["\(digest)"]}

            """
        )
        try folder.write(
            "logs/x509.log",
            """
            {"ts":1795923061.25,"fingerprint":"\(digest)","certificate.serial":"01","certificate.subject":"CN=x",\
            "host_cert":true,"client_cert":false,"cert":"\(bytes)"}

            """
        )
    }

    /// A system's folder with a root of a package and one that somebody added.
    private func makeSystem(in folder: Scratch) throws -> String {
        let packaged = try TestCertificate(subject: "/CN=Packaged Root", days: 3650)
        let added = try TestCertificate(subject: "/CN=Added Root", days: 3650)
        let path = "usr/share/ca-certificates/mozilla/packaged.crt"
        try TestSupport.check(
            "mkdir",
            ["-p"]
                + ["usr/share/ca-certificates/mozilla", "var/lib/dpkg/info", "etc/ssl/certs"].map {
                    folder.file("system/\($0)")
                }
        )
        try TestSupport.check("cp", [packaged.certificate, folder.file("system/\(path)")])
        let sum = try TestSupport.check("md5sum", [packaged.certificate]).text.prefix(32)
        try folder.write("system/var/lib/dpkg/info/ca-certificates.md5sums", "\(sum)  \(path)\n")
        let texts = try [packaged, added].map { try String(contentsOfFile: $0.certificate, encoding: .utf8) }
        try folder.write("system/etc/ssl/certs/ca-certificates.crt", texts.joined())
        return folder.file("system")
    }

    /// Whether the commands did what the playbook wants of them.
    private func check(_ name: String, _ stage: Stage) throws {
        switch name {
        case "weekly-sweep.md":
            let findings = try stage.text("findings.ndjson")
            #expect(
                findings.contains("\"unauthorized_certificate\"") && findings.contains("\"unknown_endpoint\"")
            )
            #expect(try stage.text("findings.csv").contains("127.30.0.20 port"))
            #expect(try stage.text("week.html").contains("Unknown to the inventory"))
        case "suspected-c2.md":
            let records = try Program.records(try stage.text("assessed.ndjson"))
            let leads = records.first?["hallmark.leads"] as? [[String: Any]] ?? []
            let tools = leads.compactMap { ($0["software"] as? [String: Any])?["name"] as? String }
            #expect(tools.contains("Cobalt Strike"))
        case "from-one-certificate.md":
            let related = try Program.records(try stage.text("related.ndjson"))
            let places = related.filter { $0.text("type") == "result" }.compactMap {
                ($0["endpoints"] as? [[String: Any]])?.first?["endpoint"] as? String
            }
            #expect(places.contains("127.31.0.3:\(stage.lab.port)"))
            #expect(try stage.text("bad.html").contains("127.31.0.3:\(stage.lab.port)"))
        case "zeek-logs.md":
            let leads = try Program.records(try stage.text("leads.ndjson"))
            #expect(leads.compactMap { $0.text("server.ip") } == ["127.30.0.19"])
            #expect(try !stage.text("leads.ndjson").contains("192.0.2.1"))
            #expect(try stage.text("assessed.ndjson").contains("192.0.2.1"))
            let pivots = try Program.records(try stage.text("pivots.ndjson"))
            #expect(Set(pivots.compactMap { $0.text("client") }) == ["192.0.2.1"])
        case "not-ordered.md":
            let records = try Program.records(try stage.text("ct.ndjson"))
            let names = records.compactMap {
                ($0["hallmark.findings"] as? [[String: Any]])?.first?["name"] as? String
            }
            #expect(names == ["unexpected_issuer", "unexpected_issuer", "lookalike"])
            #expect(try schemaErrors(try stage.text("ct.ndjson")) == "")
            // The certificate and its key; not who issued it, who stands behind it in the file.
            #expect(try stage.text("ct.state.authorized").split(separator: "\n").count == 2)
        case "certificate-at-a-strangers-address.md":
            let found = try Program.records(try stage.text("found.ndjson"))
            let elsewhere = found.filter {
                ($0["hallmark.findings"] as? [[String: Any]])?.first?["name"] as? String
                    == "certificate_elsewhere"
            }
            #expect(!elsewhere.isEmpty)
        case "trusted-roots.md":
            let findings = try Program.records(try stage.text("findings.ndjson"))
            let roots = findings.compactMap { $0.text("hallmark.root.subject") }
            #expect(Set(roots) == ["CN=Added Root"])
            #expect(try stage.text("ours.txt").count == 65)
        default:
            let proof = try #require(Program.records(try stage.text("proof.ndjson")).first)
            #expect(proof.text("hallmark.proof") == "proven")
            #expect(proof.text("tls.server.hash.sha256")?.lowercased() == (try stage.lab.digest("shop")))
        }
    }
}
