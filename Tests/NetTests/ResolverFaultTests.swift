import Glibc
import TestSupport
import Testing

@testable import Net

/// What goes wrong between us and a name server, which is no fault of the names.
@Suite struct ResolverFaultTests {
    private func resolver(_ server: FaultyNameServer, _ loop: EventLoop) throws -> Resolver {
        var options = Resolver.Options()
        options.servers = ["127.0.0.1:\(server.port)"]
        options.hostsFile = nil
        options.timeoutMilliseconds = 1000
        return try Resolver(on: loop, options)
    }

    @Test(arguments: FaultyNameServer.Stream.allCases)
    func anAnswerThatIsCutOffHarmsNoOtherName(stream: FaultyNameServer.Stream) throws {
        let server = FaultyNameServer(stream)
        let loop = try EventLoop()
        let resolver = try resolver(server, loop)
        var outcomes: [String: Resolver.Outcome] = [:]
        let names = ["big1.test", "big2.test", "big3.test"] + (0..<300).map { "n\($0).test" }
        for name in names { resolver.resolve(name) { outcomes[name] = $0 } }
        loop.run()
        #expect(outcomes.count == names.count)
        for (name, outcome) in outcomes {
            if name.hasPrefix("big"), stream != .one {
                #expect(outcome == .failure(.truncated), "\(name)")
            } else {
                #expect(try outcome.get().map(\.address.host) == ["127.0.0.1"], "\(name)")
            }
        }
    }

    @Test func aServerThatIsAwayForAMomentIsWaitedFor() throws {
        let server = FaultyNameServer(.refused)
        let loop = try EventLoop()
        let resolver = try resolver(server, loop)
        var outcomes: [Resolver.Outcome] = []
        func ask(_ range: Range<Int>) {
            for index in range { resolver.resolve("n\(index).test", families: .ipv4) { outcomes.append($0) } }
        }
        ask(0..<20)
        loop.after(milliseconds: 300) { server.setUp(false) }
        loop.after(milliseconds: 500) { ask(20..<320) }
        loop.after(milliseconds: 2000) { server.setUp(true) }
        loop.run()
        #expect(outcomes.count == 320)
        #expect(outcomes.allSatisfy { (try? $0.get().count) == 1 })
    }

    @Test func cancellingCallsNobodyAndLetsTheLoopEnd() throws {
        let loop = try EventLoop()
        let resolver = try resolver(FaultyNameServer(.refused), loop)
        var calls = 0
        let port = freePort()
        var options = Resolver.Options()
        options.servers = ["127.0.0.1:\(port)"]
        let hopeless = try Resolver(on: loop, options)
        for index in 0..<50 {
            resolver.resolve("n\(index).test") { _ in calls += 1 }
            hopeless.resolve("n\(index).test") { _ in calls += 1 }
        }
        resolver.cancel()
        loop.after(milliseconds: 300) { hopeless.cancel() }
        let begin = loop.now
        loop.run()
        #expect(calls == 0)
        #expect(loop.now - begin < 10_000)
    }
}
