import Foundation
import TestSupport
import Testing

/// A fleet whose parts begin, hang, or lose what they had.
@Suite struct FleetRecoveryTests {
    /// Whoever comes first makes streams and buckets; who comes at the same moment finds them, and ends no
    /// worse.
    @Test func allMayBeginAtOnce() throws {
        for round in 0..<4 {
            let lab = try FleetLab()
            let folders = (0..<3).map { lab.scratch.file("records\($0)") }
            let started =
                try folders.map { try lab.start(["collect", "--into", $0]) }
                + (0..<5).map { try lab.worker("worker\($0)") }
            let job = try lab.submit(lab.sweep("127.9.0.0/30"))
            #expect(eventually { (try? lab.status(job))?["records"] as? Int == 4 }, "round \(round)")
            for process in started {
                #expect(!hasEnded(process), "\(process.log)")
                kill(-process.group, SIGTERM)
            }
            #expect(eventually { started.allSatisfy(hasEnded) })
            #expect(try folders.flatMap { try lab.endpoints(in: $0) }.count == 4, "round \(round)")
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
}
