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

    /// A mark with a value that no record has would hold for nothing.
    @Test(arguments: [
        ("tls.server.jarm=27d4", "62 hexadecimal digits"),
        ("tls.server.jarm=\(String(repeating: "g", count: 62))", "62 hexadecimal digits"),
        ("tls.server.ja3s=\(String(repeating: "a", count: 31))", "32 hexadecimal digits"),
        ("tls.server.ja4s=t130200_1301", "a JA4S"), ("tls.server.ja4s=x130200_1301_234ea6891581", "a JA4S"),
        ("tls.server.ja4x=a37f49ba31e2_a37f49ba31e2", "a JA4X"), ("hallmark.stack=1", "a stack"),
        ("http.response.header_order_hash=hhh:1:ab", "a hash of headers"),
        ("tls.server.hash.sha256=abcd", "64 hexadecimal digits"),
        ("tls.server.hash.sha1=abcd", "40 hexadecimal digits"),
        ("tls.server.hash.md5=abcd", "32 hexadecimal digits"),
        ("tls.server.hash.sha256=zz", "no value in hexadecimal"),
        ("hallmark.certificate.scts.log_id=abcd", "64 hexadecimal digits"),
        ("tls.server.x509.not_after=soon", "no time"), ("tls.server.not_before=2026-01-01", "no time"),
        ("hallmark.certificate.chain.not_after=2026-13-01T00:00:00Z", "no time"),
        ("tls.version=1.4", "none of 2.0, 3.0, 1.0"),
        ("hallmark.leads.label=High", "none of low, medium, high"),
        ("network.transport=TCP", "none of tcp, udp"),
        ("hallmark.certificate.anomalies=odd", "none of the values in Docs/observation.md"),
        ("server.port=70000", "no number from 1 to 65535"), ("server.port=http", "no whole number"),
        ("server.ip=203.0.113.300", "no address"),
        ("hallmark.certificate.is_ca=perhaps", "not true or false"),
        ("http.response.header=nginx", "is an object"), ("http.response.header.Server=nginx", "lower case"),
        ("hallmark.certificate.chain=x", "is a list"), ("no.such.field=x", "there is no field"),
    ])
    func aMarkThatNothingHasIsRefused(_ subject: String, _ text: String) {
        do {
            _ = try Self.request(subject)
            Issue.record("\(subject) was taken")
        } catch { #expect("\(error)".contains(text), "\(error)") }
    }

    @Test(arguments: [
        "tls.server.jarm=\(String(repeating: "2A", count: 31))",
        "tls.server.ja3s=\(String(repeating: "b", count: 32))",
        "tls.server.ja4s=t130200_1301_234ea6891581",
        "tls.server.ja4x=a37f49ba31e2_a37f49ba31e2_795797892f9c", "hallmark.stack=1_0123456789abcdef",
        "tls.version=1.3", "hallmark.leads.label=high", "tls.server.x509.not_after=2026-01-01T00:00:00Z",
        "tls.server.hash.sha1=\(Array(repeating: "ab", count: 20).joined(separator: ":"))",
        "http.response.header.server=nginx", "http.response.header.x-powered-by=PHP",
        "hallmark.certificate.chain.subject=CN=Root", "http.response.title=27d4", "server.port=443",
    ])
    func aMarkThatSomethingCanHaveIsTaken(_ subject: String) throws {
        #expect(try Self.request(subject).subject.kind == .mark)
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
