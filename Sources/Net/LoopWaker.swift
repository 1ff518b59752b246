import CUV
import Synchronization

/// Wakes an event loop from any thread.
///
/// Several calls before the loop gets to it may end in one call of the loop's side. Once the loop
/// is gone a call does nothing.
package final class LoopWaker: Sendable {
    // The handle's address as a number, as a pointer may not be shared; 0 once it is closed. The
    // lock keeps the loop from closing the handle while another thread is using it.
    private let address = Mutex<UInt>(0)

    /// Has the loop call what its waker was made with.
    package func wake() {
        address.withLock {
            guard let async = UnsafeMutablePointer<uv_async_t>(bitPattern: $0) else { return }
            _ = uv_async_send(async)
        }
    }

    func connect(_ async: UnsafeMutablePointer<uv_async_t>) {
        address.withLock { $0 = UInt(bitPattern: async) }
    }

    func disconnect() {
        address.withLock { $0 = 0 }
    }
}
