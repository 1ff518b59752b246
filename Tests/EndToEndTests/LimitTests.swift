import Foundation
import TestSupport
import Testing

/// How a run holds to its limits: of connections to a network, of tries, of time, of patience.
@Suite(.serialized) struct LimitTests {
    private let scan = ["scan", "--no-signatures", "-q", "--probe", "certificate"]

    /// Two loops share the cap, and neither forgets what waits for the other's connections.
    @Test(arguments: [1, 4])
    func connectionsToANetworkAreCapped(cap: Int) throws {
        let scratch = Scratch()
        let count = scratch.file("count")
        let server = try ServerProcess("/usr/bin/python3") { port, _ in
            [projectFolder + "/Tests/Tools/counting_server.py", "\(port)", count]
        }
        let records = try Program.scan([
            "127.21.0.0/25", "127.21.1.0/25", "-p", "\(server.port)", "--include-special", "--probe",
            "certificate",
            "--per-network", "\(cap)", "--threads", "2", "-c", "8",
        ])
        #expect(Set(records.map(\.endpoint)).count == 256 && records.count == 256)
        #expect(records.allSatisfy { $0.code == "connection_reset" || $0.code == "connection_closed" })
        let most = try String(contentsOfFile: count, encoding: .utf8).split(separator: " ").compactMap {
            Int($0)
        }
        #expect(most.count == 2 && most[0] <= cap && most[1] <= 2 * cap, "\(most)")
    }

    /// Whatever memory it may have, a run begins with enough or says that it has not: none ends by a signal.
    @Test func tooLittleMemoryIsSaid() throws {
        var said = 0
        for megabytes in stride(from: 60, through: 480, by: 10) {
            let result = try run(
                "/bin/sh",
                [
                    "-c", "ulimit -c 0; ulimit -v \(megabytes * 1000); \"$@\"; echo $?", "sh", Program.path,
                    "scan",
                    "127.0.0.1",
                    "-p", "1", "-q", "-o", "/dev/null", "--signatures", projectFolder + "/signatures/c2",
                    "--no-default-signatures",
                ]
            )
            // 127 is the loader's, which can't map the program.
            let code = Int(result.text.split(separator: "\n").last ?? "") ?? -1
            #expect([0, 1, 127].contains(code), "\(megabytes) MB: \(result.text) \(result.errors)")
            if result.errors.contains("the address space is limited to") {
                #expect(code == 1)
                said += 1
            }
        }
        #expect(said > 0)
    }

    @Test(arguments: [0, 2])
    func whatMayPassIsTriedAgain(retries: Int) throws {
        let result = try run(
            "/usr/bin/python3",
            [projectFolder + "/Tests/Tools/full_queue.py", Program.path] + scan
                + ["--connect-timeout", "0.3", "--retries", "\(retries)"]
        )
        let record = try #require(try Program.records(result.text).first, "\(result.errors)")
        #expect(record.code == "connection_timeout")
        let probes = try #require(record["hallmark.probes"] as? [[String: Any]])
        let tries = probes.filter { $0["kind"] as? String == "certificate" }
        #expect(tries.compactMap { $0["attempt"] as? Int } == Array(1...retries + 1))
        #expect(tries.allSatisfy { $0["code"] as? String == "connection_timeout" })
    }

    /// A server that drips one byte after the other moves no limit of the whole endpoint.
    @Test func theEndpointsTimeIsAbsolute() throws {
        let server = try ServerProcess("/usr/bin/python3") { port, scratch in
            let script = """
                import socket, threading, time
                def drip(peer):
                    try:
                        peer.sendall(b"\\x16\\x03\\x03\\x40\\x00\\x02\\x00\\x3f\\xf0")
                        while True:
                            time.sleep(0.05)
                            peer.sendall(b"\\x03")
                    except OSError:
                        pass
                listener = socket.create_server(("127.0.0.1", \(port)))
                while True:
                    threading.Thread(target=drip, args=(listener.accept()[0],), daemon=True).start()
                """
            return [try scratch.write("drip.py", script)]
        }
        let records = try Program.scan([
            "127.0.0.1:\(server.port)", "--handshake-timeout", "500", "--total-timeout", "3", "--probe",
            "certificate",
        ])
        #expect(records.map(\.code) == ["total_timeout"])
        let probes = try #require(records[0]["hallmark.probes"] as? [[String: Any]])
        #expect(probes.compactMap { $0["limit"] as? String } == ["time"])
    }

    @Test func aSecondSignalEndsTheRunAtOnce() throws {
        let scratch = Scratch()
        let state = scratch.file("state")
        let result = try run(
            "/usr/bin/python3",
            [projectFolder + "/Tests/Tools/two_signals.py", Program.path] + scan + [
                "--handshake-timeout", "500", "--total-timeout", "500", "--checkpoint", state, "-o",
                scratch.file("out"),
            ]
        )
        #expect(result.text == "draining 130\n", "\(result.errors)")
        // The endpoint has no record and does not count as done.
        #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.file("out"))).isEmpty)
        #expect(try String(contentsOfFile: state, encoding: .utf8).contains("\"low_water\" : 0"))
    }

    /// Where there is no IPv6, an IPv6 target is a failure with a record, soon.
    @Test(.enabled(if: hasNetworkNamespaces))
    func anAddressFamilyThatLacksIsAFailure() throws {
        let off = "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; exec \"$@\""
        let result = try run(
            "unshare",
            ["-n", "sh", "-c", off, "sh", Program.path] + scan + ["[::1]:443", "[2001:db8::1]:443"]
        )
        let codes = try Program.records(result.text).map(\.code)
        #expect(codes.count == 2, "\(result.errors)")
        #expect(codes.allSatisfy { $0 == "local_error" || $0 == "network_unreachable" }, "\(codes)")
    }

    private static let hasNetworkNamespaces =
        (try? run("unshare", ["-n", "test", "-w", "/proc/sys/net/ipv6/conf/all/disable_ipv6"]).status) == 0
}
