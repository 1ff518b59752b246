import Observations
import Targets
import Testing
import Wire

@testable import Scan

/// What is done to an endpoint, step after step.
@Suite struct ProbeSequenceTests {
    private func sequence(_ change: (inout ScanOptions) -> Void = { _ in }) -> ProbeSequence {
        var options = ScanOptions()
        change(&options)
        return ProbeSequence(options)
    }

    /// When HTTP meets another certificate than the grab did, JARM is run after all, once.
    @Test func aChangeBringsJARM() {
        var sequence = sequence()
        _ = sequence.begin(.tls, hasServerName: true)
        #expect(sequence.succeeded() == .decide)
        var decision = ProbeDecision()
        decision.wanted[.http] = .partial
        #expect(sequence.decided(decision) == .http)
        #expect(!sequence.hasReconsidered)
        #expect(sequence.reconsider() == .decide)
        #expect(sequence.hasReconsidered)
        #expect(sequence.redecided(wantsJARM: true, isDone: false) == .jarm)
        #expect(sequence.reconsider() == .finish)
    }

    @Test func whatWasDoneIsNotRepeated() {
        var sequence = sequence()
        _ = sequence.begin(.tls, hasServerName: true)
        _ = sequence.succeeded()
        var decision = ProbeDecision()
        decision.wanted = [.jarm: .matched, .http: .matched]
        #expect(sequence.decided(decision) == .jarm)
        #expect(sequence.next() == .http)
        #expect(sequence.reconsider() == .decide)
        #expect(sequence.redecided(wantsJARM: true, isDone: true) == .finish)
    }
}
