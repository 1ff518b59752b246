import Glibc

/// The system's clock, for what a record says of when something was; never for how long it took.
package enum WallClock {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    package static var nanoseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        // A clock that is set before 1970 or after 2262 stands at the end that it passed.
        let seconds = min(max(Int64(time.tv_sec), 0), Int64.max / 1_000_000_000 - 1)
        return seconds * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// A clock that nobody sets and that only goes on: for how long something took.
package enum MonotonicClock {
    /// Nanoseconds since some moment in the past.
    package static var nanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}
