import Glibc

/// The process's limit of open files, each connection being one.
package enum FileLimit {
    /// The limit in force.
    package static var current: Int {
        limits.map { clamp($0.rlim_cur) } ?? 1024
    }

    /// Raises the limit to `count` open files, or as far as the system lets us.
    ///
    /// The hard limit is raised too where that is allowed, as it is for root. A limit that is
    /// already higher stays.
    /// - Returns: the limit now in force.
    @discardableResult
    package static func raise(to count: Int) -> Int {
        guard var wanted = limits, clamp(wanted.rlim_cur) < count else { return current }
        let hard = wanted.rlim_max
        wanted.rlim_cur = rlim_t(max(0, count))
        wanted.rlim_max = max(hard, wanted.rlim_cur)
        if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &wanted) != 0 {
            wanted.rlim_cur = min(wanted.rlim_cur, hard)
            wanted.rlim_max = hard
            _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &wanted)
        }
        return current
    }

    private static var limits: rlimit? {
        var limits = rlimit()
        return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 ? limits : nil
    }

    private static func clamp(_ limit: rlim_t) -> Int {
        Int(clamping: limit)
    }
}
