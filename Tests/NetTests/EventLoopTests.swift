import CUV
import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Net

@Suite struct EventLoopTests {
    @Test func timersFireInTheOrderOfTheirTimesAndRunReturnsAfterTheLast() throws {
        let loop = try EventLoop()
        var fired: [String] = []
        loop.after(milliseconds: 30) { fired.append("second") }
        loop.after(milliseconds: 5) {
            fired.append("first")
            loop.after(milliseconds: 60) { fired.append("third") }
        }
        loop.after(milliseconds: 20) { fired.append("never") }.cancel()
        loop.run()
        #expect(fired == ["first", "second", "third"])
    }

    @Test func aRepeatedTimerDoesNotKeepTheLoopAlive() throws {
        let loop = try EventLoop()
        var count = 0
        var limit: LoopHandle?
        let timer = loop.every(milliseconds: 1) {
            count += 1
            if count == 3 { limit?.cancel() }
        }
        loop.run()
        #expect(count == 0)
        limit = loop.after(milliseconds: 60_000) {}
        loop.run()
        #expect(count >= 3)
        timer.cancel()
        timer.cancel()
        let before = count
        loop.after(milliseconds: 10) {}
        loop.run()
        #expect(count == before)
    }

    /// What is set up before `run` may take long; a deadline counts from when it was set.
    @Test func theClockGoesOnWhileTheLoopDoesNotRun() throws {
        let peer = try ScriptedPeer([.send([1])])
        let connection = RecordingConnection(on: try EventLoop())
        let before = connection.loop.now
        usleep(3_100_000)
        #expect(connection.loop.now >= before + 3000)
        connection.open(.loopback(peer.port), milliseconds: 3000)
        connection.loop.run()
        #expect(connection.ends == [.peerClosed])
    }

    /// Of twenty answers one after another each takes a round; the time can only be longer on a busy machine.
    @Test func roundsOfACrowdedLoopKeepTheirDistance() throws {
        let silent = try ScriptedPeer([.hold])
        let echo = try ScriptedPeer((0..<20).flatMap { _ in [.read(1), .send([1])] })
        let loop = try EventLoop(rounds: .apart)
        let others = (0..<EventLoop.crowd).map { _ in RecordingConnection(on: loop) }
        let connection = RecordingConnection(on: loop)
        var (exchanges, begin, end): (Int, UInt64, UInt64) = (0, 0, 0)
        connection.onConnected = {
            begin = uv_hrtime()
            $0.send("x")
        }
        connection.onReceived = {
            exchanges += 1
            end = uv_hrtime()
            if exchanges < 20 { $0.send("x") } else { loop.closeAll() }
        }
        for other in others { other.open(.loopback(silent.port), milliseconds: 60_000) }
        loop.after(milliseconds: 100) { connection.open(.loopback(echo.port), milliseconds: 60_000) }
        loop.run()
        #expect(others.allSatisfy { $0.ends == [.closed] })
        #expect(exchanges == 20)
        #expect(end - begin >= 19 * UInt64(EventLoop.crowd) * EventLoop.nanosecondsEach)
    }

    /// With so few descriptors that a loop cannot be made, or only just.
    @Test func aLoopThatCannotBeMadeIsAnError() async {
        await #expect(processExitsWith: .success) {
            var (made, failed) = (0, 0)
            for limit in 3...40 {
                var limits = rlimit(rlim_cur: rlim_t(limit), rlim_max: 4096)
                precondition(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0)
                do throws(UVError) {
                    let loop = try EventLoop()
                    let resolver = try? Resolver(on: loop, servers: ["127.0.0.1"])
                    loop.after(milliseconds: 1) {}
                    loop.run()
                    withExtendedLifetime(resolver) { made += 1 }
                } catch {
                    precondition(error == .tooManyFiles)
                    failed += 1
                }
            }
            precondition(made > 0 && failed > 0)
            exit(0)
        }
    }

    /// The process stops itself, and its child continues it later than the deadline.
    @Test func noDeadlinePassesWhileTheProcessIsStopped() async throws {
        await #expect(processExitsWith: .success) {
            let peer = try ScriptedPeer([.hold])
            let connection = RecordingConnection(on: try EventLoop())
            var sawPause: [Bool] = []
            connection.onConnected = { connection in
                connection.loop.after(milliseconds: 1) {
                    let shell = Process()
                    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
                    shell.arguments = ["-c", "sleep 2.5; kill -CONT \(getpid())"]
                    do { try shell.run() } catch { exit(1) }
                    kill(getpid(), SIGSTOP)
                }
                connection.loop.after(milliseconds: 2600) {
                    sawPause.append(connection.sawPause)
                    sawPause.append(connection.ends.isEmpty)
                    connection.close()
                }
            }
            connection.open(
                .loopback(peer.port),
                milliseconds: 2000,
                totalDeadline: connection.loop.now + 2000
            )
            connection.loop.run()
            precondition(sawPause == [true, true])
            precondition(connection.ends == [.closed])
            exit(0)
        }
    }

    /// Connections are begun before the loop runs, and the process may be stopped between them.
    @Test func noDeadlinePassesBeforeTheLoopRuns() throws {
        let peer = try ScriptedPeer([.hold])
        let connection = RecordingConnection(on: try EventLoop())
        var sawPause: [Bool] = []
        connection.onConnected = { connection in
            sawPause.append(connection.sawPause)
            connection.close()
        }
        connection.open(
            .loopback(peer.port),
            milliseconds: 1000,
            totalDeadline: connection.loop.now + 1000
        )
        usleep(1_500_000)
        connection.loop.run()
        #expect(sawPause == [true])
        #expect(connection.ends == [.closed])
    }

    @Test func theClockStandsStillInAPause() {
        var clock = LoopClock()
        #expect(clock.read(50_000, isRunning: false) == 50_000)
        #expect(clock.read(50_000 + LoopClock.tolerance, isRunning: true) == 50_000 + LoopClock.tolerance)
        #expect(clock.pauses == 0)
        #expect(clock.read(150_000, isRunning: true) == 50_000 + LoopClock.tolerance)
        #expect(clock.pauses == 1)
        #expect(clock.read(150_010, isRunning: true) == 50_010 + LoopClock.tolerance)
        // A clock that goes back stands still, and time between two runs counts.
        #expect(clock.read(100, isRunning: true) == 50_010 + LoopClock.tolerance)
        #expect(clock.read(250_010, isRunning: false) == 150_010 + LoopClock.tolerance)
        #expect(clock.pauses == 1)
    }

    @Test func onlyACrowdedLoopThatIsNotBusySleeps() {
        let (crowd, limit) = (EventLoop.crowd, EventLoop.roundLimit)
        let least = UInt64(crowd) * EventLoop.nanosecondsEach
        #expect(EventLoop.rest(of: 0, connections: crowd - 1) == 0)
        #expect(EventLoop.rest(of: 0, connections: crowd) == Int(least))
        #expect(EventLoop.rest(of: least - 1, connections: crowd) == 1)
        #expect(EventLoop.rest(of: least, connections: crowd) == 0)
        #expect(EventLoop.rest(of: 0, connections: 1000 * crowd) == Int(limit))
        #expect(EventLoop.rest(of: limit, connections: 1000 * crowd) == 0)
        #expect(EventLoop.rest(of: .max, connections: crowd) == 0)
    }

    @Test func aTimerMayCancelItselfAndTheLoopMayGoWithTimersLeft() throws {
        var count = 0
        do {
            let loop = try EventLoop()
            var timer: LoopHandle?
            timer = loop.every(milliseconds: 1) {
                count += 1
                timer?.cancel()
            }
            loop.every(milliseconds: 1) {}
            loop.after(milliseconds: 20) {}
            loop.run()
        }
        #expect(count == 1)
    }

    @Test func anotherThreadWakesTheLoop() throws {
        let loop = try EventLoop()
        var wakes = 0
        let seen = Atomic<Int>(0)
        let waker = try loop.makeWaker(keepsLoopAlive: true) {
            wakes += 1
            seen.store(wakes, ordering: .releasing)
            if wakes == 2 { loop.stop() }
        }
        Thread.detachNewThread {
            waker.wake()
            while seen.load(ordering: .acquiring) == 0 { usleep(1000) }
            waker.wake()
        }
        loop.run()
        #expect(wakes == 2)
    }

    @Test func wakingALoopThatIsGoneDoesNothing() throws {
        var loop: EventLoop? = try EventLoop()
        var wakes = 0
        let waker = try loop!.makeWaker { wakes += 1 }
        loop = nil
        waker.wake()
        #expect(wakes == 0)
    }

    /// In a process of its own: signals belong to the whole process.
    @Test func signalsReachTheLoop() async {
        await #expect(processExitsWith: .success) {
            let loop = try EventLoop()
            var signals: [Int32] = []
            for signal in [SIGINT, SIGTERM] {
                try loop.onSignal(signal) {
                    signals.append(signal)
                    if signals.count == 2 { loop.stop() }
                }
            }
            loop.after(milliseconds: 1) { kill(getpid(), SIGINT) }
            loop.after(milliseconds: 100) { kill(getpid(), SIGTERM) }
            loop.after(milliseconds: 20_000) {}
            loop.run()
            precondition(signals == [SIGINT, SIGTERM])
            exit(0)
        }
    }

    @Test func closingAllEndsEveryConnection() throws {
        let peer = try ScriptedPeer([.hold])
        let loop = try EventLoop()
        let connections = (0..<5).map { _ in RecordingConnection(on: loop) }
        for connection in connections { connection.open(.loopback(peer.port), milliseconds: 60_000) }
        loop.after(milliseconds: 20) { loop.closeAll() }
        loop.run()
        #expect(connections.allSatisfy { $0.ends == [.closed] })
    }

    @Test func theFileLimitGoesUpAndNeverDown() async {
        await #expect(processExitsWith: .success) {
            let before = FileLimit.current
            precondition(FileLimit.raise(to: before - 10) == before)
            let raised = FileLimit.raise(to: before + 10)
            precondition(raised == before + 10 || raised == before)
            precondition(FileLimit.current == raised)
            precondition(FileLimit.raise(to: Int.max) >= raised)
            exit(0)
        }
    }

    @Test func aBrokenPipeIsAnErrorOnceItsSignalIsIgnored() async {
        await #expect(processExitsWith: .success) {
            BrokenPipe.ignoreSignal()
            var ends: [Int32] = [0, 0]
            precondition(pipe(&ends) == 0)
            close(ends[0])
            precondition(write(ends[1], "x", 1) == -1 && errno == EPIPE)
            exit(0)
        }
    }
}
