import Glibc

/// The signal that a write to a closed connection or pipe sends.
package enum BrokenPipe {
    /// Makes such a write return an error in place of ending the process.
    ///
    /// Every `EventLoop` calls it, as libuv writes without `MSG_NOSIGNAL`; a program without loops
    /// may want it for its output.
    package static func ignoreSignal() {
        signal(SIGPIPE, SIG_IGN)
    }
}
