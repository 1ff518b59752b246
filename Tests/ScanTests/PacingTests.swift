import Synchronization
import Testing
import Wire

@testable import Scan

@Suite struct RateLimiterTests {
    /// A connection is made whenever one is allowed; the loop's clock moves by a few milliseconds.
    private func connections(rate: Double, milliseconds: UInt64, step: (Int) -> UInt64) -> [UInt64] {
        var limiter = RateLimiter(rate: rate)
        var times: [UInt64] = []
        var (now, round) = (UInt64(1000), 0)
        while now < 1000 + milliseconds {
            while limiter.delay(now: now) == 0 {
                limiter.take()
                times.append(now)
            }
            now += step(round)
            round += 1
        }
        return times
    }

    @Test(arguments: [0.5, 1, 3, 10, 333.3, 5000, 40_000]) func keepsTheRate(_ rate: Double) {
        for step in [{ _ in 1 }, { UInt64($0 % 7 + 1) }, { UInt64($0 % 2 == 0 ? 1 : 40) }]
            as [(Int) -> UInt64]
        {
            let times = connections(rate: rate, milliseconds: 10_000, step: step)
            #expect(Double(times.count) <= rate * 10 + rate * 0.05 + 2)
            #expect(Double(times.count) >= (rate * 10 * 0.99 - 1).rounded(.down))
            // In no window more than its share and one burst.
            for start in stride(from: 0, to: times.count, by: max(1, times.count / 500)) {
                var end = start
                while end < times.count, times[end] < times[start] + 100 { end += 1 }
                #expect(Double(end - start) <= rate * 0.1 + rate * 0.05 + 2)
            }
        }
    }

    @Test func silenceIsNotSavedUp() {
        var limiter = RateLimiter(rate: 1000)
        #expect(limiter.delay(now: 0) == 0)
        var burst = 0
        while limiter.delay(now: 3_600_000) == 0 {
            limiter.take()
            burst += 1
        }
        #expect(burst == 51)
    }

    @Test func tellsHowLongToWait() {
        var limiter = RateLimiter(rate: 4)
        #expect(limiter.delay(now: 100) == 0)
        limiter.take()
        #expect(limiter.delay(now: 100) == 250)
        #expect(limiter.delay(now: 200) == 150)
        #expect(limiter.delay(now: 350) == 0)
        // One that could not wait is paid for later.
        limiter.take()
        limiter.take()
        #expect(limiter.delay(now: 350) == 500)
        // A clock that goes back neither gives nor takes.
        #expect(limiter.delay(now: 100) == 500)
    }

    @Test func aRateNextToNothingIsNoTrap() {
        for rate in [Double.leastNormalMagnitude, 1e-30, 1e-6] {
            var limiter = RateLimiter(rate: rate)
            limiter.take()
            #expect(limiter.delay(now: 5) > 1000)
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
