import Dispatch
import Glibc
import Synchronization
import YAML

/// Finds the rules whose patterns take long to compile, or can't be, before all are compiled together.
///
/// Nearly all patterns take a millisecond. Some short ones with large repeats take a second each, and 800 of
/// them minutes. Each pattern that could is compiled alone, on all cores, and the processor's time for it is
/// taken. Of patterns that are compiled together the first that can't be is named: to find 800 one after the
/// other would take as long.
package struct PatternProbe: Sendable {
    /// The time of a processor that one rule's patterns may take.
    ///
    /// A machine that is a hundred times slower than a common one must not refuse a shipped rule: the
    /// slowest of them takes 2 s under valgrind.
    package static let limit = Duration.seconds(5)

    let limit: Duration
    let progress: CompilationProgress?
    /// Whether those that may be slow were tried already.
    var isDone = false

    /// What came of a pattern that was compiled alone.
    private struct Trial {
        var time = Duration.zero
        /// Why it can't be compiled.
        var failure: String?
    }

    /// The rules over the limit and those that can't be compiled, as far as they may be slow, each with an
    /// error that names it.
    func slowRules(
        _ rules: [SigmaRule],
        _ atoms: [FieldTest],
        _ lists: [[PatternDatabase.Pattern]]
    ) -> [YAMLError] {
        isDone ? [] : refused(rules, atoms, lists.joined().filter { Self.mayBeSlow($0.expression) })
    }

    /// The same of all patterns, where some can't be compiled.
    func unsupportedRules(
        _ rules: [SigmaRule],
        _ atoms: [FieldTest],
        _ lists: [[PatternDatabase.Pattern]]
    ) -> [YAMLError] {
        refused(rules, atoms, lists.flatMap(\.self))
    }

    /// What is wrong with a rule that has a pattern which can't be compiled.
    static func unsupported(_ field: String, _ message: String) -> String {
        "\(field): regular expression not supported: \(message)"
    }

    private func refused(
        _ rules: [SigmaRule],
        _ atoms: [FieldTest],
        _ patterns: [PatternDatabase.Pattern]
    ) -> [YAMLError] {
        guard !patterns.isEmpty else { return [] }
        let trials = Mutex<[FieldTest: Trial]>([:])
        let done = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: patterns.count) { index in
            var trial = Trial()
            trial.time = Self.processorTime {
                do throws(PatternFailure) { _ = try PatternDatabase.compile([patterns[index]]) } catch {
                    trial.failure = error.message
                }
            }
            trials.withLock { $0[atoms[Int(patterns[index].atom)]] = trial }
            progress?(done.add(1, ordering: .relaxed).newValue, patterns.count)
        }
        let tried = trials.withLock { $0 }
        return rules.compactMap { rule in
            let tests = Set(rule.condition.tests)
            for test in rule.condition.tests {
                guard let failure = tried[test]?.failure else { continue }
                return rule.node.error(Self.unsupported(test.field, failure))
            }
            let sum = tests.compactMap { tried[$0]?.time }.reduce(Duration.zero, +)
            guard sum > limit else { return nil }
            return rule.node.error(
                "\(rule.title): its patterns take \(Self.milliseconds(sum)) ms to compile, "
                    + "\(Self.milliseconds(limit)) at most: large repeats, such as .{500}, cost most"
            )
        }
    }

    private static func milliseconds(_ time: Duration) -> Int64 {
        time.components.seconds * 1000 + time.components.attoseconds / 1_000_000_000_000_000
    }

    /// Whether an expression repeats something more than a few times, or many things without end.
    static func mayBeSlow(_ expression: String) -> Bool {
        var repeats = 0
        var bytes = expression.utf8.makeIterator()
        while let byte = bytes.next() {
            switch byte {
            case 0x5c: _ = bytes.next()
            case 0x2a, 0x2b: repeats += 1
            case 0x7b: repeats += 8
            default: break
            }
        }
        return repeats >= 8
    }

    /// The time that this thread's processor spends on `work`.
    private static func processorTime(_ work: () -> Void) -> Duration {
        func now() -> Duration {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
        }
        let start = now()
        work()
        return now() - start
    }
}
