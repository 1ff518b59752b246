import Foundation
import Observations
import TestSupport
import Testing

/// The record says of every probe why it was run, or why it was not, at every level.
@Suite(.serialized) struct ProbeReasonTests {
    /// What one level says of one target: its probes in the order of `ProbeKind`, `+` for those that were
    /// made.
    private static let expected = [
        "certificate tls": "+level not_asked not_asked not_asked not_asked not_asked",
        "certificate closed": "+level not_asked not_asked not_asked not_asked not_asked",
        "certificate plain": "other_protocol other_protocol other_protocol +asked not_asked other_protocol",
        "certificate foreign": "+level not_asked not_asked not_asked not_asked not_asked",
        "adaptive tls": "+level not_asked unremarkable unremarkable unremarkable not_asked",
        "adaptive selfsigned": "+level replaced +matched +matched +matched not_asked",
        "adaptive closed": "+level not_asked unreachable unreachable unreachable not_asked",
        "adaptive plain": "other_protocol other_protocol other_protocol +asked not_asked other_protocol",
        "adaptive foreign": "+level not_asked other_protocol other_protocol other_protocol not_asked",
        "full tls": "+level replaced +level +level +level not_asked",
        "full closed": "+level not_asked unreachable unreachable unreachable not_asked",
        "full plain": "other_protocol other_protocol other_protocol +asked +level other_protocol",
        "full foreign": "+level not_asked other_protocol other_protocol other_protocol not_asked",
    ]

    @Test(arguments: ["certificate", "adaptive", "full"]) func everyProbeHasAReason(_ level: String) throws {
        let ordinary = try LabCertificate("/CN=a.test", issuer: "/CN=Lab CA", ca: true, days: 90)
        let selfSigned = try LabCertificate("/CN=a.test", days: 90)
        let page = [LabAnswer(body: "ok")]
        let tls = try LabServer.nginx.start(ordinary, page)
        let strange = try LabServer.nginx.start(selfSigned, page)
        let plain = try ServerProcess("python3") { port, scratch in
            ["-m", "http.server", "--bind", "127.0.0.1", "--directory", scratch.path, "\(port)"]
        }
        let foreign = try ScriptedPeer([.send(Array("SSH-2.0-OpenSSH_9.2p1\r\n".utf8)), .readToEnd])
        let targets = [
            ("tls", "127.0.0.1:\(tls.port)"), ("selfsigned", "127.0.0.1:\(strange.port)"),
            ("closed", "127.0.0.1:1"), ("plain", "http://127.0.0.1:\(plain.port)"),
            ("foreign", "127.0.0.1:\(foreign.port)"),
        ]
        let result = try Program.run(["scan", "-q", "--probe", level] + targets.map(\.1))
        let records = try Program.records(result.text)
        #expect(records.count == targets.count)
        for (name, target) in targets {
            let record = try #require(records.first { target.hasSuffix($0.endpoint) }, "\(name)")
            let probes = ProbeKind.allCases.map { record.reasonOfFirst($0.rawValue) }.joined(separator: " ")
            if let expected = Self.expected["\(level) \(name)"] { #expect(probes == expected, "\(name)") }
            #expect(!probes.contains("?"), "\(name): \(probes)")
        }
        #expect(try schemaErrors(records.map(\.line).joined(separator: "\n")) == "")
    }

    /// What an option asks for is made at the lowest level too, and takes the place of what it makes
    /// needless.
    @Test func whatOptionsAskFor() throws {
        let server = try LabServer.nginx.start(LabCertificate("/CN=a.test"), [LabAnswer(body: "ok")])
        let record = try #require(
            try Program.scan([
                "127.0.0.1:\(server.port)", "--probe", "certificate", "--prove", "--sni-variants",
            ])
            .first
        )
        #expect(
            ProbeKind.allCases.map { record.reasonOfFirst($0.rawValue) } == [
                "replaced", "+asked", "not_asked", "not_asked", "not_asked", "+asked",
            ]
        )
    }

    /// Behind STARTTLS there is no HTTP to ask for.
    @Test func noHTTPInsideAnotherProtocol() throws {
        let lines = ["220 mail.test ESMTP\r\n", "250-mail.test\r\n250 STARTTLS\r\n", "220 go\r\n"]
        let script = lines.flatMap { [ScriptedPeer.Step.send(Array($0.utf8)), .read(1)] }
        let alert: [UInt8] = [0x15, 3, 3, 0, 2, 2, 40]
        let peer = try ScriptedPeer(script + [.send(alert), .readToEnd])
        let record = try #require(
            try Program.scan(["127.0.0.1:\(peer.port)", "--probe", "full", "--starttls", "smtp"]).first
        )
        #expect(record.code == "tls_alert", "\(record.line)")
        #expect(record.reasonOfFirst("http") == "other_protocol")
        #expect(record.reasonOfFirst("favicon") == "other_protocol")
        #expect(record.reasonOfFirst("jarm") == "+level")
    }

    /// The time of the endpoint is up in the middle: what was not reached says so.
    @Test func whatTheBudgetLeftOut() throws {
        let peer = try ScriptedPeer([.hold])
        let record = try #require(
            try Program.scan([
                "127.0.0.1:\(peer.port)", "--probe", "full", "--total-timeout", "4", "--handshake-timeout",
                "2.4",
            ]).first
        )
        #expect(record.code == "total_timeout", "\(record.line)")
        #expect(record.reasonOfFirst("certificate") == "+level")
        for kind in ["jarm", "http", "favicon"] { #expect(record.reasonOfFirst(kind) == "budget") }
    }
}

extension Record {
    private var probes: [[String: Any]] { (self["hallmark.probes"] as? [[String: Any]]) ?? [] }

    /// By kind of probe, the reason of its first record.
    var reasons: [String: String] {
        Dictionary(
            probes.compactMap { probe in
                guard let kind = probe["kind"] as? String, let reason = probe["reason"] as? String else {
                    return nil
                }
                return (kind, reason)
            },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// Why the probe was made, after a `+`, or why not; `?` when the record does not say.
    func reasonOfFirst(_ kind: String) -> String {
        guard let probe = probes.first(where: { $0["kind"] as? String == kind }) else { return "?" }
        let reason = probe["reason"] as? String ?? "?"
        return probe["outcome"] as? String == "skipped" ? reason : "+" + reason
    }
}
