import Foundation
import Glibc

/// Ends a scan in order when the worker of a fleet that started it is gone: nobody takes its records any
/// more, and its part of the rate goes to somebody else.
enum ParentWatch {
    /// Holds the worker's process.
    static let variable = "HALLMARK_WORKER"

    /// From now on; without the variable, nothing happens.
    static func begin() {
        guard let text = ProcessInfo.processInfo.environment[variable], let parent = pid_t(text) else {
            return
        }
        let thread = Thread {
            while getppid() == parent { usleep(250_000) }
            kill(getpid(), SIGTERM)
        }
        thread.stackSize = 128 << 10
        thread.start()
    }
}
