import Foundation
import TestSupport
import Testing

/// Servers that are odd in what they show or take: each is named for what it is, and seen as far as possible.
@Suite(.serialized) struct OddServerTests {
    private func openssl(_ certificate: LabCertificate, _ arguments: [String]) throws -> ServerProcess {
        try ServerProcess("openssl", keeping: [certificate.scratch]) { port, _ in
            ["s_server", "-accept", "127.0.0.1:\(port)", "-quiet", "-cert", certificate.certificate]
                + ["-key", certificate.key] + arguments
        }
    }

    private func scan(_ server: ServerProcess, _ options: [String]) throws -> Record {
        let record = try #require(try Program.scan(["127.0.0.1:\(server.port)"] + options).first)
        #expect(try schemaErrors(record.line) == "")
        return record
    }

    private func probes(_ record: Record) -> [[String: Any]] {
        record["hallmark.probes"] as? [[String: Any]] ?? []
    }

    private func probe(_ record: Record, _ kind: String) -> [String: Any]? {
        probes(record).first { $0["kind"] as? String == kind }
    }

    /// A server with two certificates shows the kind that is asked for, in each of a visit's connections.
    @Test(arguments: ["-tls1_2", "-tls1_3"], ["rsa", "ecdsa"])
    func oneOfTwoCertificates(_ version: String, _ look: String) throws {
        let rsa = try LabCertificate("/CN=rsa.test")
        let curve = try LabCertificate("/CN=ecdsa.test", key: ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
        let server = try openssl(rsa, [version, "-www", "-dcert", curve.certificate, "-dkey", curve.key])
        let record = try scan(server, ["--look", look, "--probe", "full"])
        #expect(record.text("tls.server.subject") == "CN=\(look).test")
        #expect(record.text("hallmark.proof") == "proven")
        #expect(record["hallmark.anomalies"] == nil)
        #expect(probe(record, "certificate")?["hello"] as? String == look)
    }

    /// What a server does not have is not made good for by what it has.
    @Test func nothingIsShownForTheOtherKind() throws {
        let server = try openssl(try LabCertificate("/CN=rsa.test"), ["-www"])
        let record = try scan(server, ["--look", "ecdsa", "--probe", "certificate"])
        #expect(record.text("error.code") == "tls_alert")
        #expect(record["tls.server.subject"] == nil)
        #expect(
            probes(record).filter {
                $0["kind"] as? String == "certificate" && $0["outcome"] as? String != "skipped"
            }.count == 1
        )
    }

    /// Padding hides nothing: the names stand at the beginning, and such a certificate is looked at more
    /// closely.
    @Test(arguments: [3_000, 9_000, 20_000]) func aPaddedCertificate(_ names: Int) throws {
        let list = (0..<names).map { "DNS:h\($0).a-very-big-certificate.test" }.joined(separator: ",")
        let certificate = try LabCertificate(
            "/CN=Covenant",
            key: ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
            extensions: "subjectAltName=\(list)\n"
        )
        let server = try openssl(certificate, ["-www"])
        let result = try Program.run(["scan", "-q", "127.0.0.1:\(server.port)"])
        let record = try #require(try Program.records(result.text).first, "\(result.errors)")
        #expect(try schemaErrors(record.line) == "")
        #expect(record.text("tls.server.subject") == "CN=Covenant")
        #expect(record.text("tls.server.x509.public_key_curve") == "P-256")
        #expect(record.number("hallmark.certificate.chain_length") == 1)
        let isWhole = names < 20_000
        #expect((record["tls.server.hash.sha256"] == nil) != isWhole)
        #expect((record["tls.server.certificate_chain"] == nil) != isWhole)
        #expect((record["hallmark.certificate.tbs_no_ct_sha256"] == nil) != isWhole)
        let anomalies = record["hallmark.certificate.anomalies"] as? [String] ?? []
        #expect(anomalies.contains("read_in_part") != isWhole, "\(anomalies)")
        let limits = record["hallmark.limits"] as? [String] ?? []
        #expect(limits.contains("certificate_bytes") != isWhole, "\(limits)")
        #expect((probe(record, "certificate")?["limit"] as? String == "bytes") != isWhole)
        for kind in ["jarm", "http"] {
            #expect(probe(record, kind)?["outcome"] as? String != "skipped", "\(kind)")
        }
        let leads = record["hallmark.leads"] as? [[String: Any]] ?? []
        let lead = leads.first { ($0["software"] as? [String: Any])?["name"] as? String == "Covenant" }
        // Whether it signed itself shows only where it is whole, and the lead says so.
        let against = try #require(lead, "\(record.line.prefix(2000))")["against"] as? [String] ?? []
        #expect(
            against.contains { $0.contains("only the begin of the certificate") } != isWhole,
            "\(against)"
        )
        #expect(record["hallmark.certificate.self_issued"] as? Bool == true)
        #expect((record["hallmark.certificate.self_signed"] == nil) != isWhole)
        // libssl reads as much as the connection may receive.
        if isWhole { #expect(record.number("http.response.status_code") == 200) }
        let report = try Program.run(["validate", "127.0.0.1:\(server.port)"]).text
        #expect(report.contains("CN=Covenant") && !report.contains("NOT SEEN"))
        #expect(report.contains("STRONG LEAD: Covenant"), "\(report)")
    }

    @Test func aLongChain() throws {
        let certificate = try LabCertificate("/CN=leaf.test")
        let text = try String(contentsOfFile: certificate.certificate, encoding: .utf8)
        let chain = try certificate.scratch.write("chain.pem", String(repeating: text, count: 99))
        let record = try scan(openssl(certificate, ["-cert_chain", chain]), ["--probe", "certificate"])
        #expect(record.number("hallmark.certificate.chain_length") == 100)
        #expect(record["hallmark.limits"] as? [String] == ["certificates"])
    }

    /// TLS 1.3 with groups of finite fields alone, which the grab has none of.
    @Test func finiteFieldsAlone() throws {
        let server = try openssl(LabCertificate("/CN=ffdhe.test"), ["-tls1_3", "-groups", "ffdhe2048"])
        let record = try scan(server, ["--probe", "certificate"])
        #expect(record.text("tls.server.subject") == "CN=ffdhe.test")
        #expect(record.text("tls.curve") == "ffdhe2048")
        #expect(record.text("hallmark.proof") == "proven")
        #expect(probe(record, "handshake")?["reason"] as? String == "fallback")
    }

    /// The alert of the first hello tells more than that of the last one, which asks for a version that is
    /// too old.
    @Test func theMostTellingAlertIsKept() throws {
        let server = try ServerProcess("openssl") { port, _ in
            ["s_server", "-accept", "127.0.0.1:\(port)", "-quiet", "-nocert", "-tls1_3", "-psk", "1a2b3c4d"]
        }
        let record = try scan(server, ["--probe", "certificate"])
        #expect(record.code == "tls_alert")
        #expect(record.text("error.message") == "handshake_failure")
        let alerts = probes(record).compactMap { $0["alert"] as? String }
        #expect(alerts.first == "handshake_failure" && alerts.contains("protocol_version"))
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"]) func onlyAProtocolOfItsOwn(_ version: String) throws {
        let server = try openssl(LabCertificate("/CN=alpn.test"), [version, "-alpn", "lab/1", "-www"])
        let record = try scan(server, ["--probe", "full"])
        #expect(record.text("tls.server.subject") == "CN=alpn.test")
        let hellos = probes(record).compactMap { $0["hello"] as? String }
        #expect(hellos == ["default", "no_alpn"])
        #expect(probes(record).first?["alert"] as? String == "no_application_protocol")
        #expect(record.text("hallmark.proof") == "proven")
        #expect(record.number("http.response.status_code") == 200)
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"]) func aClientCertificateIsDemanded(_ version: String) throws {
        let server = try openssl(
            LabCertificate("/CN=mtls.test"),
            [version, "-Verify", "3", "-verify_return_error"]
        )
        let record = try scan(server, ["--probe", "full"])
        #expect(record["hallmark.tls.certificate_request.present"] as? Bool == true)
        #expect(record["http.response.client_certificate_required"] as? Bool == true)
        let http = try #require(probe(record, "http"))
        #expect(http["outcome"] as? String == "failure")
        #expect(
            http["alert"] as? String == (version == "-tls1_2" ? "handshake_failure" : "certificate_required")
        )
    }

    /// Behind the alert of a CDN's edge, which has a version of its own, the fallbacks are tried.
    @Test func anAlertInARecordOfVersionZero() throws {
        let peer = try ScriptedPeer([.read(50), .send([21, 0, 0, 0, 2, 2, 40])])
        let record = try #require(
            try Program.scan(["127.0.0.1:\(peer.port)", "--probe", "certificate"]).first
        )
        #expect(record.code == "tls_alert")
        #expect(record.text("error.message") == "handshake_failure")
        #expect(record.text("hallmark.tls.record_version") == "0000")
        #expect(probes(record).compactMap { $0["hello"] as? String } == ["default", "tls12", "legacy"])
    }
}
