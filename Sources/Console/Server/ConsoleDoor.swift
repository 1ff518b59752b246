import Foundation
import Synchronization

/// What stands before a console until it is there: the gate wants the port, which is known only when it is
/// listened at.
package final class ConsoleDoor: Sendable {
    private let console = Mutex<Console?>(nil)

    package init() {}

    package func open(_ console: Console) { self.console.withLock { $0 = console } }

    /// Answers a request; one that comes before the console waits for it for a few seconds.
    package func answer(_ request: ConsoleRequest) -> ConsoleResponse {
        for _ in 0..<1000 {
            if let console = console.withLock({ $0 }) { return console.answer(request) }
            usleep(5000)
        }
        return .problem(503, "The console is about to begin.")
    }
}
