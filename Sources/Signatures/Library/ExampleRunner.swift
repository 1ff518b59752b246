import Bytes
import Observations
package import YAML

/// Runs the examples of rules against all rules of a set together.
package struct ExampleRunner: ~Copyable {
    package struct Outcome: Sendable {
        package var matches = 0
        package var nearMisses = 0
        package var failures: [YAMLError] = []
    }

    private let scratch: MatchScratch
    private var line = ByteBuffer()

    package init(_ set: RuleSet) { scratch = MatchScratch(set) }

    package mutating func run() throws -> Outcome {
        var outcome = Outcome()
        for (index, rule) in scratch.ruleSet.rules.enumerated() {
            for example in rule.hallmark.matches {
                outcome.matches += 1
                try check(example, of: index, rule, &outcome.failures)
            }
            for example in rule.hallmark.nearMisses {
                outcome.nearMisses += 1
                if try matched(example).contains(index) {
                    outcome.failures.append(
                        example.node.error("a near miss matches its own rule, \(rule.title)")
                    )
                }
            }
        }
        try runCorrelations(&outcome)
        return outcome
    }

    private mutating func matched(_ example: RuleExample) throws -> [Int] {
        line.removeAll()
        try example.encode(into: &line)
        let scratch = scratch
        try line.withSpan { span in
            try span.withUnsafeBufferPointer { bytes in try scratch.match(bytes) }
        }
        return scratch.matched.map(\.rule)
    }

    private mutating func check(
        _ example: RuleExample,
        of index: Int,
        _ rule: SigmaRule,
        _ failures: inout [YAMLError]
    ) throws {
        let found = try matched(example)
        if !found.contains(index) {
            failures.append(example.node.error("the example does not match its own rule, \(rule.title)"))
        }
        let names = Set(rule.hallmark.software.map(\.name))
        guard !names.isEmpty else { return }
        for other in found where other != index {
            let second = scratch.ruleSet.rule(other)
            let others = Set(second.hallmark.software.map(\.name))
            if others.isEmpty || !names.isDisjoint(with: others) { continue }
            if Self.overlap(rule, second) || Self.overlap(second, rule) { continue }
            failures.append(
                example.node.error(
                    "the example is matched by \(second.title) of \(others.sorted().joined(separator: ", ")) as well"
                )
            )
        }
    }

    /// Whether `rule` says that `other` may match its examples.
    private static func overlap(_ rule: SigmaRule, _ other: SigmaRule) -> Bool {
        rule.hallmark.overlaps.contains { name in
            other.isCalled(name) || other.hallmark.software.contains { $0.name == name }
        }
    }

    private mutating func runCorrelations(_ outcome: inout Outcome) throws {
        for rule in scratch.ruleSet.correlations {
            for (sweeps, expected) in [(rule.matches, true), (rule.nearMisses, false)] {
                for sweep in sweeps {
                    if expected { outcome.matches += 1 } else { outcome.nearMisses += 1 }
                    var correlator = Correlator(scratch.ruleSet)
                    for example in sweep {
                        _ = try matched(example)
                        correlator.add(correlator.events(scratch))
                    }
                    let found = correlator.finish().contains { $0.rule.title == rule.title }
                    if found != expected, let first = sweep.first {
                        outcome.failures.append(
                            first.node.error(
                                "\(rule.title): the sweep \(expected ? "does not match" : "matches")"
                            )
                        )
                    }
                }
            }
        }
    }
}
