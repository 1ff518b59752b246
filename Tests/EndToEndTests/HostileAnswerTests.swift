import Foundation
import TestSupport
import Testing

/// Answers that no honest server gives, through the whole program: each is one record that the schema allows.
@Suite(.serialized) struct HostileAnswerTests {
    struct Answer: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        /// What `hallmark.http` says of it.
        var status: Int? = 200
        var anomalies: [String] = []
        var isTruncated = false
        /// What follows them, again and again, until nobody listens.
        var endless: [UInt8] = []
        var testDescription: String { name }

        init(_ name: String, _ text: String, status: Int? = 200, _ anomalies: [String] = []) {
            (self.name, bytes, self.status, self.anomalies) = (name, Array(text.utf8), status, anomalies)
        }

        func with(_ change: (inout Answer) -> Void) -> Answer {
            var copy = self
            change(&copy)
            return copy
        }

        init(_ name: String, _ bytes: [UInt8], _ anomalies: [String] = []) {
            (self.name, self.bytes, self.anomalies) = (name, bytes, anomalies)
        }
    }

    private static let ok = "HTTP/1.1 200 OK\r\n"
    private static let chunked = ok + "Transfer-Encoding: chunked\r\n\r\n"

    static let answers = [
        Answer("HTTP/1.0", "HTTP/1.0 404 Not Found\r\nServer: x\r\n\r\nno", status: 404),
        Answer("HTTP/0.9", "<html>hi</html>", status: nil, ["no_status_line"]),
        Answer("no headers", ok + "\r\nbody", ["no_headers"]),
        Answer(
            "1,000 headers and more",
            ok + (0..<1200).map { "X-\($0): \u{1b}[2J\r\n" }.joined() + "\r\n",
            ["too_many_headers", "control_in_head"]
        ),
        Answer("endless chunks", chunked).with {
            $0.isTruncated = true
            $0.endless = Array("10\r\n0123456789abcdef\r\n".utf8)
        },
        Answer("endless chunks of nothing", chunked, ["chunk_overhead"]).with {
            $0.endless = Array("1;\(String(repeating: "x", count: 999))\r\na\r\n".utf8)
        },
        Answer("chunk size", chunked + "-1\r\nabc", ["chunk_size_invalid"]),
        Answer("obs-fold", ok + "X: a\r\n b\r\nContent-Length: 0\r\n\r\n", ["obs_fold"]),
        Answer("bare LF", "HTTP/1.1 200 OK\nContent-Length: 3\n\nabc", ["bare_lf"]),
        Answer("NUL", ok + "X: \0\r\nContent-Length: 1\r\n\r\n\0", ["nul_in_head"]),
        Answer(
            "non-UTF-8",
            Array((ok + "X: ").utf8) + [0xff, 0xfe] + Array("\r\n\r\n".utf8) + [0xc3, 0x28],
            ["non_utf8_head"]
        ),
        Answer(
            "100 and 103 first",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok
                + "Content-Length: 2\r\n\r\nhi",
            ["informational_response", "no_headers"]
        ),
        // More than a store's term can have, in a header that rules ask for, and in one that nobody knows.
        Answer(
            "headers of 40,000 bytes",
            ok + "X-Invented: " + String(repeating: "i", count: 40_000) + "\r\nContent-Length: 2\r\n\r\nhi"
        ),
        Answer(
            "a Server header of 20,000 letters of two bytes",
            ok + "Server: " + String(repeating: "ä", count: 20_000) + "\r\nContent-Length: 2\r\n\r\nhi"
        ),
        Answer("100 MB", ok + "Content-Length: 104857600\r\n\r\n").with {
            $0.isTruncated = true
            $0.endless = Array(repeating: 0x78, count: 4096)
        },
    ]

    @Test(arguments: answers) func isRecorded(_ answer: Answer) throws {
        // A hundred megabytes at least, of which what nobody reads is not sent.
        let times = answer.endless.isEmpty ? 0 : 104_857_600 / answer.endless.count
        let record = try scan(
            try ScriptedPeer(
                [.read(1), .send(answer.bytes), .sendAgain(answer.endless, times), .readToEnd]
            )
        )
        #expect(record.number("http.response.status_code") == answer.status)
        #expect(Set((record["http.response.anomalies"] as? [String]) ?? []) == Set(answer.anomalies))
        #expect((record["http.response.body.truncated"] as? Bool ?? false) == answer.isTruncated)
        #expect((record.number("http.response.body.bytes") ?? 0) <= 65536)
        // Nothing of the answer is a control character in the line.
        #expect(record.line.utf8.allSatisfy { $0 >= 0x20 })
    }

    /// A megabyte of zeros a thousand times over, in a few kilobytes.
    @Test func gzipBomb() throws {
        let bomb = try check(
            "python3",
            ["-c", "import gzip, sys; sys.stdout.buffer.write(gzip.compress(bytes(1 << 28), 9))"]
        ).output
        let head = Self.ok + "Content-Encoding: gzip\r\nContent-Length: \(bomb.count)\r\n\r\n"
        let peer = try ScriptedPeer([.read(1), .send(Array(head.utf8) + bomb), .readToEnd])
        let record = try scan(peer)
        #expect(record["http.response.body.truncated"] as? Bool == true)
        #expect(record.number("http.response.body.bytes") == 65536)
        #expect((record["http.response.anomalies"] as? [String]) == ["content_coding_bomb"])
    }

    private func scan(_ peer: ScriptedPeer) throws -> Record {
        let record = try #require(
            try Program.scan(["http://127.0.0.1:\(peer.port)", "--handshake-timeout", "3"]).first
        )
        #expect(try schemaErrors(record.line) == "")
        return record
    }
}
