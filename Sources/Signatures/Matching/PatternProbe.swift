import Dispatch
import Glibc
import Synchronization
import YAML

/// Finds the rules whose patterns take long to compile, before all are compiled together.
///
/// Nearly all patterns take a millisecond. Some short ones with large repeats take a second each, and 800 of
/// them minutes. Each pattern that could is compiled alone, on all cores, and the processor's time for it is
/// taken.
package struct PatternProbe: Sendable {
    /// The time of a processor that one rule's patterns may take.
    ///
    /// A machine that is a hundred times slower than a common one must not refuse a shipped rule: the
    /// slowest of them takes 2 s under valgrind.
    package static let limit = Duration.seconds(5)

    let limit: Duration
    let progress: CompilationProgress?

    /// The rules over the limit, each with an error that names it.
    func slowRules(
        _ rules: [SigmaRule],
        _ atoms: [FieldTest],
        _ lists: [[PatternDatabase.Pattern]]
    ) -> [YAMLError] {
        let heavy = lists.joined().filter { Self.mayBeSlow($0.expression) }
        guard !heavy.isEmpty else { return [] }
        let times = Mutex<[FieldTest: Duration]>([:])
        let done = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: heavy.count) { index in
            let time = Self.processorTime {
                // A pattern that can't be compiled is refused, by name, when all are.
                _ = try? PatternDatabase.compile([heavy[index]])
            }
            times.withLock { $0[atoms[Int(heavy[index].atom)]] = time }
            progress?(done.add(1, ordering: .relaxed).newValue, heavy.count)
        }
        let taken = times.withLock { $0 }
        return rules.compactMap { rule in
            let times = Set(rule.condition.tests).compactMap { taken[$0] }
            let sum = times.reduce(Duration.zero, +)
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
