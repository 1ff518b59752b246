import Foundation
import TestSupport
import Testing

/// What the tests of discovery need.
enum DarkRange {
    static let isPossible = (try? run("unshare", ["-n", "ip", "link", "set", "lo", "up"]).status) == 0
}

/// `--discover syn` against a second network namespace, which has little in it that answers.
@Suite(.enabled(if: DarkRange.isPossible)) struct DiscoveryTests {
    /// What a scan came to, and which SYNs the other side saw.
    private struct Outcome {
        let status: Int
        let records: [Record]
        let errors: String
        /// `address:port`, without brackets.
        let syns: [String]

        func count(_ endpoint: String) -> Int { syns.count { $0 == endpoint } }
    }

    private func scan(_ arguments: [String], answers: String = "none") throws -> Outcome {
        let tool = projectFolder + "/Tests/Tools/dark_range.py"
        let program = [Program.path, "scan", "--no-signatures", "--probe", "certificate"]
        let result = try run("unshare", ["-n", "/usr/bin/python3", tool, answers] + program + arguments)
        let object = try JSONSerialization.jsonObject(with: Data(result.text.utf8)) as? [String: Any]
        let outcome = try #require(object, "\(result.errors)")
        let syns = try #require(outcome["syns"] as? [[Any]])
        return Outcome(
            status: try #require(outcome["exit"] as? Int),
            records: try Program.records(try #require(outcome["lines"] as? String)),
            errors: try #require(outcome["errors"] as? String),
            syns: syns.map { "\($0[0]):\($0[1])" }
        )
    }

    /// The records say the same as those of a scan that connects to everything, whatever becomes of an
    /// endpoint.
    @Test func sameAsConnecting() throws {
        let targets = [
            "10.99.1.0/29", "10.99.1.1:80", "10.99.1.2,a.example", "10.99.3.0/30", "10.99.4.0/29",
            "[fd99::1:0/126]:443", "[fd99::1:1]:80", "[fd99::3:0/127]:443", "[fd99::4:0/126]:443",
            "--in-order",
        ]
        func facts(_ outcome: Outcome) throws -> [String] {
            #expect(outcome.status == 0, "\(outcome.errors)")
            return try outcome.records.map { record in
                var object = record.object
                for name in ["@timestamp", "tls", "related"] { object[name] = nil }
                var event = try #require(object["event"] as? [String: Any])
                event["duration"] = nil
                object["event"] = event
                var own = try #require(object["hallmark"] as? [String: Any])
                own["scan"] = nil
                own["probes"] = (own["probes"] as? [[String: Any]])?.map { probe in
                    var probe = probe
                    probe["duration_ms"] = nil
                    return probe
                }
                for name in own.keys where name != "probes" && name != "version" { own[name] = nil }
                object["hallmark"] = own
                let data = try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
                return String(decoding: data, as: UTF8.self)
            }.sorted()
        }
        let discovered = try scan(targets + ["--discover", "syn", "--connect-timeout", "1"])
        // A message that comes while the kernel still sends the SYN counts from the second SYN on.
        let connected = try scan(targets + ["--connect-timeout", "3"])
        #expect(try facts(discovered) == facts(connected))
        let codes = Dictionary(grouping: discovered.records) { $0.code ?? "none" }.mapValues(\.count)
        #expect(
            codes == [
                "none": 13, "connection_refused": 2, "host_unreachable": 4, "network_unreachable": 2,
                "connection_timeout": 12,
            ]
        )
        // An ordinary scan tries thrice within a second and a bit; what is discovered is asked once.
        #expect(discovered.count("10.99.4.3:443") == 1)
        #expect(discovered.count("fd99::4:1:443") == 1)
    }

    /// A SYN-ACK that does not acknowledge what was sent is no endpoint; one that does is connected to.
    @Test(arguments: ["forged", "genuine"]) func whatIsMadeUpIsNotBelieved(_ answers: String) throws {
        let outcome = try scan(
            [
                "10.99.5.0/30", "[fd99::5:0/126]:443", "--discover", "syn", "--connect-timeout", "1",
                "--handshake-timeout", "1",
            ],
            answers: answers
        )
        #expect(outcome.records.count == 8)
        let isBelieved = answers == "genuine"
        let codes = Set(outcome.records.map(\.code))
        #expect(codes == [isBelieved ? "tls_timeout" : "connection_timeout"])
        #expect(outcome.errors.contains("0 connections") != isBelieved, "\(outcome.errors)")
    }

    @Test func silenceIsAskedAgain() throws {
        let outcome = try scan([
            "10.99.4.0/30", "10.99.1.1:80", "--discover", "syn", "--connect-timeout", "0.5", "--retries", "2",
            "--omit-failures",
        ])
        #expect(outcome.status == 0 && outcome.records.isEmpty)
        for last in 0..<4 { #expect(outcome.count("10.99.4.\(last):443") == 3) }
        #expect(outcome.count("10.99.1.1:80") == 1)
    }

    /// What must not be scanned gets no packet, and a part of the run sends to its part alone.
    @Test func scopeExclusionsAndShards() throws {
        let scratch = Scratch()
        let scope = try scratch.write(
            "scope.yaml",
            "name: a\nauthorization: b\ninclude: [10.99.4.0/25]\nexclude: [10.99.4.0/28]\n"
        )
        let common = [
            "10.99.4.0/24", "--exclude", "10.99.4.16/28", "--scope", scope, "--seed", "5", "--discover",
            "syn",
            "--connect-timeout", "0.3",
        ]
        let parts = try ["1/2", "2/2"].map { try scan(common + ["--shard", $0]) }
        let sent = parts.flatMap(\.syns)
        #expect(Set(sent) == Set((32..<128).map { "10.99.4.\($0):443" }))
        #expect(sent.count == 96)
        #expect(parts.allSatisfy { abs($0.syns.count - 48) < 30 })
        let codes = parts.flatMap(\.records).map { $0.code ?? "none" }
        #expect(codes.count { $0 == "connection_timeout" } == 96)
        #expect(codes.count { $0 == "out_of_scope" } == 128)
        #expect(codes.count == 224)
    }

    /// A run that is stopped while SYNs are in flight goes on where it was, and each endpoint has one record.
    @Test func goesOnAfterAStop() throws {
        let scratch = Scratch()
        let run = [
            "10.99.1.0/28", "10.99.4.0/26", "--discover", "syn", "--rate", "100", "--connect-timeout", "0.3",
            "-o", scratch.file("out"),
        ]
        let first = try scan(run + ["--checkpoint", scratch.file("state"), "@KILL"])
        #expect(first.status == 130, "\(first.errors)")
        let second = try scan(run + ["--resume", scratch.file("state")])
        #expect(second.status == 0, "\(second.errors)")
        let records = try Program.records(String(contentsOfFile: scratch.file("out"), encoding: .utf8))
        #expect(records.count == 80 && Set(records.map(\.endpoint)).count == 80)
        #expect(records.count { $0.code == nil } == 16)
    }

    /// Without the right nothing is sent, and what to do is said.
    @Test func saysWhatIsLacking() throws {
        let scan = ["scan", "127.60.0.1:9", "--discover", "syn", "--no-signatures", "-q"]
        let drop = ["--bounding-set=-net_raw", "--inh-caps=-net_raw", Program.path]
        let result = try run("setpriv", drop + scan)
        #expect(result.status == 1 && result.text.isEmpty)
        #expect(result.errors.contains("CAP_NET_RAW") && result.errors.contains("setcap cap_net_raw=ep "))
        for more in [["--proxy", "socks5://127.0.0.1:9"], ["--per-network", "3"]] {
            #expect(try Program.run(scan + more).status == 64)
        }
    }
}
