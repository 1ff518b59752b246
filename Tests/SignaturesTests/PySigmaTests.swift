import Bytes
import Foundation
import Observations
import TestSupport
import Testing

@testable import Signatures

/// Our reading and matching held to pySigma's: every shipped rule is read by it without an error, and its
/// SQLite backend's queries find the same observations.
@Suite struct PySigmaTests {
    /// All shipped rules, filters and correlations over the examples of all of them, those of sweeps as well.
    @Test func shippedRulesFindTheSame() throws {
        let library = try SignatureLibrary.read([Self.root + "/signatures"], ja4plus: true)
        #expect(library.errors.isEmpty, "\(library.errors)")
        let set = try RuleSet(library.documents)
        var examples = set.rules.flatMap { $0.hallmark.matches + $0.hallmark.nearMisses }
        for rule in set.correlations { examples += (rule.matches + rule.nearMisses).joined() }
        var line = ByteBuffer()
        let observations = try examples.map { example in
            line.removeAll()
            try example.encode(into: &line)
            return line.withSpan { span in String(decoding: span.indices.map { span[$0] }, as: UTF8.self) }
        }
        let used = try SigmaComparison([library.files.map(\.path)], observations, ja4plus: true).check()
        #expect(used.isEmpty, "the shipped rules need no explanation")
    }

    /// Every modifier, over fields with none, one and several values and over several HTTP exchanges.
    @Test(arguments: [UInt64(1), 2])
    func generatedRulesFindTheSame(_ seed: UInt64) throws {
        var generator = DifferentialRules(seed: seed)
        let scratch = Scratch()
        let paths = try generator.rules(600).enumerated().map { try scratch.write("\($0).yml", $1) }
        let observations = (0..<200).map { _ in generator.observation() }
        let used = try SigmaComparison([paths], observations).check()
        #expect(used == [.address, .anyAddress, .week])
    }

    @Test func filteredRulesFindTheSame() throws {
        var generator = DifferentialRules(seed: 4)
        let scratch = Scratch()
        let collections = try (0..<100).map { number in
            try generator.filtered(number).enumerated().map {
                try scratch.write("\(number)-\($0).yml", $1)
            }
        }
        let observations = (0..<150).map { _ in generator.observation() }
        let used = try SigmaComparison(collections, observations).check()
        #expect(used == [.address, .anyAddress, .week])
    }

    @Test func correlationsFindTheSame() throws {
        var generator = DifferentialRules(seed: 5)
        let scratch = Scratch()
        let collections = try (0..<150).map { number in
            try generator.correlated(number).enumerated().map {
                try scratch.write("\(number)-\($0).yml", $1)
            }
        }
        let observations = (0..<150).map { _ in generator.sighting() }
        let used = try SigmaComparison(collections, observations).check()
        #expect(used == [.upperBound, .noTime])
    }

    private static let root = #filePath.replacing("/Tests/SignaturesTests/PySigmaTests.swift", with: "")
}
