import Glibc
import TestSupport
import Testing

@testable import Net

@Suite struct ResolverTests {
    private let server: ServerProcess

    init() throws {
        server = try NameServer.shared()
    }

    private func resolver(_ change: (inout Resolver.Options) -> Void = { _ in }) throws -> Resolver {
        var options = Resolver.Options()
        options.servers = ["127.0.0.1:\(server.port)"]
        options.hostsFile = nil
        change(&options)
        return try Resolver(on: try EventLoop(), options)
    }

    @Test func findsBothFamiliesAndTheirTTLs() throws {
        let answer = try resolver().wait("Both.Hallmark.Test.").get()
        #expect(answer.map(\.address.host).sorted() == ["192.0.2.1", "192.0.2.2", "2001:db8::1"])
        #expect(answer.map(\.ttl) == [300, 300, 60])
        #expect(answer.last?.address.isIPv6 == true)
    }

    @Test func findsOneFamilyWhenAsked() throws {
        let resolver = try resolver()
        #expect(try resolver.wait("both.hallmark.test", .ipv6).get().map(\.address.host) == ["2001:db8::1"])
        #expect(try resolver.wait("both.hallmark.test", .ipv4).get().count == 2)
        #expect(resolver.wait("six.hallmark.test", .ipv4) == .failure(.noData))
        #expect(try resolver.wait("six.hallmark.test").get().map(\.address.host) == ["2001:db8::6"])
    }

    @Test func followsAliasesAndTakesTheLeastTTL() throws {
        let answer = try resolver().wait("alias.hallmark.test").get()
        #expect(answer.count == 3)
        #expect(answer.allSatisfy { $0.ttl == 7 })
    }

    @Test(arguments: [
        ("nowhere.hallmark.test", DNSFailure.noSuchName), ("lost.hallmark.test", .noData),
        ("text.hallmark.test", .noData), ("a.refused.test", .refused), ("x.broken.test", .serverFailure),
    ])
    func tellsFailuresApart(name: String, failure: DNSFailure) throws {
        let resolver = try resolver { $0.patienceMilliseconds = 500 }
        _ = try resolver.wait("one.hallmark.test").get()
        #expect(resolver.wait(name) == .failure(failure))
    }

    /// 200 addresses need 3 KB: the answer over UDP is cut off, and TCP brings it whole.
    @Test func asksAgainOverTCPWhenTheAnswerIsCutOff() throws {
        let answer = try resolver().wait("many.hallmark.test", .ipv4).get()
        #expect(Set(answer.map(\.address.host)) == Set((1...200).map { "192.0.2.\($0)" }))
    }

    @Test(arguments: [(nil, DNSFailure.timedOut), (2, .failing), (4, .failing), (5, .failing)])
    func aServerThatDoesNotTellIsPassedOver(code: UInt8?, failure: DNSFailure) throws {
        let lame = [LameNameServer(code: code), LameNameServer(code: code)]
        let servers = lame.map { "127.0.0.1:\($0.port)" }
        for servers in [[servers[0]], servers] {
            let resolver = try resolver {
                $0.servers = servers
                $0.timeoutMilliseconds = 100
                $0.patienceMilliseconds = 0
            }
            #expect(resolver.wait("one.hallmark.test") == .failure(failure))
        }
        let outcome = try resolver {
            $0.servers.insert(contentsOf: servers, at: 0)
            $0.timeoutMilliseconds = 1000
        }.wait("one.hallmark.test")
        #expect(try outcome.get().map(\.address.host) == ["192.0.2.1"])
    }

    @Test func aClosedPortEndsInUnreachable() throws {
        let outcome = try resolver {
            $0.servers = ["127.0.0.1:\(freePort())"]
            $0.patienceMilliseconds = 0
        }.wait("one.hallmark.test")
        #expect(outcome == .failure(.unreachable))
    }

    @Test func answersAreKeptUntilTheirTTLIsOver() throws {
        let resolver = try resolver()
        for _ in 0..<3 { #expect(try resolver.wait("one.hallmark.test", .ipv4).get().count == 1) }
        #expect(resolver.questionsAsked == 1)
        #expect(try resolver.wait("short.hallmark.test", .ipv4).get()[0].ttl == 1)
        #expect(resolver.wait("nowhere.hallmark.test", .ipv4) == .failure(.noSuchName))
        #expect(resolver.questionsAsked == 3)
        // Both hold for one second, the latter by the zone's SOA record.
        usleep(1_200_000)
        #expect(try resolver.wait("short.hallmark.test", .ipv4).get()[0].ttl == 1)
        #expect(resolver.wait("nowhere.hallmark.test", .ipv4) == .failure(.noSuchName))
        #expect(resolver.questionsAsked == 5)
        #expect(try resolver.wait("one.hallmark.test", .ipv4).get()[0].ttl < 300)
        #expect(resolver.questionsAsked == 5)
    }

    @Test func equalQuestionsAreAskedOnceAndFewAtATime() throws {
        let loop = try EventLoop()
        var options = Resolver.Options()
        options.servers = ["127.0.0.1:\(server.port)"]
        options.maximumInFlight = 3
        let resolver = try Resolver(on: loop, options)
        var outcomes: [Resolver.Outcome] = []
        for index in 0..<2000 {
            let name = index % 2 == 0 ? "one.hallmark.test" : "none\(index % 100).hallmark.test"
            resolver.resolve(name, families: .ipv4) { outcomes.append($0) }
        }
        #expect(outcomes.isEmpty)
        loop.run()
        #expect(outcomes.count == 2000)
        #expect(outcomes.filter { (try? $0.get().count) == 1 }.count == 1000)
        #expect(outcomes.filter { $0 == .failure(.noSuchName) }.count == 1000)
        #expect(resolver.questionsAsked == 51)
    }

    @Test func addressesAndKnownNamesAreNotAskedFor() throws {
        let hosts = Scratch()
        let path = try hosts.write(
            "hosts",
            "192.0.2.9  Printer.lan printer # 192.0.2.10 no\n\n::9 printer\nbad x\n"
        )
        let resolver = try resolver { $0.hostsFile = path }
        #expect(try resolver.wait("192.0.2.77").get().map(\.address.host) == ["192.0.2.77"])
        #expect(try resolver.wait("2001:db8::7").get().map(\.address.host) == ["2001:db8::7"])
        #expect(resolver.wait("192.0.2.77", .ipv6) == .failure(.noData))
        #expect(try resolver.wait("LOCALHOST").get().map(\.address.host) == ["127.0.0.1", "::1"])
        #expect(try resolver.wait("a.localhost", .ipv6).get().map(\.address.host) == ["::1"])
        #expect(try resolver.wait("printer.LAN").get().map(\.address.host) == ["192.0.2.9"])
        #expect(try resolver.wait("printer").get().map(\.address.host) == ["192.0.2.9", "::9"])
        for name in ["", ".", "a..b", "a b", "a\\.b", "\u{e4}.test", String(repeating: "x", count: 64)] {
            #expect(resolver.wait(name) == .failure(.badName))
        }
        #expect(resolver.questionsAsked == 0)
        #expect(try resolver.wait("_srv.x.hallmark.test", .ipv4).get().count == 1)
    }

    @Test func goingAwayWithQuestionsInFlightCallsNobody() throws {
        var called = false
        do {
            let loop = try EventLoop()
            var options = Resolver.Options()
            options.servers = ["127.0.0.1:\(server.port)"]
            let resolver = try Resolver(on: loop, options)
            resolver.resolve("one.hallmark.test") { _ in called = true }
        }
        #expect(!called)
    }

    @Test(arguments: ["no address", "256.0.0.1", "127.0.0.1:99999x"])
    func aServerThatIsNoAddressIsRefused(text: String) {
        #expect(throws: DNSSetupError.self) { try resolver { $0.servers = [text] } }
    }
}

extension Resolver {
    /// Resolves with the loop running until the answer is there.
    fileprivate func wait(_ name: String, _ families: Families = .both) -> Outcome {
        var result: Outcome?
        resolve(name, families: families) { result = $0 }
        loop.run()
        return result ?? .failure(.local)
    }
}
