@testable import Decisions
import Testing

/// What may be decided, for the command, the console's form and programs alike.
@Suite struct DecisionRequestTests {
    private static func request(
        _ subject: String = "192.0.2.7:443",
        _ verdict: String = "block",
        because: String = "it is one",
        by: String = "me",
        reference: String? = nil,
        until: String? = nil
    ) throws -> DecisionRequest {
        try DecisionRequest(
            subject: subject,
            verdict: verdict,
            because: because,
            by: by,
            reference: reference,
            until: until,
            now: 1_795_000_000_000
        )
    }

    @Test func whatIsWrongIsSaid() {
        let long = String(repeating: "x", count: Decision.longest + 1)
        let wrong: [(word: String, make: () throws -> DecisionRequest)] = [
            ("no endpoint", { try Self.request("a b") }), ("no endpoint", { try Self.request("") }),
            ("no verdict", { try Self.request("192.0.2.7", "burn") }),
            ("a reason", { try Self.request(because: " \t\n") }),
            ("longer", { try Self.request(because: long) }), ("longer", { try Self.request(by: long) }),
            ("longer", { try Self.request(reference: long) }),
            ("not a time", { try Self.request(until: "tomorrow") }),
            ("not a time", { try Self.request(until: "2026-13-01") }),
            ("has passed", { try Self.request(until: "2026-11-18") }),
            ("has passed", { try Self.request(until: "2020-01-01T00:00:00Z") }),
            ("no endpoint", { try Self.request("203.0.113.300") }),
        ]
        for (word, make) in wrong {
            do {
                _ = try make()
                Issue.record("no error with '\(word)'")
            } catch { #expect("\(error)".contains(word), "\(error)") }
        }
    }

    @Test func aDecisionIsMadeOfIt() throws {
        let request = try Self.request(because: "  it is one ", reference: "", until: "2099-01-02")
        let decision = request.decision(at: 5, evidence: (0..<300).map { "\($0)" })
        #expect(decision.because == "it is one" && decision.reference == nil && decision.time == 5)
        #expect(decision.evidence.count == Decision.mostEvidence)
        #expect(decision.until == 4_070_995_200_000)
        #expect(try Self.request(reference: " IR-1 ", until: "").reference == "IR-1")
        #expect(try Self.request(until: "2099-01-02T10:00:00Z").until == 4_071_031_200_000)
    }
}
