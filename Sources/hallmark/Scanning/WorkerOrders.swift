import Fleet
import Foundation
import Glibc
import Synchronization

/// What a scan was told by the worker of a fleet that started it (`ScanOrders`).
enum WorkerOrders {
    /// Set for a program that a worker has started.
    static let variable = "HALLMARK_WORKER"

    /// The orders, and where the worker says until when they hold.
    private static let held = Mutex<(orders: ScanOrders, descriptor: CInt)?>(nil)

    /// The arguments that a worker has sent; nil for a program that no worker has started.
    static func words() throws -> [String]? {
        guard getenv(variable) != nil else { return nil }
        let descriptor = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
        guard descriptor >= 0 else {
            throw FleetError("hallmark: \(variable) is for a worker of a fleet alone")
        }
        // Nothing else reads there: it is no list of targets.
        let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
        if nothing >= 0 {
            dup2(nothing, STDIN_FILENO)
            close(nothing)
        }
        let orders: ScanOrders
        do throws(FleetError) { orders = try ScanOrders.read(from: descriptor) } catch {
            throw FleetError("hallmark: \(error)")
        }
        held.withLock { $0 = (orders, descriptor) }
        return orders.words
    }

    /// Whether addresses of special-purpose networks are refused.
    static var refusesSpecial: Bool { held.withLock { $0?.orders.refusesSpecial ?? false } }

    /// From now on the scan ends when the worker lets it go on no longer, or is gone: nobody takes its
    /// records any more, and its part of the rate goes to somebody else.
    static func heed() {
        guard let descriptor = held.withLock({ $0?.descriptor }) else { return }
        let thread = Thread {
            ScanOrders.waitForEnd(descriptor)
            // At once: what has begun makes connections, too. What does not end so is ended.
            for pause in [200_000, 3_000_000, 0] as [useconds_t] {
                kill(getpid(), SIGTERM)
                usleep(pause)
            }
        }
        thread.stackSize = 128 << 10
        thread.start()
    }
}
