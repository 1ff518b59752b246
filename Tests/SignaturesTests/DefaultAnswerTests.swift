import Foundation
import HTTPClient
import Observations
import Testing
import Wire

@testable import Signatures

/// HTTP answers as tools and innocent software give them by default, through our own HTTP reader, against the library.
@Suite struct DefaultAnswerTests {
    private static let rules = Result { try SignatureLibrary.load([signatures], cache: nil) }
    private static let signatures = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("signatures").resolvingSymlinksInPath().path

    @Test(arguments: DefaultAnswer.tools) func toolIsKnown(_ answer: DefaultAnswer) throws {
        let set = try Self.rules.get()
        let assessment = try assess(answer, set)
        #expect(rules(of: assessment, in: set).contains(answer.rule))
        let software = set.rules.first { path($0) == answer.rule }?.hallmark.software ?? []
        #expect(assessment.leads.contains { software.contains($0.software) })
    }

    @Test(arguments: DefaultAnswer.innocent) func innocentAnswerIsKnownAndRaisesNothing(
        _ answer: DefaultAnswer
    ) throws {
        let set = try Self.rules.get()
        let assessment = try assess(answer, set)
        #expect(rules(of: assessment, in: set).contains(answer.rule))
        #expect((assessment.highest ?? .low) == .low)
    }

    private func path(_ rule: SigmaRule) -> String {
        String(rule.file.dropFirst(Self.signatures.count + 1).dropLast(4))
    }

    private func rules(of assessment: Assessment, in set: RuleSet) -> [String] {
        assessment.matches.map { path(set.rules[$0.rule]) }
    }

    /// What the library says of an endpoint that answers so, and with an empty page to the first request when that is another one.
    private func assess(_ answer: DefaultAnswer, _ set: RuleSet) throws -> Assessment {
        let options = HTTPOptions()
        let request = HTTPRequest(answer.method, answer.path)
        let isFirst = request == HTTPRequest("GET", "/")
        let plan = RequestPlan(options, asking: isFirst ? [] : [request])
        let probe = HTTPProbe(HTTPOrigin(isTLS: true, host: "host.test", port: 443), plan, options)
        _ = probe.connected()
        if !isFirst { _ = probe.received(Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8).span) }
        _ = probe.received(Array(answer.answer.utf8).span)
        _ = probe.closed()

        var line = ByteBuffer(capacity: 8192)
        line.append(0x7b)
        if let first = probe.exchanges.first { HTTPEncoder.encode(first, into: &line) }
        line.object("hallmark")
        HTTPEncoder.encodeFurther(probe.exchanges.dropFirst(), into: &line)
        line.endObject()
        line.append(0x7d)
        return try Assessor(set).assess(&line)
    }
}
