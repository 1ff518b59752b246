import Dispatch
import Foundation
import Synchronization

/// Threads that make answers, in the order in which they were asked for.
///
/// Who reads requests and sends answers never waits for one that is made.
final class AnswerThreads: Sendable {
    private let jobs = Mutex<[@Sendable () -> Void]>([])
    private let waiting = DispatchSemaphore(value: 0)

    init(_ count: Int) {
        for _ in 0..<count {
            Thread.detachNewThread { [self] in
                while true {
                    waiting.wait()
                    jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }?()
                }
            }
        }
    }

    func run(_ job: @escaping @Sendable () -> Void) {
        jobs.withLock { $0.append(job) }
        waiting.signal()
    }
}
