import Bytes
import Foundation
import Testing
import Transparency

/// What logs and lists of logs say, to the letter.
@Suite struct LogWireTests {
    /// A key as a list has it: any bytes, as the list alone does not use it.
    private let key = "MAA="
    private let logID = "HIKyy9YMBT0nPgDm9yPp1qK/7L1u+TSyTFn4P/LsMe0="

    @Test func pathsOfTiles() {
        #expect(TilePath.data(0) == "tile/data/000")
        #expect(TilePath.data(1_234_067) == "tile/data/x001/x234/067")
        #expect(TilePath.hashes(level: 1, 12, width: 5) == "tile/1/012.p/5")
        #expect(TilePath.data(999_999, width: 256) == "tile/data/x999/999")
        #expect(TilePath.data(1000, width: 1) == "tile/data/x001/000.p/1")
    }

    private func list(_ logs: String, tiled: String = "") throws -> LogList {
        try LogList(
            Array("{\"operators\":[{\"name\":\"Op\",\"logs\":[\(logs)],\"tiled_logs\":[\(tiled)]}]}".utf8)
        )
    }

    private func entry(_ url: String, _ more: String = "") -> String {
        let bytes = [UInt8](hex: "3000") ?? []
        let id = TreeHash(of: bytes.span)
        var out = ByteBuffer()
        out.append(base64: id.bytes.span)
        return
            "{\"description\":\"L\",\"key\":\"\(key)\",\"log_id\":\"\(out.text)\",\"url\":\"\(url)\",\"monitoring_url\":\"\(url)\"\(more)}"
    }

    @Test func listsWithTheirStatesAndPlaceholders() throws {
        let states = ["pending", "qualified", "usable", "readonly", "retired", "rejected", "invented"]
        let logs = states.map {
            entry("https://\($0).test/log", ",\"state\":{\"\($0)\":{\"timestamp\":\"x\"}}")
        }
        let list = try list(logs.joined(separator: ","), tiled: entry("https://static.test/"))
        // A state that was invented later is no reason to pass over a log in silence.
        #expect(list.logs.count == 8 && list.faults.count == 1)
        #expect(list.faults.first?.hasSuffix("its state 'invented' is not known") == true)
        #expect(
            list.logs.filter(\.isReadable).map(\.url) == [
                "https://qualified.test/log/", "https://usable.test/log/", "https://readonly.test/log/",
                "https://static.test/",
            ]
        )
        #expect(list.logs.last?.interface == .staticTiles)
        #expect(try self.list(entry("https://ct.example.com/bogus/")).placeholders == 1)
    }

    @Test func endsOfReadOnlyLogsAndTheirIntervals() throws {
        let log = try #require(
            try list(
                entry(
                    "https://a.test/",
                    ",\"mmd\":60,\"state\":{\"readonly\":{\"final_tree_head\":{\"tree_size\":77}}},"
                        + "\"temporal_interval\":{\"start_inclusive\":\"2026-01-01T00:00:00Z\",\"end_exclusive\":\"2026-07-01T00:00:00Z\"}"
                )
            ).logs.first
        )
        #expect(log.finalSize == 77 && log.maximumMergeDelay == 60)
        #expect(log.interval?.lowerBound == RFC3339.milliseconds("2026-01-01"))
    }

    @Test func whatIsNoLogIsAFaultAndWhatIsNoListAnError() throws {
        let wrong =
            "{\"description\":\"W\",\"url\":\"https://a.test/\",\"key\":\"\(key)\",\"log_id\":\"\(logID)\"}"
        #expect(try list(wrong).faults == ["W: log_id is not the SHA-256 of the key"])
        #expect(try list("{\"url\":\"ftp://a.test/\"}").faults.count == 1)
        // Logs that nobody finds are not logs that there are not.
        for text in ["{\"name\":\"X\"}", "{\"logs\":{}}", "7", "{\"logs\":[],\"tiled_logs\":\"\"}"] {
            let list = try LogList(Array("{\"operators\":[\(text)]}".utf8))
            #expect(list.faults.count == 1 && list.faults[0].contains("no list of logs"), "\(list.faults)")
        }
        for text in ["", "[]", "{}", "{\"operators\":3}", "<html>"] {
            #expect(throws: LogSyntaxError.self) { try LogList(Array(text.utf8)) }
        }
    }

    @Test(
        arguments: [
            "", "log\n1\n", "log\n01\nAAAA\n\n\u{2014} log AAAA\n", "log\n-1\n",
            "log\n99999999999999999999\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\u{2014} log AAAA\n",
        ]
    )
    func whatIsNoCheckpoint(_ text: String) {
        #expect(throws: LogSyntaxError.self) { try TreeHead(checkpoint: Array(text.utf8), logID: .empty) }
    }

    @Test func entriesThatAreShortUnknownOrTorn() {
        #expect(LogEntry(index: 0, leaf: []).kind == .malformed)
        #expect(LogEntry(index: 0, leaf: [1]).kind == .malformed)
        #expect(LogEntry(index: 0, leaf: [1, 0]).kind == .unknown)
        let time = [UInt8](repeating: 0, count: 8)
        #expect(LogEntry(index: 0, leaf: [0, 0] + time + [0, 7, 1, 2]).kind == .unknown)
        #expect(LogEntry(index: 0, leaf: [0, 0] + time + [0, 0, 0, 0, 9, 1]).kind == .malformed)
        let whole = LogEntry(index: 0, leaf: [0, 0] + time + [0, 0, 0, 0, 1, 0x30, 0, 0])
        #expect(whole.kind == .certificate && Array(whole.certificate) == [0x30])
    }

    @Test func thePlaceInAnSCT() {
        var timestamp = SignedTimestamp(logID: .empty, time: 0, extensions: [], signature: [])
        #expect(timestamp.leafIndex == nil)
        timestamp.extensions = [9, 0, 1, 7, 0, 0, 5, 0, 0, 0, 1, 2]
        #expect(timestamp.leafIndex == 258)
        timestamp.extensions = [0, 0, 9, 1]
        #expect(timestamp.leafIndex == nil)
    }
}
