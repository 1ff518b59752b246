import Synchronization
import Testing
import Wire

@testable import Scan

@Suite struct RateLimiterTests {
    private static let second: UInt64 = 1_000_000_000

    /// Loops that share a limiter, each looking again when it was told to and up to `late` nanoseconds later.
    ///
    /// - Returns: when each connection was made, in order.
    private func connections(
        rate: Double,
        loops: Int,
        targets: Int,
        until end: UInt64 = .max,
        late: UInt64
    ) -> [UInt64] {
        let limiter = RateLimiter(rate: rate)
        let start = 10 * Self.second
        var wakes = (0..<loops).map { start + UInt64($0) }
        var times: [UInt64] = []
        var state: UInt64 = 7
        while times.count < targets {
            let loop = wakes.indices.min { wakes[$0] < wakes[$1] } ?? 0
            let now = wakes[loop]
            guard now - start < end else { break }
            let wait = limiter.take(now: now)
            if wait == 0 {
                times.append(now)
                wakes[loop] = now + 20_000
            } else {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                wakes[loop] = now + wait + (late == 0 ? 0 : (state >> 33) % late)
            }
        }
        return times
    }

    /// Within 2 % for ranges of a few and of many targets, on any number of threads.
    @Test(arguments: [1, 2, 8], [50.0, 100, 1000])
    func holdsForEveryNumberOfLoops(_ loops: Int, _ rate: Double) throws {
        for targets in [16, 256, 5000] {
            for late: UInt64 in [0, 1_000_000, 5_000_000] {
                let times = connections(rate: rate, loops: loops, targets: targets, late: late)
                #expect(times.count == targets)
                let took = Double(try #require(times.last) - times[0]) / 1e9
                let due = Double(targets - 1) / rate
                // The last one may be as late as its loop, which says nothing of the rate.
                #expect(took >= due * 0.98 && took <= due * 1.02 + Double(late) / 1e9 + 0.001)
            }
        }
    }

    @Test(arguments: [0.5, 1, 3, 10, 333.3, 5000, 40_000])
    func inNoWindowMoreThanItsShareAndABurst(_ rate: Double) {
        let times = connections(
            rate: rate,
            loops: 3,
            targets: 500_000,
            until: 10 * Self.second,
            late: 20_000_000
        )
        #expect(Double(times.count) <= rate * 10 * 1.02 + 1)
        #expect(Double(times.count) >= (rate * 10 * 0.98 - 1).rounded(.down))
        for start in stride(from: 0, to: times.count, by: max(1, times.count / 500)) {
            var end = start
            while end < times.count, times[end] < times[start] + Self.second / 10 { end += 1 }
            #expect(Double(end - start) <= rate * 0.1 + rate * 0.05 + 2)
        }
    }

    @Test func silenceIsNotSavedUp() {
        let limiter = RateLimiter(rate: 1000)
        #expect(limiter.take(now: 0) == 0)
        #expect(limiter.take(now: 3600 * Self.second) == 0)
        #expect(limiter.take(now: 3600 * Self.second) == 1_000_000)
        // A loop that comes late to what it waited for catches up with a twentieth of a second at most.
        var burst = 0
        while limiter.take(now: 3610 * Self.second) == 0 { burst += 1 }
        #expect(burst <= 51)
    }

    @Test func tellsHowLongToWait() {
        let limiter = RateLimiter(rate: 4)
        #expect(limiter.take(now: 100) == 0)
        #expect(limiter.take(now: 100) == 250_000_000)
        #expect(limiter.take(now: 100_000_100) == 150_000_000)
        #expect(limiter.take(now: 250_000_100) == 0)
    }

    /// Who may go ahead goes first, and both together hold the rate.
    @Test func precedenceKeepsTheRate() {
        let limiter = RateLimiter(rate: 1000)
        var taken = (first: 0, second: 0)
        for step in 0..<20_000 {
            let now = Self.second + UInt64(step) * 500_000
            while limiter.take(now: now) == 0 { taken.second += 1 }
            // Wants more than there is in the second half.
            for _ in 0..<(step < 10_000 ? step % 4 / 3 : 3)
            where limiter.take(now: now, ahead: 20_000_000) == 0 {
                taken.first += 1
            }
        }
        #expect(abs(taken.first + taken.second - 10_000) <= 60, "\(taken)")
        #expect(abs(taken.first - 7500) <= 60, "\(taken)")
    }

    @Test func aRateNextToNothingIsNoTrap() {
        for rate in [Double.leastNormalMagnitude, 1e-30, 1e-6, .greatestFiniteMagnitude, .infinity] {
            let limiter = RateLimiter(rate: rate)
            #expect(limiter.take(now: 5) == 0)
            #expect(rate > 1 || limiter.take(now: 5) > Self.second)
        }
    }
}

@Suite struct PrefixLimiterTests {
    private func v4(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test func capsEachNetworkByItself() throws {
        let limiter = PrefixLimiter(cap: 2)
        #expect(limiter.acquire(try v4("192.0.2.1")))
        #expect(limiter.acquire(try v4("192.0.2.255")))
        #expect(!limiter.hasRoom(try v4("192.0.2.77")))
        #expect(!limiter.acquire(try v4("192.0.2.3")))
        #expect(limiter.acquire(try v4("192.0.3.1")))
        limiter.release(try v4("192.0.2.1"))
        #expect(limiter.hasRoom(try v4("192.0.2.77")))
        #expect(limiter.acquire(try v4("192.0.2.3")))
        #expect(!limiter.acquire(try v4("192.0.2.1")))

        #expect(limiter.acquire(try v4("2001:db8:0:1::1")))
        #expect(limiter.acquire(try v4("2001:db8:0:1:ffff::1")))
        #expect(!limiter.acquire(try v4("2001:db8:0:1::2")))
        #expect(limiter.acquire(try v4("2001:db8:0:2::1")))
    }

    /// 4,096 neighbouring networks fall on nearly as many counters.
    @Test func neighboursDoNotMeet() {
        let limiter = PrefixLimiter(cap: 1)
        let got = (0..<4096).filter { limiter.acquire(IPAddress(v4: 0x0a00_0000 + UInt32($0) << 8)) }.count
        #expect(got > 3800)
        let six = PrefixLimiter(cap: 1)
        let sixGot = (0..<4096).filter { six.acquire(IPAddress(v6: UInt128($0) << 64 | 0xfd << 120)) }.count
        #expect(sixGot > 3800)
    }

    @Test func holdsTheCapWhenThreadsRace() async {
        let limiter = PrefixLimiter(cap: 3)
        let seen = Seen()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for round in 0..<20_000 {
                        let address = IPAddress(v4: 0xc000_0200 + UInt32(round % 256))
                        guard limiter.acquire(address) else { continue }
                        seen.acquired.add(1, ordering: .relaxed)
                        if seen.open.add(1, ordering: .sequentiallyConsistent).newValue > 3 {
                            seen.exceeded.add(1, ordering: .relaxed)
                        }
                        seen.open.subtract(1, ordering: .sequentiallyConsistent)
                        limiter.release(address)
                    }
                }
            }
        }
        #expect(seen.exceeded.load(ordering: .relaxed) == 0)
        #expect(seen.acquired.load(ordering: .relaxed) > 0)
        // Nothing is left counted.
        let address = IPAddress(v4: 0xc000_0200)
        #expect((0..<4).map { _ in limiter.acquire(address) } == [true, true, true, false])
    }

    /// What the threads count together.
    private final class Seen: Sendable {
        let open = Atomic<Int>(0)
        let exceeded = Atomic<Int>(0)
        let acquired = Atomic<Int>(0)
    }
}
