import Testing

@testable import Net

@Suite struct DNSPatienceTests {
    private let question = DNSQuestion(name: "a.test", isIPv6: false)
    private let other = DNSQuestion(name: "b.test", isIPv6: false)

    @Test func anOutageIsWaitedOutAndEnds() {
        var patience = DNSPatience(milliseconds: 10_000)
        var now: UInt64 = 1000
        var delays: [UInt64] = []
        while case .askAgain(let delay) = patience.verdict(
            on: .unreachable,
            of: question,
            askedAt: now,
            now: now
        ) {
            delays.append(delay)
            now += delay
        }
        #expect(now >= 11_000 && now <= 13_000)
        #expect(delays == delays.sorted() && delays.allSatisfy { $0 >= 100 && $0 <= 2000 })
        // From then on nobody waits, until a server is heard again.
        let late = patience.verdict(on: .timedOut, of: other, askedAt: now, now: now + 1)
        #expect(late == .fail(.timedOut))
        patience.heard(about: other, now: now + 2)
        let again = patience.verdict(on: .unreachable, of: question, askedAt: now + 3, now: now + 4)
        #expect(again != .fail(.unreachable))
    }

    @Test func aNameThatAloneIsNotAnsweredIsNotOurTrouble() {
        var patience = DNSPatience(milliseconds: 10_000)
        patience.heard(about: other, now: 2000)
        // Once more, as its datagram may have been lost among the others'.
        guard case .askAgain = patience.verdict(on: .timedOut, of: question, askedAt: 1000, now: 7000) else {
            Issue.record("a lost datagram is taken for silence")
            return
        }
        patience.heard(about: other, now: 8000)
        #expect(
            patience.verdict(on: .timedOut, of: question, askedAt: 7200, now: 13_200) == .fail(.unanswered)
        )
        #expect(!DNSFailure.unanswered.isOurs)
        #expect(DNSFailure.timedOut.isOurs && DNSFailure.unreachable.isOurs && DNSFailure.truncated.isOurs)
        #expect(DNSFailure.allCases.filter { $0.isOurs && $0.isFinal }.isEmpty)
    }

    /// A server that is there for others and refuses one question's packets: bounded.
    @Test func patienceBesideOthersIsBounded() {
        var patience = DNSPatience(milliseconds: 10_000)
        var now: UInt64 = 1000
        var tries = 0
        while case .askAgain(let delay) = patience.verdict(
            on: .unreachable,
            of: question,
            askedAt: now,
            now: now
        ) {
            tries += 1
            now += delay
            patience.heard(about: other, now: now)
            guard tries < 100 else { break }
        }
        #expect(tries > 2 && tries < 20)
    }

    @Test(arguments: [DNSFailure.serverFailure, .refused])
    func aServerThatTellsOfNoNameIsWaitedFor(failure: DNSFailure) {
        var patience = DNSPatience(milliseconds: 10_000)
        var now: UInt64 = 1000
        var verdict = patience.verdict(on: failure, of: question, askedAt: now, now: now)
        while case .askAgain(let delay) = verdict, now < 60_000 {
            now += delay
            verdict = patience.verdict(on: failure, of: question, askedAt: now, now: now)
        }
        // A restart takes a second or two.
        #expect(now >= 4000 && now < 10_000)
        #expect(verdict == .fail(.failing) && DNSFailure.failing.isOurs)
    }

    @Test func oneNameAloneAfterOthersIsAtFaultItself() {
        for isAlone in [true, false] {
            var patience = DNSPatience(milliseconds: 10_000)
            patience.heard(about: other, now: 900)
            _ = patience.verdict(on: .refused, of: question, askedAt: 1000, now: 1000)
            if !isAlone { _ = patience.verdict(on: .serverFailure, of: other, askedAt: 1000, now: 1001) }
            let last = patience.verdict(on: .refused, of: question, askedAt: 9000, now: 9000)
            #expect(last == .fail(isAlone ? .refused : .failing))
        }
    }

    /// A server that tells of others speaks of the name.
    @Test(arguments: [DNSFailure.serverFailure, .refused])
    func aRefusalBesideOthersIsTheNames(failure: DNSFailure) {
        var patience = DNSPatience(milliseconds: 10_000)
        patience.heard(about: other, now: 5)
        let first = patience.verdict(on: failure, of: question, askedAt: 0, now: 10)
        #expect(first != .fail(failure))
        patience.heard(about: other, now: 305)
        #expect(patience.verdict(on: failure, of: question, askedAt: 300, now: 310) == .fail(failure))
    }

    @Test(arguments: [DNSFailure.truncated])
    func aRefusalIsAskedOnceMore(failure: DNSFailure) {
        var patience = DNSPatience(milliseconds: 10_000)
        let first = patience.verdict(on: failure, of: question, askedAt: 0, now: 10)
        #expect(first != .fail(failure))
        #expect(patience.verdict(on: failure, of: question, askedAt: 300, now: 310) == .fail(failure))
    }

    @Test(arguments: [DNSFailure.noSuchName, .noData, .badResponse])
    func whatAServerSaysIsFinal(failure: DNSFailure) {
        var patience = DNSPatience(milliseconds: 10_000)
        #expect(patience.verdict(on: failure, of: question, askedAt: 0, now: 10) == .fail(failure))
    }
}
