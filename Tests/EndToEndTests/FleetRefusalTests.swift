import Foundation
import TestSupport
import Testing

/// What a fleet does not do, whoever asks for it.
@Suite struct FleetRefusalTests {
    /// What is not signed by a trusted key, was changed, or goes where the worker does not: nothing is
    /// scanned.
    @Test func jobsThatNobodyAnswersForAreRefused() throws {
        let lab = try FleetLab()
        let other = Scratch()
        try check("openssl", ["genpkey", "-algorithm", "ed25519", "-out", other.file("job.key")])
        let stranger = try Program.run(
            ["fleet", "submit", "--key", other.file("job.key")] + lab.place("submit")
                + lab.sweep("127.9.0.0/28")
        )
        #expect(stranger.status == 0, "\(stranger.errors)")
        let foreign = stranger.text.trimmingCharacters(in: .whitespacesAndNewlines)
        let scope = try lab.scratch.write(
            "scope.yaml",
            "name: lab\nauthorization: ours\ninclude: [127.9.0.0/28]\nports: [\(lab.server.port)]\n"
        )
        let changed = try lab.submit(["--", "--scope", scope, "--no-signatures"])
        let special = try lab.submit(lab.sweep("127.9.1.0/28"))
        try lab.change(changed)
        let records = lab.scratch.file("records")
        let collector = try lab.start(["collect", "--into", records])
        let worker = try lab.start(["work", "--trusted-key", lab.scratch.file("job.pub"), "--name", "strict"])
        var refused: [String: String] = [:]
        #expect(
            eventually {
                let result = try? Program.run(["fleet", "status", "--format", "ndjson"] + lab.place("watch"))
                let workers = try? Program.records(result?.text ?? "").filter { $0.text("type") == "worker" }
                refused = workers?.first?["refused"] as? [String: String] ?? [:]
                return refused.count == 3
            }
        )
        #expect(refused[foreign]?.contains("not trusted here") == true, "\(refused)")
        #expect(refused[changed]?.contains("was changed") == true, "\(refused)")
        #expect(refused[special]?.contains("--allow-special") == true, "\(refused)")
        let table = try Program.run(["fleet", "status"] + lab.place("watch"))
        #expect(table.text.contains("refused") && !table.text.contains("nobody works"), "\(table.text)")
        kill(-collector.group, SIGTERM)
        #expect(eventually { hasEnded(collector) })
        #expect(try lab.endpoints(in: records).isEmpty)
        // Who was given work and did none of it does not end as if all were well.
        kill(-worker.group, SIGTERM)
        #expect(eventually { worker.exitCode == 1 }, "\(worker.log)")
        #expect(worker.log.contains("3 jobs refused"), "\(worker.log)")
    }

    /// What one worker gives back, another one is given.
    @Test func aShardThatIsRefusedHereIsScannedThere() throws {
        let lab = try FleetLab()
        let job = try lab.submit(["--shard-size", "8"] + lab.sweep("127.9.0.0/28"))
        // Shards that it gives back come to it again every half a minute, and are no work.
        let idle = try lab.start(
            ["work", "--trusted-key", lab.scratch.file("job.pub"), "--name", "strict", "--until-idle", "35"]
        )
        #expect(eventually { idle.exitCode == 1 }, "\(idle.log)")
        #expect(idle.log.contains("--allow-special"), "\(idle.log)")
        let worker = try lab.worker("one")
        let records = lab.scratch.file("records")
        let collector = try lab.start(["collect", "--into", records, "--until-done"])
        // The first comes again after half a minute.
        #expect(eventually { hasEnded(collector) })
        #expect(try Set(lab.endpoints(in: records)).count == 16)
        #expect(try lab.status(job)?["records"] as? Int == 16)
        withExtendedLifetime(worker) {}
    }

    /// A name is asked for by the worker alone, and may lead inside: such an address is refused like one that
    /// is named, and has its record.
    @Test func namesLeadNowhereThatAddressesMayNot() throws {
        let lab = try FleetLab()
        let job = try lab.submit(["--", "localhost:\(lab.server.port)", "--no-signatures", "--no-ipv6"])
        let records = lab.scratch.file("records")
        let strict = try lab.start(["work", "--trusted-key", lab.scratch.file("job.pub"), "--name", "strict"])
        let collector = try lab.start(["collect", "--into", records, "--until-done"])
        #expect(eventually { hasEnded(collector) })
        let record = try #require(try lab.records(in: records).first)
        #expect(record.text("error.code") == "excluded", "\(record.object)")
        #expect(record.text("error.message")?.contains("--allow-special") == true, "\(record.object)")
        #expect(try lab.status(job)?["lost"] as? Int == 0)
        kill(-strict.group, SIGTERM)
        #expect(eventually { hasEnded(strict) })
        // Whoever may go there does.
        let worker = try lab.worker("one")
        let second = try lab.submit(["--", "localhost:\(lab.server.port)", "--no-signatures", "--no-ipv6"])
        let others = lab.scratch.file("others")
        let next = try lab.start(["collect", "--into", others, "--until-done"])
        #expect(eventually { hasEnded(next) })
        #expect(try lab.records(in: others).contains { $0.text("error.code") == nil }, "\(second)")
        withExtendedLifetime(worker) {}
    }

    /// What is secret in a job stands in no argument that everybody on a machine can read; and the scan of a
    /// worker that stands still ends, before its part of the rate can go to somebody else.
    @Test func aScanHearsOfItsWorkerAlone() throws {
        let lab = try FleetLab()
        _ = try lab.submit(
            ["--slices", "1"]
                + lab.sweep("127.9.0.0/20", ["--rate", "20", "--header", "Authorization: the secret"])
        )
        let worker = try lab.worker("one")
        var scan: pid_t?
        #expect(
            eventually {
                scan = Self.children(of: worker.group).first
                return scan != nil
            }
        )
        let child = try #require(scan)
        let words = try String(
            decoding: Data(contentsOf: URL(fileURLWithPath: "/proc/\(child)/cmdline")),
            as: UTF8.self
        )
        #expect(words.contains("--shard=1/") && !words.contains("secret"), "\(words)")
        kill(worker.group, SIGSTOP)
        let start = ContinuousClock.now
        #expect(eventually { kill(child, 0) != 0 || Self.state(of: child) == "Z" })
        // Its part of the rate was renewed five seconds before at most, and is free 30 seconds after that.
        #expect(.now - start < .seconds(25), "it went on for \(.now - start)")
        kill(worker.group, SIGCONT)
        // It scans the shard anew.
        #expect(eventually { Self.children(of: worker.group).contains { $0 != child } })
    }

    private static func state(of process: pid_t) -> String {
        let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        return String(text.drop { $0 != ")" }.dropFirst(2).prefix(1))
    }

    private static func children(of process: pid_t) -> [pid_t] {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
        return tasks.flatMap { task in
            ((try? String(contentsOfFile: "/proc/\(process)/task/\(task)/children", encoding: .utf8)) ?? "")
                .split(separator: " ").compactMap { pid_t($0) }
        }
    }

    @Test func aJobIsTakenBack() throws {
        let lab = try FleetLab()
        let job = try lab.submit(
            ["--shard-size", "16", "--slices", "1"] + lab.sweep("127.9.0.0/20", ["--rate", "20"])
        )
        let records = lab.scratch.file("records")
        let collector = try lab.start(["collect", "--into", records])
        let worker = try lab.worker("one")
        #expect(eventually { (try? lab.status(job))?["records"] as? Int ?? 0 >= 16 })
        let result = try Program.run(["fleet", "cancel", job] + lab.place("submit"))
        #expect(result.status == 0, "\(result.errors)")
        #expect(eventually { (try? lab.status(job))?["cancelled"] as? Bool == true })
        // Nobody is at it any more.
        #expect(
            eventually {
                let result = try? Program.run(["fleet", "status", "--format", "ndjson"] + lab.place("watch"))
                let lines = (try? Program.records(result?.text ?? "")) ?? []
                return lines.contains {
                    $0.text("type") == "worker" && ($0["shards"] as? [String])?.isEmpty == true
                }
            }
        )
        #expect(try #require(try lab.status(job))["records"] as? Int ?? 0 < 4096)
        withExtendedLifetime((collector, worker)) {}
    }

    @Test func whatAJobMayNotHaveIsRefusedByName() throws {
        let scratch = Scratch()
        try check("openssl", ["genpkey", "-algorithm", "ed25519", "-out", scratch.file("job.key")])
        for (words, reason) in [
            (["192.0.2.1", "--output", "x"], "--output does not travel with a job"),
            (["192.0.2.1", "--proxy", "socks5://127.0.0.1:1"], "hallmark fleet work"),
            (["-"], "standard input"), (["--probe", "full"], "no target is named"),
        ] {
            let result = try Program.run(["fleet", "submit", "--key", scratch.file("job.key"), "--"] + words)
            #expect(
                result.status == 64 && result.errors.contains(reason),
                "\(words): \(result.status) \(result.errors)"
            )
        }
        let secret = try Program.run(["fleet", "status", "--server", "nats://me:secret@127.0.0.1"])
        #expect(secret.status == 64 && secret.errors.contains("--login"), "\(secret.errors)")
        let odd = try Program.run(["fleet", "submit", "--key", scratch.file("none.key"), "--", "192.0.2.1"])
        #expect(odd.status == 1 && odd.errors.contains("none.key"), "\(odd.status) \(odd.errors)")
    }
}

extension FleetLab {
    /// Changes a job in the store, as somebody could who can write there and has no key: a byte of it, so
    /// that its signature is another's.
    func change(_ job: String) throws {
        let socket = try ClientSocket(port: broker.port)
        func ask(_ line: String, until: String) -> String {
            socket.send(Array(line.utf8))
            var text = ""
            while !text.contains(until) {
                let bytes = socket.receive()
                guard !bytes.isEmpty else { break }
                text += String(decoding: bytes, as: UTF8.self)
            }
            return text
        }
        _ = ask("CONNECT {\"verbose\":false}\r\nPING\r\n", until: "PONG\r\n")
        let question = "{\"last_by_subj\":\"$KV.HALLMARK_JOBS.\(job)\"}"
        let answer = ask(
            "SUB inbox 1\r\nPUB $JS.API.STREAM.MSG.GET.KV_HALLMARK_JOBS inbox \(question.utf8.count)\r\n\(question)\r\n",
            until: "}}\r\n"
        )
        let start = try #require(answer.range(of: "\"data\":\"")?.upperBound)
        let text = answer[start...].prefix { $0 != "\"" }
        let signed = String(decoding: try #require(Data(base64Encoded: String(text))), as: UTF8.self)
        // The scope file travels as base64: one more address, and the digest that belongs to it.
        let other = signed.replacing("\"endpoints\":", with: "\"endpoints\":1")
        try #require(other != signed)
        let bytes = Array(other.utf8)
        _ = ask("PUB $KV.HALLMARK_JOBS.\(job) \(bytes.count)\r\n\(other)\r\nPING\r\n", until: "PONG\r\n")
    }
}
