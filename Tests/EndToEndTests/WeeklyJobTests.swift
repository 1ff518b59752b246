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
        let mail = try scratch.write("mail", "#!/bin/sh\n{ echo \"$@\"; cat; } > \"${0}ed\"\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: mail)
        return scratch
    }

    private static func run(
        _ scratch: Scratch,
        webhook: String = "",
        program: String = programPath,
        settings: [String] = []
    ) throws -> CommandResult {
        let words = [
            "HALLMARK=\(program)", "CONFIG=\(scratch.file("config"))", "STATE=\(scratch.file("state"))",
            "MAIL=\(scratch.file("mail"))", "MAIL_TO=\(webhook.isEmpty ? "soc@example.org" : "")",
            "WEBHOOK=\(webhook)",
        ]
        return try TestSupport.run("/usr/bin/env", words + settings + [folder + "/hallmark-weekly.sh"])
    }

    private static func mailed(_ scratch: Scratch) -> String? {
        try? String(contentsOfFile: scratch.file("mailed"), encoding: .utf8)
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
        try FileManager.default.removeItem(atPath: scratch.file("mailed"))
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

    /// What was put into the configuration and can't be read would judge the sweep.
    @Test(arguments: ["scope.yaml", "decisions.ndjson", "inventory.csv"])
    func aConfigurationThatLeadsNowhereIsSaid(_ name: String) throws {
        let link = try Self.scratch("127.0.0.1:1\n")
        try FileManager.default.createSymbolicLink(
            atPath: link.file("config/" + name),
            withDestinationPath: "/nowhere/at/all"
        )
        let folder = try Self.scratch("127.0.0.1:1\n")
        try FileManager.default.createDirectory(
            atPath: folder.file("config/" + name),
            withIntermediateDirectories: true
        )
        for scratch in [link, folder] {
            let result = try Self.run(scratch)
            #expect(result.status == 1 || result.status == 64, "\(result.status) \(result.errors)")
            #expect(result.errors.contains(name), "\(result.errors)")
            #expect(Self.mailed(scratch)?.contains("could not do all of its work") == true)
        }
    }

    /// A program in the place of hallmark that writes down what it was asked for, and ends with a code.
    private static func stub(_ scratch: Scratch, _ code: Int) throws -> String {
        let path = try scratch.write("stub", "#!/bin/sh\necho \"$@\" >> \"${0}-calls\"\nexit \(code)\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    private static func calls(_ scratch: Scratch) -> String {
        (try? String(contentsOfFile: scratch.file("stub-calls"), encoding: .utf8)) ?? ""
    }

    @Test func anEmptySweepIsNoBaseline() throws {
        let scratch = try Self.scratch("127.0.0.1:1\n")
        try scratch.write("state/sweep-2000-01-01.ndjson", "{}\n")
        try scratch.write("state/sweep-2000-01-08.ndjson", "")
        let result = try Self.run(scratch, program: Self.stub(scratch, 0))
        #expect(result.status == 0, "\(result.errors)")
        #expect(
            Self.calls(scratch).contains("--baseline ./sweep-2000-01-01.ndjson"),
            "\(Self.calls(scratch))"
        )
    }

    private static func files(_ scratch: Scratch, _ start: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: scratch.file("state")).filter {
            $0.hasPrefix(start)
        }
    }

    /// Each run keeps its own, and compares with the one before it.
    @Test func threeRunsOfADayKeepAllThree() throws {
        let scratch = try Self.scratch("127.0.0.1:1\n")
        let program = try scratch.write(
            "stub",
            """
            #!/bin/sh
            echo "$@" >> "${0}-calls"
            output=
            for word; do
                case $last in --output | --summary) echo "$$" > "$word" ;; esac
                last=$word
            done

            """
        )
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        for _ in 0..<3 {
            let result = try Self.run(scratch, program: program)
            #expect(result.status == 0, "\(result.errors)")
        }
        for start in ["sweep-", "summary-", "report-"] {
            let files = try Self.files(scratch, start)
            let texts = try Set(
                files.map { try String(contentsOfFile: scratch.file("state/" + $0), encoding: .utf8) }
            )
            #expect(files.count == 3 && texts.count == 3, "\(files) \(texts)")
        }
        let sweeps = try Self.files(scratch, "sweep-").sorted()
        for sweep in sweeps.dropLast() {
            #expect(Self.calls(scratch).contains("--baseline ./\(sweep)"), "\(Self.calls(scratch))")
        }
    }

    @Test func aSecondRunAtOnceEndsAndSaysSo() throws {
        let scratch = try Self.scratch("127.0.0.1:1\n")
        let stub = try Self.stub(scratch, 0)
        let second = try TestSupport.run(
            "/usr/bin/flock",
            [
                scratch.file("state/lock"), "/usr/bin/env", "HALLMARK=\(stub)",
                "CONFIG=\(scratch.file("config"))", "STATE=\(scratch.file("state"))",
                "MAIL=\(scratch.file("mail"))", "MAIL_TO=soc@example.org",
                Self.folder + "/hallmark-weekly.sh",
            ]
        )
        #expect(second.status == 1 && second.errors.contains("another run is at work"), "\(second.errors)")
        #expect(Self.calls(scratch) == "" && Self.mailed(scratch)?.contains("another run") == true)
        #expect(try Self.run(scratch, program: stub).status == 0)
    }

    /// Who can tell nobody does not begin, and says why to whom it can.
    @Test func toolsAreLookedForBeforeTheSweep() throws {
        let scratch = try Self.scratch("127.0.0.1:1\n")
        let stub = try Self.stub(scratch, 3)
        let tools = scratch.file("tools")
        try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: true)
        for tool in ["sh", "date", "find", "sort", "tail", "cat", "curl", "uname", "env", "flock", "sleep"] {
            let path = ["/usr/bin/", "/bin/"].map { $0 + tool }.first {
                FileManager.default.fileExists(atPath: $0)
            }
            try FileManager.default.createSymbolicLink(
                atPath: tools + "/" + tool,
                withDestinationPath: try #require(path)
            )
        }
        let path = ["PATH=\(tools)"]
        let webhook = "http://127.0.0.1:1/hook"
        let silent = try Self.run(scratch, webhook: webhook, program: stub, settings: path)
        #expect(silent.status == 1 && silent.errors.contains("no program jq"), "\(silent.errors)")
        #expect(Self.calls(scratch) == "")
        let mail = ["MAIL_TO=soc@example.org"]
        let told = try Self.run(scratch, webhook: webhook, program: stub, settings: path + mail)
        #expect(told.status == 1 && Self.mailed(scratch)?.contains("no program jq") == true, "\(told.errors)")
        let gone = try Self.run(scratch, program: scratch.file("gone"))
        #expect(gone.status == 1 && Self.mailed(scratch)?.contains("could not begin") == true)
    }

    @Test func aStateThatIsNotThereIsMailed() throws {
        let scratch = try Self.scratch("127.0.0.1:1\n")
        let state = scratch.file("gone")
        let result = try Self.run(scratch, settings: ["STATE=\(state)"])
        #expect(result.status == 1 && result.errors.contains(state), "\(result.errors)")
        #expect(Self.mailed(scratch)?.contains(state) == true)
    }

    /// What another run of the day left is not this one's.
    @Test func noReportOfAnotherRunIsNamed() throws {
        let scratch = try Self.scratch("not a target at all\n")
        let server = try ServerProcess("python3", scratch: scratch) { port, scratch in
            ["-c", Self.hook, "\(port)", scratch.file("hooked")]
        }
        let day = try TestSupport.run("date", ["-u", "+%Y-%m-%d"]).text.trimmingCharacters(in: .newlines)
        // Midnight may come between.
        let next = try TestSupport.run("date", ["-u", "-d", "tomorrow", "+%Y-%m-%d"]).text
            .trimmingCharacters(in: .newlines)
        for day in [day, next] {
            try scratch.write("state/report-\(day).html", "<p>another run's</p>")
            try scratch.write("state/sweep-\(day).ndjson", "{}\n")
        }
        _ = try Self.run(scratch, webhook: "http://127.0.0.1:\(server.port)/hook")
        let told = try String(contentsOfFile: scratch.file("hooked"), encoding: .utf8)
        #expect(told.contains(": no report on "), "\(told)")
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

    /// That there are leads is said, whatever becomes of the report.
    @Test func leadsAreMailedWhereOnlyTheReportFails() throws {
        let scratch = try Self.scratch("127.0.0.1:1\n")
        let path = try scratch.write(
            "stub",
            "#!/bin/sh\n[ \"$1\" = report ] && { echo 'no room for it' >&2; exit 1; }\nexit 3\n"
        )
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        let result = try Self.run(scratch, program: path)
        #expect(result.status == 1, "\(result.errors)")
        let mail = try #require(Self.mailed(scratch))
        #expect(mail.hasPrefix("-s hallmark: leads in the weekly sweep of "), "\(mail)")
        #expect(mail.contains("could not do all of its work") && mail.contains("no room for it"), "\(mail)")
    }
}
