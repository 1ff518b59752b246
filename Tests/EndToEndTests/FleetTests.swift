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
        // Who comes before anybody has submitted is told so, and does not wait longer than it was asked to.
        let early = try lab.worker("early", ["--until-idle", "1"])
        #expect(eventually { early.exitCode == 1 }, "\(early.log)")
        #expect(early.log.contains("no fleet was there within 1 second"), "\(early.log)")
        let nothing = try Program.run(["fleet", "status"] + lab.place("watch"))
        #expect(nothing.status == 1 && nothing.errors.contains("is not there yet"), "\(nothing.errors)")
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
            #expect(other.errors.contains("this user may not"), "\(role): \(other.errors)")
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
        let bare = ["--server", "tls://localhost:\(port)"]
        let unknown = try Program.run(["fleet", "status"] + bare)
        #expect(
            unknown.errors.contains("--broker-ca") && !unknown.errors.contains(".c:"),
            "\(unknown.errors)"
        )
        let nameless = try Program.run(["fleet", "status"] + bare + ["--broker-ca", folder + "/../ca.pem"])
        #expect(nameless.errors.contains("--nkey"), "\(nameless.errors)")
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
        // What lies in the folder goes into each corpus that is new to it.
        for corpus in [corpus, lab.scratch.file("other.sqlite")] {
            let next = try lab.start(["collect", "--into", records, "--corpus", corpus, "--until-done"])
            #expect(eventually { hasEnded(next) })
            let endpoints = try lab.endpoints(in: records)
            #expect(endpoints.count == 1024 && Set(endpoints).count == 1024, "stored \(endpoints.count)")
            let stats = try Program.run(["corpus", "stats", "--corpus", corpus, "--format", "ndjson"])
            #expect(stats.text.contains("1024"), "\(stats.text)")
        }
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
}
