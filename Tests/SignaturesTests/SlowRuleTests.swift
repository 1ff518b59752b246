import Synchronization
import TestSupport
import Testing

@testable import Signatures
import YAML

/// Rules that take long to compile are refused by name.
@Suite struct SlowRuleTests {
    private static let documents = Result {
        try [
            rule("s:\n  http.response.title|re: '^(a|b)*x.{200}$'\ncondition: s", title: "Slow"),
            rule("s:\n  http.response.title|contains: b\ncondition: s", title: "Quick"),
        ].enumerated().flatMap { try RuleReader.read($1, file: "\($0).yml") }
    }

    @Test func ruleOverTheLimitIsNamed() throws {
        var refused: [YAMLError] = []
        let set = try RuleSet.compile(Self.documents.get(), cache: nil, refused: &refused, limit: .zero)
        #expect(set.rules.map(\.title) == ["Quick"])
        #expect(refused.count == 1)
        #expect(
            refused.first?.description.hasPrefix("0.yml:1:1: Slow: its patterns take ") == true,
            "\(refused)"
        )
    }

    @Test func progressIsTold() throws {
        var refused: [YAMLError] = []
        let told = Mutex<[Int]>([])
        let set = try RuleSet.compile(
            Self.documents.get(),
            cache: nil,
            refused: &refused,
            limit: .seconds(600)
        ) { done, _ in told.withLock { $0.append(done) } }
        #expect(set.rules.count == 2 && refused.isEmpty)
        #expect(told.withLock { $0 } == [1, 1])
    }

    /// Rules with patterns that can't be compiled are found in one go: each is named, and no other is tried
    /// more than a few times.
    @Test func patternsThatCannotBeCompiledAreFoundTogether() throws {
        let count = 12
        let documents =
            (0..<count).map { number in
                // Large as each is alone, none of them can be made.
                rule(
                    "s:\n  http.response.title|re: 'n\(number)(.{60}x|.{61}y){30}'\ncondition: s",
                    title: "Bad \(number)"
                )
            } + [rule("s:\n  http.response.title|contains: b\ncondition: s", title: "Quick")]
        let read = try documents.enumerated().flatMap { try RuleReader.read($1, file: "\($0).yml") }
        var refused: [YAMLError] = []
        let told = Mutex(0)
        let set = try RuleSet.compile(read, cache: nil, refused: &refused, limit: .seconds(600)) { _, _ in
            told.withLock { $0 += 1 }
        }
        #expect(set.rules.map(\.title) == ["Quick"])
        #expect(refused.count == count && refused.allSatisfy { $0.message.contains("not supported") })
        #expect(told.withLock { $0 } <= 3 * (count + 1))
    }

    /// A correlation of a rule that is refused is refused as well.
    @Test func whatNeedsARefusedRuleIsRefusedToo() throws {
        let correlation = """
            title: C
            correlation: {type: event_count, rules: [slow], group-by: [server.ip], timespan: 1d, condition: {gte: 2}}
            """
        let slow = rule(
            "s:\n  http.response.title|re: 'x.{200}y'\ncondition: s",
            hallmark: "name: slow",
            title: "Slow"
        )
        let quick = rule("s:\n  http.response.title: b\ncondition: s", title: "Quick")
        let documents = try [slow, quick, correlation].enumerated().flatMap {
            try RuleReader.read($1, file: "\($0).yml")
        }
        var refused: [YAMLError] = []
        let set = try RuleSet.compile(documents, cache: nil, refused: &refused, limit: .zero)
        #expect(set.rules.map(\.title) == ["Quick"] && set.correlations.isEmpty)
        #expect(refused.map(\.file) == ["0.yml", "2.yml"])
    }

    @Test(arguments: [
        ("a.*b", false), ("\\{8\\}", false), ("x.{500}", true), ("a*b*c*d*e*f*g*h*", true), ("name", false),
    ])
    func fewPatternsAreTriedAlone(_ expression: String, _ isTried: Bool) {
        #expect(PatternProbe.mayBeSlow(expression) == isTried)
    }
}
