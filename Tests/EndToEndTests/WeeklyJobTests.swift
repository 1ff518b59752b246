import Foundation
import TestSupport
import Testing

/// The weekly job that is shipped as an example.
@Suite struct WeeklyJobTests {
    private static let folder = projectFolder + "/Packaging/weekly"

    /// A folder with a configuration, and a mail program that keeps what it is given.
    private static func scratch(_ targets: String) throws -> Scratch {
        let scratch = Scratch()
        for name in ["config", "state"] {
            try FileManager.default.createDirectory(
                atPath: scratch.file(name),
                withIntermediateDirectories: true
            )
        }
        try scratch.write("config/targets.txt", targets)
        let mail = try scratch.write("mail", "#!/bin/sh\n{ echo \"$@\"; cat; } > \"$STATE/mailed\"\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: mail)
        return scratch
    }

    private static func run(_ scratch: Scratch, webhook: String = "") throws -> CommandResult {
        let words = [
            "HALLMARK=\(programPath)", "CONFIG=\(scratch.file("config"))", "STATE=\(scratch.file("state"))",
            "MAIL=\(scratch.file("mail"))", "MAIL_TO=\(webhook.isEmpty ? "soc@example.org" : "")",
            "WEBHOOK=\(webhook)", folder + "/hallmark-weekly.sh",
        ]
        return try TestSupport.run("/usr/bin/env", words)
    }

    private static func mailed(_ scratch: Scratch) -> String? {
        try? String(contentsOfFile: scratch.file("state/mailed"), encoding: .utf8)
    }

    @Test func leadsAreMailedUntilTheyAreDismissed() throws {
        let subject =
            "/C=US/ST=Cyberspace/L=Somewhere/O=cobaltstrike/OU=AdvancedPenTesting/CN=Major Cobalt Strike"
        let server = try Nginx.start(
            try TestCertificate(subject: subject, extra: ["-set_serial", "0x08BB00EE"])
        )
        let scratch = try Self.scratch("127.0.0.1:\(server.port)\n")
        let first = try Self.run(scratch)
        #expect(first.status == 3, "\(first.text) \(first.errors)")
        let mail = try #require(Self.mailed(scratch))
        #expect(mail.hasPrefix("-s hallmark: leads in the weekly sweep of "), "\(mail.prefix(200))")
        #expect(mail.contains("Cobalt Strike") && mail.contains("soc@example.org"))
        let files = try FileManager.default.contentsOfDirectory(atPath: scratch.file("state"))
        let sweep = try #require(files.first { $0.hasPrefix("sweep-") })
        #expect(files.contains { $0.hasPrefix("report-") && $0.hasSuffix(".html") })

        let decided = try Program.run([
            "decide", "127.0.0.1:\(server.port)", "dismiss", "--because", "ours", "--records",
            scratch.file("state/" + sweep), "--decisions", scratch.file("config/decisions.ndjson"),
        ])
        #expect(decided.status == 0, "\(decided.errors)")
        try FileManager.default.removeItem(atPath: scratch.file("state/mailed"))
        let second = try Self.run(scratch)
        #expect(second.status == 0 && Self.mailed(scratch) == nil, "\(second.text) \(second.errors)")
    }

    @Test func aSweepThatFailsIsMailed() throws {
        let scratch = try Self.scratch("not a target at all\n")
        let result = try Self.run(scratch)
        #expect(result.status != 0 && result.status != 3)
        let mail = try #require(Self.mailed(scratch))
        #expect(mail.contains("could not do all of its work"))
        #expect(mail.contains("There is no report:\n") && mail.contains("sweep-"), "\(mail)")
    }

    /// A server of Python's own that keeps what is posted to `/hook`, and refuses all else.
    private static let hook = """
        import http.server, sys
        class Hook(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers['Content-Length']))
                if self.path == '/hook':
                    open(sys.argv[2], 'ab').write(self.headers['Content-Type'].encode() + b' ' + body)
                self.send_response(200 if self.path == '/hook' else 404)
                self.end_headers()
            def log_message(self, *words):
                pass
        http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Hook).serve_forever()
        """

    @Test func aWebhookIsTold() throws {
        let scratch = try Self.scratch("not a target at all\n")
        let server = try ServerProcess("python3", scratch: scratch) { port, scratch in
            ["-c", Self.hook, "\(port)", scratch.file("hooked")]
        }
        let result = try Self.run(scratch, webhook: "http://127.0.0.1:\(server.port)/hook")
        #expect(result.status != 0 && Self.mailed(scratch) == nil)
        let told = try String(contentsOfFile: scratch.file("hooked"), encoding: .utf8)
        #expect(told.hasPrefix("application/json {"), "\(told)")
        let body = try JSONSerialization.jsonObject(
            with: Data(told.dropFirst("application/json ".count).utf8)
        )
        let text = try #require((body as? [String: String])?["text"])
        #expect(text.contains("could not do all of its work") && text.contains(": no report on "), "\(text)")
        // A hook that takes nothing is said, and is no success.
        let refused = try Self.run(scratch, webhook: "http://127.0.0.1:\(server.port)/none")
        #expect(refused.status == 1 && refused.errors.contains("404"), "\(refused.errors)")
    }

    @Test func theUnitsAndTheCronLineAreWellFormed() throws {
        let scratch = Scratch()
        let paths = try ["service", "timer"].map { kind in
            // systemd looks for the program, which an installation has elsewhere.
            let text = try String(contentsOfFile: Self.folder + "/hallmark-weekly.\(kind)", encoding: .utf8)
                .replacing("/usr/local/bin/", with: Self.folder + "/")
            return try scratch.write("hallmark-weekly.\(kind)", text)
        }
        let verified = try TestSupport.run("/usr/bin/systemd-analyze", ["verify", "--man=no"] + paths)
        #expect(verified.status == 0 && verified.errors.isEmpty, "\(verified.text) \(verified.errors)")
        let shell = try TestSupport.run("/bin/sh", ["-n", Self.folder + "/hallmark-weekly.sh"])
        #expect(shell.status == 0, "\(shell.errors)")
        let cron = try String(contentsOfFile: Self.folder + "/hallmark-weekly.cron", encoding: .utf8)
        let lines = cron.split(separator: "\n").filter { !$0.hasPrefix("#") && !$0.contains(/^[A-Z]+=/) }
        let fields = try #require(lines.first).split(separator: " ", maxSplits: 6).map(String.init)
        // Minute, hour, day, month, weekday, user, command (crontab(5)).
        #expect(lines.count == 1 && fields.count == 7 && fields[..<5] == ["0", "5", "*", "*", "1"])
        #expect(fields[5] == "hallmark" && fields[6].contains("MAIL_TO="))
    }
}
