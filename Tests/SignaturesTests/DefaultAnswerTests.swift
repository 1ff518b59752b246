import Bytes
import Foundation
import Observations
import Testing

@testable import Signatures

/// HTTP answers as tools and innocent software give them by default, through our own HTTP reader, against the
/// library.
@Suite struct DefaultAnswerTests {
    private static let rules = Result { try SignatureLibrary.load([signatures], cache: nil) }
    private static let signatures = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("signatures").resolvingSymlinksInPath().path

    @Test(arguments: DefaultAnswer.tools) func toolIsKnown(_ answer: DefaultAnswer) throws {
        let set = try Self.rules.get()
        let assessment = try assess(answer.answer, to: HTTPRequest(answer.method, answer.path), set)
        #expect(rules(of: assessment, in: set).contains(answer.rule))
        let software = set.rules.first { path($0) == answer.rule }?.hallmark.software ?? []
        #expect(assessment.leads.contains { software.contains($0.software) })
    }

    @Test(arguments: DefaultAnswer.innocent) func innocentAnswerIsKnownAndRaisesNothing(
        _ answer: DefaultAnswer
    ) throws {
        let set = try Self.rules.get()
        let assessment = try assess(answer.answer, to: HTTPRequest(answer.method, answer.path), set)
        #expect(rules(of: assessment, in: set).contains(answer.rule))
        #expect((assessment.highest ?? .low) == .low)
    }

    private func path(_ rule: SigmaRule) -> String {
        String(rule.file.dropFirst(Self.signatures.count + 1).dropLast(4))
    }

    private func rules(of assessment: Assessment, in set: RuleSet) -> [String] {
        assessment.matches.map { path(set.rules[$0.rule]) }
    }
}
