import Foundation
import TestSupport
import Testing

/// What a watch is given that it can't or must not use: said, and nothing lost.
@Suite(.enabled(if: !PythonPackages.isOffline)) struct WatchFilesTests {
    private func logs(_ more: String = "") throws -> CTLogs {
        try CTLogs("[{\"name\": \"a\", \"kind\": \"rfc6962\", \"entries\": 20\(more)}]")
    }

    /// Cutting a short file to a longer length would fill it with bytes that are no records.
    @Test func anOutputThatWasMovedOrCutIsRefused() throws {
        let logs = try logs()
        let (output, moved) = (logs.scratch.file("ct.ndjson"), logs.scratch.file("ct.ndjson.1"))
        let arguments = ["--all", "-o", output, "--state", logs.scratch.file("ct.state")]
        #expect(try logs.watch(arguments).status == 0)
        let whole = try Data(contentsOf: URL(fileURLWithPath: output))
        try FileManager.default.moveItem(atPath: output, toPath: moved)
        for rest in [Data(), whole.prefix(whole.count - 1)] {
            try rest.write(to: URL(fileURLWithPath: output))
            let result = try logs.watch(arguments)
            #expect(result.status == 1 && result.errors.contains("moved or cut"), "\(result.errors)")
            #expect(try Data(contentsOf: URL(fileURLWithPath: output)) == rest)
        }
        try whole.write(to: URL(fileURLWithPath: output))
        #expect(try logs.watch(arguments).status == 0)
    }

    @Test(arguments: ["", ".met", ".authorized"])
    func theOutputIsNoneOfTheStatesFiles(_ end: String) throws {
        let logs = try logs()
        let state = logs.scratch.file("ct.state")
        let result = try logs.watch(["--all", "--state", state, "-o", logs.scratch.file("./ct.state" + end)])
        #expect(result.status == 64 && result.errors.contains("different files"), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: state))
    }

    @Test func twoWatchesDoNotShareAState() throws {
        let logs = try logs()
        let state = logs.scratch.file("ct.state")
        let common = ["ct", "watch", "--log-list", logs.list, "--no-signatures", "--from-start", "--all"]
        let script = """
            cd '\(logs.scratch.path)'
            '\(programPath)' \(common.joined(separator: " ")) --interval 60 --state ct.state > first 2> err < /dev/null & first=$!
            until [ -s ct.state ]; do sleep 0.1; done
            '\(programPath)' \(common.joined(separator: " ")) --until-head --state ct.state > second 2>&1
            echo $?
            cat second
            kill -TERM $first; wait $first
            """
        let result = try TestSupport.run("bash", ["-c", script], environment: ["NO_COLOR": "1"])
        #expect(
            result.text.hasPrefix("1\n") && result.text.contains("another run is using this state"),
            "\(result.text)"
        )
        #expect(try logs.watch(["--all", "--state", state]).status == 0)
    }

    /// A head of the future would make all later ones old ones of a cache.
    @Test(arguments: ["rfc6962", "static"]) func aHeadOfTheFutureIsNotBelieved(_ kind: String) throws {
        let logs = try CTLogs("[{\"name\": \"a\", \"kind\": \"\(kind)\", \"entries\": 20}]")
        let arguments = ["--all", "-o", logs.scratch.file("out"), "--state", logs.scratch.file("state")]
        try logs.control("a", "ahead=315360000000")
        #expect(try logs.watch(arguments).status == 1)
        try logs.control("a", "ahead=0")
        #expect(try logs.watch(arguments).status == 0)
        try logs.control("a", "shrink=true")
        #expect(try logs.watch(arguments).status == 1)
        let lines = try CTLogs.objects(String(contentsOfFile: logs.scratch.file("out"), encoding: .utf8))
        #expect(
            lines.flatMap(\.findings).filter { $0.hasPrefix("log_") } == ["log_future_head", "log_shrank"]
        )
    }

    @Test func whatIsNotThereIsSaid() throws {
        let logs = try logs()
        for name in ["nmaes.yaml", "names.yml", "lists/names"] {
            let result = try logs.watch(["--watch", name])
            #expect(result.status == 1 && result.errors.contains("no such file"), "\(result.errors)")
        }
        let wide = try logs.watch(["--watch", "com"])
        #expect(wide.status == 0 && wide.errors.contains("public suffix"), "\(wide.errors)")
        #expect(try logs.watch(["--watch", "a.test", "--allow", ""]).status == 64)
        for (from, to) in [("99", "100"), ("10", "100")] {
            let result = try logs.run([
                "backfill", "--log-list", logs.list, "--from", from, "--to", to, "--all", "--no-signatures",
            ])
            #expect(result.status == 1 && result.errors.contains("has 40 entries"), "\(result.errors)")
        }
        for text in ["{}", "{\"operators\":[]}", "{\"event\":{\"dataset\":\"hallmark.ct\"}}"] {
            let path = try logs.scratch.write("none.ndjson", text + "\n")
            let result = try logs.run(["verify", path, "--log-list", logs.list])
            #expect(
                result.status == 1 && result.errors.contains("no record with a certificate"),
                "\(result.errors)"
            )
        }
    }

    /// Letters that nobody sees, and a whole name before a dash.
    @Test func tricksInNamesAreSeenThrough() throws {
        let names = [
            "norv\\u200bexa.test", "nor\\u202evexa.test", "norvexa.test-secure.net",
            "www.norvexa.test-login.example",
        ]
        let listed = names.enumerated().map { "\"\($0)\": [\"\($1)\"]" }.joined(separator: ", ")
        let logs = try CTLogs(
            "[{\"name\": \"a\", \"kind\": \"rfc6962\", \"entries\": 5, \"names\": {\(listed)}}]"
        )
        let result = try logs.watch(["--watch", "norvexa.test"])
        #expect(result.status == 0, "\(result.errors)")
        let found = try CTLogs.objects(result.text).map { $0.findings }
        #expect(
            found == [["unknown_certificate"], ["unknown_certificate"], ["lookalike"], ["lookalike"]],
            "\(result.text)"
        )
    }

    /// Another file of the same length is not what the state was written with.
    @Test(arguments: ["ct.ndjson", "ct.state.met"])
    func aFileThatWasReplacedIsRefused(_ name: String) throws {
        let logs = try logs()
        let output = logs.scratch.file("ct.ndjson")
        let arguments = ["--all", "-o", output, "--state", logs.scratch.file("ct.state")]
        #expect(try logs.watch(arguments).status == 0)
        let whole = try Data(contentsOf: URL(fileURLWithPath: logs.scratch.file(name)))
        let other = Data(repeating: 0x20, count: whole.count)
        try other.write(to: URL(fileURLWithPath: logs.scratch.file(name)))
        let result = try logs.watch(arguments)
        #expect(result.status == 1 && result.errors.contains("is not "), "\(result.errors)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: logs.scratch.file(name))) == other)
        try whole.write(to: URL(fileURLWithPath: logs.scratch.file(name)))
        #expect(try logs.watch(arguments).status == 0)
    }

    /// A run that is refused makes no files.
    @Test func aRunThatIsRefusedLeavesNothingBehind() throws {
        let logs = try logs()
        let (output, state) = (logs.scratch.file("ct.ndjson"), logs.scratch.file("ct.state"))
        #expect(try logs.watch(["--all", "-o", output, "--state", state]).status == 0)
        let other = logs.scratch.file("other")
        let refused = try logs.watch(["--all", "-o", other, "--state", state])
        #expect(refused.status == 1 && refused.errors.contains("belongs to the output"), "\(refused.errors)")
        #expect(!FileManager.default.fileExists(atPath: other))
        try FileManager.default.removeItem(atPath: output)
        let missing = try logs.watch(["--all", "-o", output, "--state", state])
        #expect(missing.status == 1 && missing.errors.contains("is not there"), "\(missing.errors)")
        #expect(!FileManager.default.fileExists(atPath: output))
        let nothing = try logs.watch(["-o", other])
        #expect(nothing.status == 64 && !FileManager.default.fileExists(atPath: other), "\(nothing.errors)")
    }

    /// What a killed run has written and not noted is cut off by the run that reads it again, and by none
    /// that is refused.
    @Test func aRunThatIsRefusedCutsNothing() throws {
        let logs = try logs()
        let (output, state) = (logs.scratch.file("ct.ndjson"), logs.scratch.file("ct.state"))
        let arguments = ["--all", "-o", output, "--state", state]
        #expect(try logs.watch(arguments).status == 0)
        let files = [output, state + ".met"]
        let whole = try files.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
        let longer = whole.map { $0 + Data(repeating: 0x20, count: 64) }
        for (file, bytes) in zip(files, longer) { try bytes.write(to: URL(fileURLWithPath: file)) }
        let refused = try logs.run(
            ["backfill", "--log-list", logs.list, "--no-signatures", "--from", "5"] + arguments
        )
        #expect(refused.status == 1 && refused.errors.contains("name another state"), "\(refused.errors)")
        #expect(try files.map { try Data(contentsOf: URL(fileURLWithPath: $0)) } == longer)
        #expect(try logs.watch(arguments).status == 0)
        #expect(try files.map { try Data(contentsOf: URL(fileURLWithPath: $0)) } == whole)
    }

    /// What lies before a state's beginning is not read by wishing.
    @Test func aStateThatBeganAtTheHeadHasNoStart() throws {
        let logs = try logs()
        let arguments = [
            "watch", "--log-list", logs.list, "--no-signatures", "--all", "--until-head", "--state",
            logs.scratch.file("ct.state"),
        ]
        #expect(try logs.run(arguments).status == 0)
        let result = try logs.run(arguments + ["--from-start"])
        #expect(
            result.status == 1 && result.errors.contains("ct backfill --from 0 --to 40"),
            "\(result.errors)"
        )
        #expect(try logs.run(arguments).status == 0)
    }

    @Test func aLogThatIsNamedTwiceIsReadOnce() throws {
        let logs = try logs()
        let list = try String(contentsOfFile: logs.list, encoding: .utf8)
        let start = try #require(list.range(of: "\"operators\": [")?.upperBound)
        let operators = String(list[start...].dropLast(2))
        let twice = try logs.scratch.write("twice.json", list[..<start] + operators + ", " + operators + "]}")
        let result = try logs.run([
            "watch", "--log-list", twice, "--no-signatures", "--all", "--from-start", "--until-head",
        ])
        #expect(result.status == 0 && result.errors.contains("is read once"), "\(result.errors)")
        #expect(result.errors.contains("1 log, 40 entries"), "\(result.errors)")
    }

    /// As on a disk without room, in words of the system and with the file's name.
    @Test func aStateThatCantBeWrittenIsNamed() throws {
        let logs = try CTLogs("[{\"name\": \"a\", \"kind\": \"rfc6962\", \"entries\": 300}]")
        let script = """
            trap '' XFSZ; ulimit -f 4
            '\(programPath)' ct watch --log-list '\(logs.list)' --no-signatures --from-start --until-head --all \
              --rate 2000 --state '\(logs.scratch.file("ct.state"))' 2>&1 >/dev/null
            """
        let result = try TestSupport.run("bash", ["-c", script], environment: ["NO_COLOR": "1"])
        #expect(
            result.status == 1 && result.text.contains("ct.state.met: can't be written: "),
            "\(result.text)"
        )
        #expect(!result.text.contains("Domain"), "\(result.text)")
    }

    @Test func optionsThatWouldCountForNothingAreRefused() throws {
        let logs = try logs()
        for (more, word) in [
            (["--static"], "--static is of the --log"),
            (["--signatures", "/nodir"], "--no-signatures reads no rules"),
            (["--allow", "..."], "'...' is none"),
            (["--watch", "norvexa.test", "--allow", "com"], "public suffix"),
        ] {
            let result = try logs.watch(["--all"] + more)
            #expect(result.status == 64 && result.errors.contains(word), "\(result.errors)")
        }
        let chain = try String(contentsOfFile: logs.scratch.file("a-1.pem"), encoding: .utf8)
        let second = try #require(chain.range(of: "-----BEGIN", options: .backwards)?.lowerBound)
        let authority = try logs.scratch.write("ca.pem", String(chain[second...]))
        let result = try logs.run(["authorize", "--state", logs.scratch.file("s"), "--key", authority])
        #expect(result.status == 0 && result.errors.contains("nothing of what it issues"), "\(result.errors)")
    }

    /// No server shows a precertificate, so that nobody finds anything by its digests.
    @Test func digestsOfPrecertificatesAreNoIndicators() throws {
        let logs = try logs()
        let first = try logs.watch(["--all"]).text.split(separator: "\n").first
        let line = String(try #require(first))
        let lead =
            "\"hallmark\":{\"leads\":[{\"software\":{\"name\":\"Tool\"},\"confidence\":90,\"label\":\"high\",\"kinds\":[\"certificate\"]}],"
        let record = line.replacing("\"hallmark\":{", with: lead)
        let object = try #require(try CTLogs.objects(record).first)
        let digests = ["sha256", "sha1", "md5"].compactMap { object.at("tls.server.hash." + $0) as? String }
        #expect(digests.count == 3 && object.at("hallmark.ct.entry") as? String == "precertificate")
        let shown = record.replacing("\"entry\":\"precertificate\"", with: "\"entry\":\"certificate\"")
        #expect(shown != record)
        for format in ["stix", "misp", "suricata", "zeek"] {
            func exported(_ text: String) throws -> String {
                let file = try logs.scratch.write("lead.ndjson", text + "\n")
                return try TestSupport.run(programPath, ["export", "--to", format, file]).text
                    .replacing(":", with: "").uppercased()
            }
            let (none, some) = (try exported(record), try exported(shown))
            #expect(!digests.contains { none.contains($0) }, "\(none)")
            #expect(digests.contains { some.contains($0) }, "\(some)")
        }
        let corpus = logs.scratch.file("c.sqlite")
        let file = try logs.scratch.write("one.ndjson", line + "\n")
        #expect(try TestSupport.run(programPath, ["corpus", "add", "--corpus", corpus, file]).status == 0)
        let answer = try TestSupport.run(programPath, ["pivot", "--corpus", corpus, digests[0]])
        #expect(answer.text.contains("is a precertificate"), "\(answer.text) \(answer.errors)")
    }
}
