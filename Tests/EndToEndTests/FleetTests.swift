import Foundation
import TestSupport
import Testing

/// A fleet over a real nats-server.
@Suite struct FleetTests {
    /// A worker and the broker are killed in the middle, and every endpoint is stored once.
    @Test func nothingIsLostOrTwiceWhateverIsKilled() throws {
        let lab = try FleetLab()
        let job = try lab.submit(["--shard-size", "128", "--lease", "5"] + lab.sweep("127.9.0.0/21"))
        let records = lab.scratch.file("records")
        let collector = try lab.start(["collect", "--into", records, "--rotate-seconds", "2", "--until-done"])
        // Slow enough that the middle lasts.
        let slow = ["--", "--concurrency", "8"]
        var workers = try ["one", "two", "three"].map { try lab.worker($0, slow) }
        #expect(eventually { (try? lab.status(job))?["shards_done"] as? Int ?? 0 >= 2 })
        kill(-workers[1].group, SIGKILL)
        try lab.restartBroker()
        workers.append(try lab.worker("four"))
        #expect(eventually { hasEnded(collector) })
        let endpoints = try lab.endpoints(in: records)
        #expect(endpoints.count == 2048, "stored \(endpoints.count)")
        #expect(Set(endpoints).count == 2048, "distinct \(Set(endpoints).count)")
        let status = try #require(try lab.status(job))
        #expect(status["shards_done"] as? Int == 16 && status["records"] as? Int == 2048, "\(status)")
        try Self.checkLines(of: lab)
    }

    /// What status prints keeps to its schema, and Prometheus' own parser reads the other form.
    private static func checkLines(of lab: FleetLab) throws {
        let lines = try Program.run(["fleet", "status", "--format", "ndjson"] + lab.place("watch"))
        let path = try lab.scratch.write("status", lines.text)
        let tool = projectFolder + "/Tests/Tools/check_lines.py"
        let checked = try TestSupport.run(
            "/usr/bin/python3",
            ["-B", tool, projectFolder + "/Docs", "fleet=\(path)"]
        )
        #expect(checked.status == 0 && checked.errors.contains("fleet "), "\(checked.text) \(checked.errors)")
        let metrics = try Program.run(["fleet", "status", "--format", "prometheus"] + lab.place("watch"))
        let parser =
            "import sys; from prometheus_client.parser import text_string_to_metric_families as read; "
            + "print(sum(len(family.samples) for family in read(sys.stdin.read())))"
        let read = try TestSupport.run("/usr/bin/python3", ["-c", parser], input: metrics.output)
        #expect(
            read.status == 0 && Int(read.text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0 > 10,
            "\(read.errors)"
        )
        let table = try Program.run(["fleet", "status"] + lab.place("watch"))
        #expect(table.status == 0 && table.text.contains("2,048/2,048"), "\(table.text)")
    }

    /// With the configuration that is printed, over TLS, each role can do its work, and not another's.
    @Test func theConfigurationIsEnough() throws {
        let scratch = Scratch()
        let authority = try TestCertificate(
            subject: "/CN=localhost",
            extra: ["-addext", "subjectAltName=DNS:localhost"]
        )
        try FileManager.default.copyItem(atPath: authority.certificate, toPath: scratch.file("ca.pem"))
        let port = freePort()
        let folder = scratch.file("broker")
        let made = try Program.run([
            "fleet", "broker-config", folder, "--listen", "127.0.0.1:\(port)", "--store",
            scratch.file("streams"),
            "--cert", authority.certificate, "--key", authority.key,
        ])
        #expect(made.status == 0, "\(made.errors)")
        let lab = try FleetLab(configuration: folder, port: port)
        let worker = try lab.worker("one")
        let job = try lab.submit(
            ["--shard-size", "16", "--slices", "2"] + lab.sweep("127.9.0.0/26", ["--rate", "500"])
        )
        let collector = try lab.start(["collect", "--into", lab.scratch.file("records"), "--until-done"])
        #expect(eventually { hasEnded(collector) })
        #expect(try Set(lab.endpoints(in: lab.scratch.file("records"))).count == 64)
        #expect(eventually { (try? lab.status(job))?["records"] as? Int == 64 })
        for role in ["work", "watch"] {
            let other = try Program.run(
                ["fleet", "submit", "--key", lab.scratch.file("job.key")] + lab.place(role)
                    + lab.sweep("127.9.0.0/28")
            )
            #expect(other.status == 1, "\(role): \(other.text)")
            let cancelled = try Program.run(["fleet", "cancel", job] + lab.place(role))
            #expect(cancelled.status == 1, "\(role): \(cancelled.text)")
        }
        #expect(try lab.status(job)?["cancelled"] as? Bool == false)
        // Another authority's broker is not spoken to.
        let stranger = try TestCertificate(subject: "/CN=localhost")
        var place = lab.place("watch")
        place[3] = stranger.certificate
        let refused = try Program.run(["fleet", "status"] + place)
        #expect(refused.status == 1 && !refused.errors.isEmpty, "\(refused.errors)")
        // Nor one that is called otherwise.
        place = lab.place("watch")
        place[1] = "tls://127.0.0.1:\(port)"
        let misnamed = try Program.run(["fleet", "status"] + place)
        #expect(misnamed.status == 1, "\(misnamed.errors)")
        let seed = try String(contentsOfFile: folder + "/work.nk", encoding: .utf8)
        #expect(!made.text.contains(seed) && !made.errors.contains(seed))
        withExtendedLifetime(worker) {}
    }

    /// A collector that is killed goes on where it was.
    @Test func aCollectorGoesOn() throws {
        let lab = try FleetLab()
        let job = try lab.submit(["--shard-size", "64", "--lease", "5"] + lab.sweep("127.9.0.0/22"))
        let records = lab.scratch.file("records")
        let corpus = lab.scratch.file("corpus.sqlite")
        let first = try lab.start(["collect", "--into", records])
        let worker = try lab.worker("one", ["--", "--concurrency", "8"])
        #expect(eventually { (try? lab.status(job))?["records"] as? Int ?? 0 >= 100 })
        kill(-first.group, SIGKILL)
        #expect(eventually { hasEnded(first) })
        let second = try lab.start(["collect", "--into", records, "--corpus", corpus, "--until-done"])
        #expect(eventually { hasEnded(second) })
        let endpoints = try lab.endpoints(in: records)
        #expect(endpoints.count == 1024 && Set(endpoints).count == 1024, "stored \(endpoints.count)")
        let stats = try Program.run(["corpus", "stats", "--corpus", corpus, "--format", "ndjson"])
        #expect(stats.text.contains("1024"), "\(stats.text)")
        withExtendedLifetime(worker) {}
    }

    /// Every endpoint is looked at from each vantage point, and a worker takes the shards of its own.
    @Test func vantagePointsAreToldApart() throws {
        let lab = try FleetLab()
        let job = try lab.submit(["--shard-size", "16", "--vantage", "eu,us"] + lab.sweep("127.9.0.0/26"))
        let records = lab.scratch.file("records")
        let collector = try lab.start(["collect", "--into", records, "--until-done"])
        let eu = try lab.worker("here", ["--vantage", "eu"])
        #expect(eventually { (try? lab.status(job))?["records"] as? Int == 64 })
        let us = try lab.worker("there", ["--vantage", "us"])
        #expect(eventually { hasEnded(collector) })
        #expect(try Set(lab.endpoints(in: records + "/eu")).count == 64)
        #expect(try lab.endpoints(in: records + "/eu").count == 64)
        #expect(
            try lab.endpoints(in: records + "/us").sorted() == lab.endpoints(in: records + "/eu").sorted()
        )
        let compared = try Program.run([
            "compare", records + "/eu/records-000001.ndjson", "--baseline",
            records + "/us/records-000001.ndjson",
        ])
        #expect(compared.status == 0, "\(compared.text) \(compared.errors)")
        withExtendedLifetime((eu, us)) {}
    }

    /// A worker dies in the middle of a shard, of which records are stored: the next one scans all of it,
    /// and of each endpoint the first record counts.
    @Test func aShardThatIsScannedTwiceIsStoredOnce() throws {
        let lab = try FleetLab()
        let slow = ["--rate", "40", "--probe", "certificate"]
        let job = try lab.submit(
            ["--shard-size", "64", "--slices", "4", "--lease", "5"] + lab.sweep("127.9.0.0/26", slow)
        )
        let records = lab.scratch.file("records")
        let collector = try lab.start(["collect", "--into", records, "--until-done"])
        let first = try lab.worker("one")
        #expect(eventually { (try? lab.status(job))?["records"] as? Int ?? 0 >= 10 })
        kill(-first.group, SIGKILL)
        let second = try lab.worker("two")
        #expect(eventually { hasEnded(collector) })
        let endpoints = try lab.endpoints(in: records)
        #expect(endpoints.count == 64 && Set(endpoints).count == 64, "\(endpoints.count)")
        let status = try #require(try lab.status(job))
        #expect(status["records"] as? Int == 64 && status["repeated"] as? Int ?? 0 >= 10, "\(status)")
        withExtendedLifetime(second) {}
    }

    /// Every insert's answer is lost once, and the insert is made again: ClickHouse has each record once.
    @Test(.enabled(if: !PythonPackages.isOffline)) func filesGoOnToClickHouse() throws {
        let lab = try FleetLab()
        let tools = projectFolder + "/Tests/Tools"
        try check(
            "env",
            [
                "-C", tools, "python3", "-B", "-c",
                "import os, packages, run_sql; packages.install(os.path.join(os.path.dirname(packages.FOLDER), "
                    + "'python-clickhouse'), run_sql.PACKAGES['clickhouse'])",
            ]
        )
        let schema = try lab.scratch.write("schema.sql", Program.run(["warehouse", "schema"]).text)
        let store = try ServerProcess("python3") { port, _ in
            ["-B", tools + "/clickhouse_http.py", "\(port)", schema]
        }
        let login = try lab.scratch.write("login", "me:a secret\n")
        let job = try lab.submit(["--shard-size", "64"] + lab.sweep("127.9.0.0/24"))
        let worker = try lab.worker("one")
        let records = lab.scratch.file("records")
        let collector = try lab.start([
            "collect", "--into", records, "--clickhouse", "http://127.0.0.1:\(store.port)",
            "--clickhouse-login", login,
            "--rotate-bytes", "100000", "--remove-added", "--until-done",
        ])
        #expect(eventually { hasEnded(collector) })
        let query =
            "http://127.0.0.1:\(store.port)/?query="
            + "SELECT%20count(),uniqExact(server_ip),count(hallmark_scan_id)%20FROM%20hallmark"
        let counts = try TestSupport.run("curl", ["-s", query])
        #expect(counts.text == "256\t256\t256\n", "\(counts.text) \(collector.log)")
        #expect(try lab.endpoints(in: records).isEmpty)
        #expect(try lab.status(job)?["records"] as? Int == 256)
        withExtendedLifetime(worker) {}
    }

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
        let strict = try lab.start(["work", "--trusted-key", lab.scratch.file("job.pub"), "--name", "strict"])
        #expect(eventually { strict.log.contains("--allow-special") }, "\(strict.log)")
        kill(-strict.group, SIGTERM)
        #expect(eventually { hasEnded(strict) })
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

    /// A folder that is new has nothing of what is stored in another: that is said, and scanned again for who
    /// asks.
    @Test func whatIsStoredElsewhereIsScannedAgainOnRequest() throws {
        let lab = try FleetLab()
        let job = try lab.submit(["--shard-size", "8"] + lab.sweep("127.9.0.0/28"))
        let worker = try lab.worker("one")
        let first = try lab.start(["collect", "--into", lab.scratch.file("first"), "--until-done"])
        #expect(eventually { hasEnded(first) })
        let records = lab.scratch.file("second")
        let second = try lab.start(["collect", "--into", records, "--until-done"])
        #expect(eventually { hasEnded(second) })
        #expect(second.log.contains("2 shards that are not here are stored in"), "\(second.log)")
        #expect(second.log.contains("/first") && second.exitCode == 0, "\(second.log)")
        #expect(try lab.endpoints(in: records).isEmpty)
        #expect(try lab.status(job)?["shards_done"] as? Int == 2)
        // The same worker scans what it has done already: it comes as another message.
        let third = try lab.start(["collect", "--into", records, "--again", "--until-done"])
        #expect(eventually { hasEnded(third) })
        #expect(try Set(lab.endpoints(in: records)).count == 16, "\(third.log)")
        #expect(try lab.status(job)?["shards_done"] as? Int == 2)
        withExtendedLifetime(worker) {}
    }

    /// Whose store was emptied knows of nothing: who collects says so, and goes on when jobs come anew.
    @Test func aBrokerThatHasLostEverythingIsSaid() throws {
        let lab = try FleetLab()
        let lost = try lab.submit(["--slices", "1"] + lab.sweep("127.9.0.0/20", ["--rate", "20"]))
        let first = try lab.start(["collect", "--into", lab.scratch.file("first"), "--until-done"])
        let slow = try lab.worker("slow")
        #expect(eventually { (try? lab.status(lost))?["records"] as? Int ?? 0 > 0 })
        kill(-slow.group, SIGKILL)
        kill(-lab.broker.group, SIGKILL)
        #expect(eventually { first.log.contains("waiting for the broker") }, "\(first.log)")
        try lab.restartBroker(isEmpty: true)
        // Nobody waits for what never comes.
        #expect(eventually { first.exitCode == 1 }, "\(first.log)")
        #expect(first.log.contains("\(lost): is not done"), "\(first.log)")
        // Who waits for other jobs, too, goes on.
        let records = lab.scratch.file("records")
        let second = try lab.start(["collect", "--into", records])
        #expect(eventually { second.log.contains("hallmark: collecting into") }, "\(second.log)")
        let worker = try lab.worker("one")
        #expect(eventually { (try? lab.workers())?.isEmpty == false })
        try lab.restartBroker(isEmpty: true)
        #expect(eventually { second.log.contains("the broker has lost its streams") }, "\(second.log)")
        let job = try lab.submit(lab.sweep("127.9.0.0/28"))
        #expect(eventually { (try? lab.status(job))?["records"] as? Int == 16 }, "\(second.log)")
        kill(-second.group, SIGTERM)
        #expect(eventually { hasEnded(second) })
        #expect(try Set(lab.endpoints(in: records)).count == 16)
        withExtendedLifetime(worker) {}
    }

    /// A ClickHouse that takes connections and never answers: files are written, the corpus is fed, and who
    /// is told to end does within seconds.
    @Test func aWarehouseThatHangsHoldsUpNothing() throws {
        let lab = try FleetLab()
        let silent = try ServerProcess("python3") { port, _ in
            [
                "-c",
                "import socket, time; s = socket.create_server(('127.0.0.1', \(port))); held = []\n"
                    + "while True: held.append(s.accept())",
            ]
        }
        let records = lab.scratch.file("records")
        let corpus = lab.scratch.file("corpus.sqlite")
        let arguments = [
            "collect", "--into", records, "--rotate-bytes", "4096", "--corpus", corpus, "--clickhouse",
            "http://127.0.0.1:\(silent.port)",
        ]
        let collector = try lab.start(arguments)
        let worker = try lab.worker("one")
        let job = try lab.submit(["--shard-size", "8"] + lab.sweep("127.9.0.0/26"))
        #expect(eventually { (try? lab.status(job))?["records"] as? Int == 64 }, "\(collector.log)")
        let start = ContinuousClock.now
        kill(-collector.group, SIGTERM)
        #expect(eventually { hasEnded(collector) })
        #expect(.now - start < .seconds(30), "it took \(.now - start)")
        #expect(collector.log.contains("not handed on yet"), "\(collector.log)")
        #expect(try Set(lab.endpoints(in: records)).count == 64)
        let stats = try Program.run(["corpus", "stats", "--corpus", corpus, "--format", "ndjson"])
        #expect(stats.text.contains("64"), "\(stats.text)")
        withExtendedLifetime(worker) {}
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
