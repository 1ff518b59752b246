import Foundation
import TestSupport
import Testing

/// A server that shows two connections of one visit different things proves nothing by one for the other.
@Suite(.serialized) struct ConnectionChangeTests {
    private static let name = "localhost"

    /// The victim's certificate, whose key the attacker's server does not use.
    private let victim: LabCertificate
    private let attacker: LabCertificate

    init() throws {
        victim = try LabCertificate("/CN=victim", extensions: "subjectAltName=DNS:localhost\n")
        attacker = try LabCertificate("/CN=attacker", extensions: "subjectAltName=DNS:localhost\n")
    }

    private func visit(_ faces: [Face], _ options: [String] = []) throws -> Record {
        let server = try Face.serve(faces)
        // The port is asked for once to see that the server listens; that connection says nothing.
        let target = "127.0.0.1:\(server.port),\(Self.name)"
        let arguments = [target, "--probe", "full", "--retries", "0"] + options
        let record = try #require(try Program.scan(arguments).first)
        #expect(try schemaErrors(record.line) == "")
        return record
    }

    /// The first HTTP connection is the attacker's, the second shows the victim's certificate again.
    @Test func anotherCertificate() throws {
        let shown = Face(victim, hasKey: false)
        let record = try visit([shown, Face(attacker), shown])
        #expect(record.text("tls.server.subject") == "CN=victim")
        #expect(record.text("hallmark.proof") == "presented")
        #expect(record["tls.established"] as? Bool == false)
        #expect(record.hasChanged)
        let other = try #require(record.connections.first)
        #expect(other["proof"] as? String == "proven")
        #expect(other["probe"] as? String == "http")
        #expect((other["differs"] as? [String])?.prefix(2) == ["certificate", "key"])
        let certificate = try #require(other["certificate"] as? [String: Any])
        #expect(certificate["subject"] as? String == "CN=attacker")
        #expect((other["certificate_chain"] as? [String])?.count == 1)
        #expect(record.number("http.response.status_code") == 200)
        #expect(record.text("http.response.certificate_sha256") == (try attacker.sha256))
    }

    /// Whatever the order: what breaks off proves nothing.
    @Test func theSecondConnectionIsTheAttackers() throws {
        let shown = Face(victim, hasKey: false)
        let record = try visit([shown, shown, Face(attacker)])
        #expect(record.text("hallmark.proof") == "presented")
        #expect(record["tls.established"] as? Bool == false)
        #expect(record["http.response.status_code"] == nil)
    }

    /// The check of a chain stands with the connection that showed it: to prove comes first here.
    @Test func verificationGoesWithItsChain() throws {
        let shown = Face(victim, hasKey: false)
        let record = try visit(
            [shown, Face(attacker), shown],
            ["--verify", "--ca-file", victim.certificate]
        )
        #expect(record.text("tls.server.subject") == "CN=attacker")
        #expect(record.text("hallmark.proof") == "proven")
        #expect(record.text("hallmark.verification.chain") != "valid")
        let other = try #require(record.connections.first)
        #expect(other["proof"] as? String == "presented")
        #expect((other["verification"] as? [String: Any])?["chain"] as? String == "valid")
    }

    /// Our own handshake sees a certificate of TLS 1.2 and leaves the proof to libssl, which sees another.
    @Test(arguments: [
        ["--probe", "certificate", "--prove"], ["--probe", "adaptive", "--prove", "--verify"],
    ])
    func provedByAnotherCertificate(_ options: [String]) throws {
        let record = try visit(
            [Face(victim, ["version": "1.2"]), Face(attacker, ["version": "1.2"])],
            options
        )
        #expect(record.text("tls.server.subject") == "CN=attacker")
        #expect(record.text("hallmark.proof") == "proven")
        #expect(record.hasChanged)
        let other = try #require(record.connections.first)
        #expect((other["certificate"] as? [String: Any])?["subject"] as? String == "CN=victim")
        #expect(other["proof"] as? String == "presented")
    }

    /// The begin of a certificate that is longer than a connection may be is kept when it is to be proven.
    @Test(arguments: ["1.2", "1.3"]) func tooLongToBeProven(_ version: String) throws {
        let names = (1...15_000).map { "DNS:host\($0).padded-out-name.example.com" }.joined(separator: ",")
        let long = try LabCertificate("/CN=Covenant", extensions: "subjectAltName=\(names)\n")
        let record = try visit([Face(long, ["version": version])], ["--probe", "full", "--verify"])
        #expect(record.text("tls.server.subject") == "CN=Covenant")
        #expect(record.text("hallmark.proof") == "presented")
        let probes = record["hallmark.probes"] as? [[String: Any]] ?? []
        #expect(probes.contains { $0["kind"] as? String == "jarm" && $0["outcome"] as? String != "skipped" })
        #expect(probes.contains { $0["kind"] as? String == "http" && $0["outcome"] as? String != "skipped" })
    }

    /// The same names and the same serial number, but another key.
    @Test func anotherKey() throws {
        let twin = try LabCertificate("/CN=victim", extensions: "subjectAltName=DNS:localhost\n")
        let record = try visit([Face(victim, hasKey: false), Face(twin)])
        #expect(record.text("hallmark.proof") == "presented")
        let other = try #require(record.connections.first)
        #expect((other["differs"] as? [String])?.contains("key") == true)
        #expect(other["proof"] as? String == "proven")
        #expect(record.hasChanged)
    }

    /// The victim's certificate in a handshake that the attacker's key signs.
    @Test func aSignatureByAnotherKey() throws {
        let forged = Face(attacker, ["shown": victim.certificate])
        let record = try visit([Face(victim, hasKey: false), forged])
        #expect(record.text("tls.server.subject") == "CN=victim")
        #expect(record.text("hallmark.proof") == "presented")
        #expect(record["tls.established"] as? Bool == false)
        #expect(record["http.response.status_code"] == nil)
        #expect(!record.hasChanged)
    }

    /// The certificate came without a server name, the answer with one.
    @Test func anotherServerName() throws {
        let record = try visit([Face(victim, hasKey: false, ["named": false]), Face(attacker)])
        #expect(record.text("tls.server.subject") == "CN=victim")
        #expect(record.text("hallmark.proof") == "presented")
        let other = try #require(record.connections.first)
        #expect((other["differs"] as? [String])?.contains("server_name") == true)
        #expect(other["server_name"] as? String == Self.name)
        #expect(record.hasChanged)
    }

    /// The key is proven, but by a handshake of another version, which the record says.
    @Test func anotherVersion() throws {
        let record = try visit([Face(victim, ["version": "1.3"]), Face(victim, ["version": "1.2"])])
        #expect(record.text("tls.version") == "1.3")
        #expect(record.text("hallmark.proof") == "proven")
        let other = try #require(record.connections.first)
        #expect(other["differs"] as? [String] == ["version", "cipher"])
        #expect(other["version"] as? String == "1.2")
        #expect(other["certificate"] == nil && other["certificate_chain"] == nil)
        #expect(!record.hasChanged)
        #expect(record["http.response.certificate_sha256"] == nil)
    }

    @Test func anotherApplicationProtocol() throws {
        let record = try visit(
            [Face(victim, ["alpn": ["h2"]]), Face(victim, ["alpn": ["http/1.1"]])],
            ["--probe", "adaptive"]
        )
        let other = try #require(record.connections.first)
        #expect(other["differs"] as? [String] == ["next_protocol"])
        #expect(other["next_protocol"] as? String == "http/1.1")
        #expect(record.text("hallmark.proof") == "proven")
    }

    /// What answers the request speaks no TLS: nothing that it says is an answer of the certificate's holder.
    @Test(arguments: ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "SSH-2.0-lab\r\n"])
    func anotherProtocolAltogether(_ words: String) throws {
        let record = try visit(
            [Face(victim), Face(attacker, hasKey: true, ["says": words])],
            ["--probe", "adaptive"]
        )
        #expect(record.text("tls.server.subject") == "CN=victim")
        #expect(record.text("hallmark.proof") == "presented")
        #expect(record["tls.established"] as? Bool == false)
        #expect(record["http.response.status_code"] == nil)
    }

    /// The same leaf with another certificate behind it.
    @Test func anotherChain() throws {
        let longer = try LabCertificate("/CN=unused")
        let text = try String(contentsOfFile: victim.certificate, encoding: .utf8)
        try longer.scratch.write(
            "certificate.pem",
            text + (try String(contentsOfFile: attacker.certificate, encoding: .utf8))
        )
        var face = Face(longer)
        face.key = victim.key
        let record = try visit([Face(victim), face])
        #expect(record.text("hallmark.proof") == "proven")
        let other = try #require(record.connections.first)
        #expect((other["differs"] as? [String])?.first == "chain")
        #expect((other["certificate_chain"] as? [String])?.count == 2)
        #expect(record.hasChanged)
    }

    /// One host, two machines: each answer belongs to the certificate of its connection.
    @Test func anotherHostAnswersTheSecondRequest() throws {
        let record = try visit([Face(victim), Face(attacker)])
        #expect(record.text("hallmark.proof") == "proven")
        #expect(record.number("http.response.status_code") == 200)
        #expect(record["http.response.certificate_sha256"] == nil)
        #expect(record.text("hallmark.favicon.certificate_sha256") == (try attacker.sha256))
        #expect(record.hasChanged)
    }

    @Test func nothingChangesOnAnOrdinaryServer() throws {
        let server = try LabServer.nginx.start(victim, [LabAnswer(body: "ok")])
        let record = try #require(
            try Program.scan(["127.0.0.1:\(server.port),localhost", "--probe", "full"]).first
        )
        #expect(record.text("hallmark.proof") == "proven")
        // In TLS 1.2 libssl asks, whose hello has its suites in another order than the grab's.
        let others = record.connections
        #expect(others.allSatisfy { $0["differs"] as? [String] == ["cipher"] && $0["certificate"] == nil })
        #expect(record["hallmark.anomalies"] == nil)
    }
}
