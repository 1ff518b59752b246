import Glibc

/// Locks that keep two runs away from one file; they end with the process, however it ends.
package enum FileLock {
    /// Takes an open file for this process.
    ///
    /// - Returns: false if another run holds it. A file system that has no locks gives the file to everybody.
    package static func take(_ descriptor: Int32) -> Bool {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            return errno != EWOULDBLOCK
        }
        return true
    }
}
