import Bytes
import Foundation
import Observations
import Testing
import Wire

@testable import Signatures

/// What came of the same evidence before is told as if it were weighed anew, and in a line of our own as in
/// anybody's.
@Suite struct LeadMemoryTests {
    private static let folder = Bundle.module.bundleURL.appendingPathComponent("Fixtures/Defaults").path
    private static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()

    private static func text(_ line: borrowing ByteBuffer) -> String {
        line.withSpan { span in span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) } }
    }

    private static func assess(
        _ line: String,
        _ assessor: Assessor,
        isOwn: Bool = false
    ) throws -> String {
        var buffer = ByteBuffer()
        buffer.append("before\n")
        buffer.append(line)
        try assessor.assess(&buffer, from: 7, isOwn: isOwn)
        return text(buffer)
    }

    /// Records as a scan makes them, of certificates that tools and innocent software make by default.
    private static func records() throws -> [String] {
        var encoder = RecordEncoder(RecordEncoder.Options(scanID: "test"))
        let observation = Observation()
        return try names.flatMap { name in
            try pemCertificates(folder + "/" + name).prefix(1).map { der in
                observation.reset()
                observation.startedAt = 1_780_000_000_000_000_000
                observation.flight.imported(certificate: der.span)
                var line = ByteBuffer()
                encoder.encode(observation, into: &line)
                return text(line)
            }
        }
    }

    @Test func ownRecordsAreWrittenAsAnybodys() throws {
        let set = try ShippedRules.withOwn.get()
        let records = try Self.records()
        #expect(records.count >= 50)
        let (own, general) = (Assessor(set), Assessor(set))
        var leads = 0
        for record in records + records {
            let expected = try Self.assess(record, Assessor(set))
            #expect(try Self.assess(record, own, isOwn: true) == expected)
            #expect(try Self.assess(record, general) == expected)
            // What was assessed before is taken out, whoever's it is.
            let again = String(expected.dropFirst(7))
            #expect(try Self.assess(again, own, isOwn: true) == expected)
            if expected.contains("\"leads\"") { leads += 1 }
        }
        #expect(leads > 50)
    }

    /// A line that only passes for one of ours is written as anybody's.
    @Test(arguments: [
        #"{"event":{"kind":"event"},"tls":{"server":{"jarm":"AA"}}}"#,
        #"{"tls":{"server":{"jarm":"AA"}},"hallmark":{}}"# + "\n",
        #"{"event":{"kind":"event","x":[{}]},"x":"\#(String(repeating: "x", count: 200))","tls":{"server":{"jarm":"AA"}},"hallmark":{}}"#
            + "\n",
    ])
    func othersLinesStayWhole(_ line: String) throws {
        let set = try load([rule("s: {tls.server.jarm: aa}\ncondition: s", hallmark: Self.tool)])
        let expected = try Self.assess(line, Assessor(set))
        #expect(expected.contains("\"leads\""))
        #expect(try Self.assess(line, Assessor(set), isOwn: true) == expected)
    }

    private static let tool = "hallmark: {software: {name: Tool}, specificity: strong}"

    /// The same evidence is told otherwise when a fact has expired, or something else was looked at.
    @Test func whatElseDecidesIsSeen() throws {
        let expiring = "hallmark: {software: {name: Tool}, specificity: strong, expires: 2026-06-01}"
        let set = try load([
            rule("s: {tls.server.ja3s|startswith: aa}\ncondition: s", hallmark: expiring, title: "One"),
            rule("s: {tls.server.jarm: bb}\ncondition: s", hallmark: Self.tool, title: "Two"),
            rule("s: {http.response.status_code: 418}\ncondition: s", hallmark: Self.tool, title: "Three"),
        ])
        let assessor = Assessor(set)
        var told: Set<String> = []
        for _ in 0..<2 {
            for time in ["2026-05-31T23:59:59Z", "2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z"] {
                for (value, more) in [
                    ("aab", ""), ("aac", ""), ("aab", #","http":{"response":{"status_code":200}}"#),
                ] {
                    let line =
                        #"{"@timestamp":"\#(time)","event":{"kind":"event"},"tls":{"server":{"ja3s":"\#(value)"}}\#(more),"hallmark":{"scan":{}}}"#
                    let expected = try Self.assess(line, Assessor(set))
                    #expect(try Self.assess(line, assessor) == expected)
                    told.insert(expected.replacing(time, with: ""))
                }
            }
        }
        #expect(told.count == 6)
    }

    /// More different evidence than is remembered.
    @Test func itForgets() throws {
        let set = try load([
            rule("s: {tls.server.ja3s|startswith: aa}\ncondition: s", hallmark: Self.tool)
        ])
        let assessor = Assessor(set)
        for number in 0..<1000 {
            let line = #"{"tls":{"server":{"ja3s":"aa\#(number % 600)"}}}"#
            #expect(try Self.assess(line, assessor).contains(#""value":"aa\#(number % 600)""#))
        }
    }
}
