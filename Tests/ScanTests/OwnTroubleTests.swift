import Net
import Testing

@testable import Scan

@Suite struct OwnTroubleTests {
    /// Tries until patience is at an end.
    ///
    /// - Returns: how many tries were made, and over how many milliseconds.
    private func wait(
        _ trouble: inout OwnTrouble,
        _ error: UVError,
        isIPv6: Bool = false,
        meanwhile: (inout OwnTrouble, UInt64) -> Void = { _, _ in }
    ) -> (tries: Int, milliseconds: UInt64) {
        var setback = OwnTrouble.Setback()
        var (now, tries) = (UInt64(100_000), 0)
        while tries < 1000, let delay = trouble.wait(after: error, isIPv6: isIPv6, &setback, now: now) {
            now += delay
            tries += 1
            meanwhile(&trouble, now)
        }
        return (tries, now - 100_000)
    }

    @Test func anOutageIsWaitedOutWithinLimits() {
        var trouble = OwnTrouble()
        trouble.worked(isIPv6: false, now: 50_000)
        let patience = OwnTrouble.patience
        let first = wait(&trouble, .networkUnreachable)
        #expect(first.milliseconds >= patience && first.milliseconds < patience + 2100)
        #expect(trouble.outages(isIPv6: false) == 1 && trouble.outages(isIPv6: true) == 0)
        // A family that this machine never had is given up soon.
        let other = wait(&trouble, .networkUnreachable, isIPv6: true)
        #expect(other.milliseconds < OwnTrouble.patienceAtFirst + 2100)
    }

    @Test func oneDestinationWithoutARouteIsNoOutage() {
        var trouble = OwnTrouble()
        let alone = wait(&trouble, .networkUnreachable) { $0.worked(isIPv6: false, now: $1) }
        #expect(alone.tries <= OwnTrouble.triesWithoutRoute)
    }

    @Test(arguments: [UVError.addressNotAvailable, .tooManyFiles, .noBuffers])
    func whatOthersGetComesInTurn(error: UVError) {
        var trouble = OwnTrouble()
        let turn = wait(&trouble, error) { $0.worked(isIPv6: false, now: $1) }
        #expect(turn.milliseconds >= OwnTrouble.patienceInTurn)
        #expect(turn.milliseconds < OwnTrouble.patienceInTurn + 2100)
    }

    @Test func whatAPauseBrokeIsDoneAgainAFewTimes() {
        var trouble = OwnTrouble()
        var setback = OwnTrouble.Setback()
        for _ in 0..<OwnTrouble.repetitions {
            #expect(trouble.repeats(.peerClosed, sawPause: true, &setback))
        }
        #expect(!trouble.repeats(.peerClosed, sawPause: true, &setback))
        setback = OwnTrouble.Setback()
        #expect(trouble.repeats(.failed(.reset), sawPause: true, &setback))
        #expect(trouble.repeats(.timedOut(total: false), sawPause: false, &setback))
        // An outage makes no server close, and a server that refuses is there.
        for end in [ConnectionEnd.closed, .failed(.refused), .budgetExceeded, .timedOut(total: true)] {
            #expect(!trouble.repeats(end, sawPause: true, &setback))
        }
        #expect(!trouble.repeats(.peerClosed, sawPause: false, &setback))
    }
}
