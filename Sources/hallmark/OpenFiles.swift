import Glibc

/// The files that the process may have open, where somebody bounds them.
enum OpenFiles {
    /// Standard streams, a corpus with what SQLite keeps beside it, an output, and what the libraries below
    /// us open for themselves: they end a program by a signal when they can't.
    private static let least: rlim_t = 32

    /// What is wrong with the bound.
    struct Shortage: Error, CustomStringConvertible {
        let limit: rlim_t

        var description: String {
            "no more than \(limit) files may be open at once: \(least) have to be (ulimit -n; LimitNOFILE= of systemd)"
        }
    }

    /// Raises the bound to what is needed, or refuses to begin.
    static func check() throws(Shortage) {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limits = rlimit()
        guard getrlimit(resource, &limits) == 0, limits.rlim_cur < least else { return }
        guard limits.rlim_max >= least else { throw Shortage(limit: limits.rlim_max) }
        limits.rlim_cur = least
        guard setrlimit(resource, &limits) == 0 else { throw Shortage(limit: limits.rlim_cur) }
    }
}
