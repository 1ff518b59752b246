import Glibc

/// The memory that the process may map, where somebody bounds it.
enum AddressSpace {
    /// Rules, the stacks of threads and their heaps, for which the C library asks 64 MiB at a time, in bytes.
    private static let least = 192 << 20

    /// What is wrong with the bound.
    struct Shortage: Error, CustomStringConvertible {
        let limit, free: Int

        var description: String {
            "the address space is limited to \(limit >> 20) MiB, of which \(max(0, free) >> 20) are free: "
                + "\(least >> 20) have to be (ulimit -v; LimitAS= of systemd)"
        }
    }

    /// Refuses to begin where the bound leaves no room: memory that can't be had in the middle ends a Swift
    /// program by a signal, and no summary says so.
    static func check() throws(Shortage) {
        var limits = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limits) == 0 else { return }
        let limit = Int(clamping: limits.rlim_cur)
        // Far more than any run maps, and what no limit is told as.
        guard limit < 1 << 40, let mapped = mapped() else { return }
        guard limit - mapped >= least else { throw Shortage(limit: limit, free: limit - mapped) }
    }

    /// Bytes that are mapped now (proc(5), statm); nil without /proc.
    private static func mapped() -> Int? {
        let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = read(file, &bytes, bytes.count)
        let digits = bytes.prefix(max(0, count)).prefix { (0x30...0x39).contains($0) }
        guard let pages = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
        return pages.multipliedReportingOverflow(by: Int(getpagesize())).partialValue
    }
}
