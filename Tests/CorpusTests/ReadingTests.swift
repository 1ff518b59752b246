import Bytes
@testable import Corpus
import Foundation
import Observations
import TestSupport
import Testing

@Suite struct ReadingTests {
    @Test func sipHashAgreesWithTheReference() {
        // The vectors of the reference implementation: key 00…0f, input 00, 00 01, …
        let hash = SipHash(k0: 0x0706_0504_0302_0100, k1: 0x0f0e_0d0c_0b0a_0908)
        func of(_ count: Int) -> UInt64 { (0..<count).map { UInt8($0) }.withUnsafeBytes { hash.hash($0) } }
        #expect(of(0) == 0x726f_db47_dd0e_0e31)
        #expect(of(1) == 0x74f8_39c5_93dc_67fd)
        #expect(of(8) == 0x93f5_f579_9a93_2462)
        #expect(of(15) == 0xa129_ca61_49be_45e5)
    }

    @Test(arguments: [
        "1970-01-01T00:00:00.000Z", "2026-11-22T03:31:00.123Z", "0001-01-01T00:00:00.000Z",
        "9999-12-31T23:59:59.999Z", "2000-02-29T12:00:00.000Z", "1900-02-28T23:59:59.001Z",
    ])
    func timesAgreeWithPython(text: String) throws {
        let program = """
            import sys, datetime as d
            t = d.datetime.strptime(sys.argv[1], '%Y-%m-%dT%H:%M:%S.%fZ') - d.datetime(1970, 1, 1)
            print(t.days * 86400000 + t.seconds * 1000 + t.microseconds // 1000)
            """
        let expected = try check("python3", ["-c", program, text]).text
        let milliseconds = try #require(RFC3339.milliseconds(text))
        #expect("\(milliseconds)\n" == expected)
        #expect(RFC3339.text(milliseconds) == text)
    }

    @Test func timesHaveOffsetsAndFractions() {
        let time = RFC3339.milliseconds("2026-11-22T03:31:00Z")
        #expect(time != nil)
        #expect(RFC3339.milliseconds("2026-11-22T05:31:00+02:00") == time)
        #expect(RFC3339.milliseconds("2026-11-22T03:31:00.000000Z") == time)
        #expect(RFC3339.milliseconds("2026-11-22") == time.map { $0 - 12_660_000 })
        for wrong in [
            "", "2026", "2026-13-01", "2026-02-29", "2026-11-22T25:00:00Z", "2026-11-22T03:31:00",
            "2026-11-22T",
            "2026-11-22T03:31:00+0200", "2026-11-22T03:31:00.Z", "2026-11-22T03:31:00Zx", "２026-11-22",
        ] {
            #expect(RFC3339.milliseconds(wrong) == nil, "\(wrong)")
        }
    }

    @Test func linesComeOutAsTheyWentIn() throws {
        let scratch = Scratch()
        let lines =
            (0..<5000).map { String(repeating: "x", count: $0 * 7919 % 3000 + 1) } + [
                String(repeating: "y", count: 3 << 20), "last",
            ]
        let path = try scratch.write("lines", lines.joined(separator: "\n\n"))
        var reader = try LineReader(path)
        var read: [String] = []
        while let line = try reader.next({ String(decoding: $0, as: UTF8.self) }) { read.append(line) }
        #expect(read == lines)
        #expect(throws: FileError.self) { _ = try LineReader("/nonexistent/file") }
    }

    @Test func hexAndBase64AreReadStrictly() throws {
        let bytes = (0..<200).map { UInt8($0) }
        #expect([UInt8](hex: bytes.hex) == bytes)
        #expect([UInt8](hex: "0") == nil)
        #expect([UInt8](hex: "0g") == nil)
        for count in 0..<20 {
            let text = Array(Data(bytes[..<count]).base64EncodedString().utf8)
            #expect(text.withUnsafeBytes { [UInt8](base64: $0) } == Array(bytes[..<count]))
        }
        for wrong in ["A", "AA=", "A===", "AA-A", "====", "AAA=AAAA"] {
            #expect(Array(wrong.utf8).withUnsafeBytes { [UInt8](base64: $0) } == nil, "\(wrong)")
        }
    }

    /// Programs differ in what they make of such lines, so none of them is a record.
    @Test(arguments: [
        #"{"server":{"ip":"192.0.2.1","ip":"192.0.2.2"}}"#, #"{"server":{},"s\u0065rver":{}}"#,
        #"{"server":{"ip":"192.0.2.1"},"x":1e999999}"#, #"{"x":{"y":[01]},"server":{}}"#,
        #"{"x":"# + String(repeating: "[", count: 200_000) + String(repeating: "]", count: 200_000) + "}",
    ])
    func whatIsAmbiguousOrUnreadableIsNoRecord(line: String) {
        let picker = RecordPicker()
        #expect(throws: RecordError.self) {
            try picker.read(line.utf8)
            try picker.checkWhole()
        }
    }

    @Test func membersMayBeSpelledWithEscapes() throws {
        let picker = RecordPicker()
        try picker.read(#"{"hallmark":{"\u006ceads":[{"s\u006fftware":{"name":"a"},"confidence":7}]}}"#.utf8)
        #expect(picker.leads.map(\.software) == ["a"])
    }

    @Test func groupsKeepTheObjectsApart() throws {
        let picker = RecordPicker()
        let text =
            #"{"hallmark":{"clients":[{"count":5,"ip":"192.0.2.\u0031"},{"ip":"192.0.2.2"},{}]}}"#
        try picker.read(text.utf8)
        let groups = picker.groups(.client, [.clientIP, .clientCount])
        #expect(
            groups == [[.clientIP: "192.0.2.1", .clientCount: "5"], [.clientIP: "192.0.2.2"], [:]]
        )
    }

    @Test(arguments: [
        ("a1.example.com", "a#.example.com"), ("www.example.com", "www.example.com"),
        ("x7k2p9q4z.example.com", "~9.example.com"), ("node-0017.cluster12.test", "node-#.cluster#.test"),
        ("*.example.com", "*.example.com"), ("bcdfghjklm.net", "~10.net"),
    ])
    func namePatterns(name: String, pattern: String) {
        #expect(NamePattern.of(name) == pattern)
    }
}
