import Foundation
import TestSupport
import Testing

/// `--metrics`, read by Prometheus's own reader for Python.
@Suite(.serialized) struct MetricsTests {
    private static let reader = """
        import json, sys
        from prometheus_client.parser import text_string_to_metric_families as read
        print(json.dumps({s.name + "".join("," + v for v in s.labels.values()): s.value for f in read(sys.stdin.read()) for s in f.samples}))
        """

    private func read(_ text: String) throws -> [String: Double] {
        let result = try run("/usr/bin/python3", ["-c", Self.reader], input: Array(text.utf8))
        #expect(result.status == 0, "\(result.errors)\(text)")
        return try JSONDecoder().decode([String: Double].self, from: Data(result.output))
    }

    @Test func aFileHasTheLastWords() throws {
        let server = try Nginx.start(TestCertificate(subject: "/O=Gophish", days: 3650))
        let scratch = Scratch()
        let path = scratch.file("hallmark.prom")
        let result = try Program.run(
            ["scan", "-q", "127.0.0.1:\(server.port)", "127.0.0.1:1", "--metrics", path]
        )
        #expect(result.status == 0, "\(result.errors)")
        let metrics = try read(String(contentsOfFile: path, encoding: .utf8))
        #expect(metrics["hallmark_scan_finished"] == 1 && metrics["hallmark_scan_endpoints"] == 2)
        #expect(metrics["hallmark_scan_endpoints_done_total"] == 2)
        #expect(metrics["hallmark_scan_records_total,success"] == 1)
        #expect(metrics["hallmark_scan_errors_total,connection_refused"] == 1)
        #expect(metrics["process_resident_memory_bytes"] ?? 0 > 1e6)
        // What is no file stays what it is: root could lose a device by it.
        try check("mkfifo", [scratch.file("pipe")])
        try check("ln", ["-s", path, scratch.file("link")])
        for (place, word) in [
            (scratch.file("pipe"), "is not a regular file"), (scratch.file("link"), "is not a regular file"),
            (scratch.path, "is not a regular file"), ("9100", "is a port without an address: 127.0.0.1:9100"),
        ] {
            let odd = try Program.run(["scan", "-q", "127.0.0.1:1", "--metrics", place])
            let isMalformed = place == "9100"
            #expect(odd.status == (isMalformed ? 64 : 1), "\(place): \(odd.errors)")
            #expect(odd.errors.contains(word), "\(place): \(odd.errors)")
        }
        let kinds = try check("stat", ["-c", "%F", scratch.file("pipe"), scratch.file("link")]).text
        #expect(kinds == "fifo\nsymbolic link\n")
        let refused = try Program.run(["scan", "-q", "127.0.0.1:1", "--metrics", "/nonexistent/file"])
        #expect(refused.status == 1 && refused.errors.contains("/nonexistent/file"), "\(refused.errors)")
    }

    /// A scan that is held up by a server that says nothing is asked meanwhile, by curl.
    @Test func anAddressIsAsked() throws {
        let script = Scratch()
        let silent = try script.write(
            "silent.py",
            "import socket, time\ns = socket.create_server(('127.0.0.1', 0))\nprint(s.getsockname()[1], flush=True)\ntime.sleep(300)\n"
        )
        let port = freePort()
        let result = try run(
            "bash",
            [
                "-c",
                """
                cd '\(script.path)'
                python3 '\(silent)' > port 2> /dev/null < /dev/null & server=$!
                until [ -s port ]; do sleep 0.05; done
                '\(Program.path)' scan --no-signatures "127.0.0.1:$(cat port)" --handshake-timeout 120 --metrics 127.0.0.1:\(port) \\
                    > out 2> err < /dev/null & scan=$!
                # Who connects and says nothing holds up nobody.
                until exec 9<> /dev/tcp/127.0.0.1/\(port); do sleep 0.1; done 2> /dev/null
                for _ in $(seq 40); do exec {idle}<> /dev/tcp/127.0.0.1/\(port); done
                for _ in $(seq 600); do
                    curl -m 10 -sf http://127.0.0.1:\(port)/metrics > metrics && grep -q 'open 1' metrics && break
                    sleep 0.1
                done
                curl -s -o /dev/null -w '%{http_code} ' http://127.0.0.1:\(port)/else
                curl -s -o /dev/null -w '%{http_code} ' -X POST http://127.0.0.1:\(port)/metrics
                curl -s -o /dev/null -w '%{http_code} %{content_type}' -I http://127.0.0.1:\(port)/metrics
                kill $scan $server; kill -9 $server; wait $scan
                exit 0
                """,
            ]
        )
        #expect(result.text == "404 405 200 text/plain; version=0.0.4; charset=utf-8", "\(result.errors)")
        let metrics = try read(String(contentsOfFile: script.file("metrics"), encoding: .utf8))
        #expect(metrics["hallmark_scan_connections_open"] == 1 && metrics["hallmark_scan_finished"] == 0)
        let wrong = try Program.run(["scan", "127.0.0.1:1", "--metrics", "256.0.0.1:1"])
        #expect(wrong.status == 1, "\(wrong.errors)")
    }
}
