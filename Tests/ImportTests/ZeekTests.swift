import Foundation
import TestSupport
import Testing

/// Zeek's logs, written here after its documentation.
///
/// Zeek is no package of the systems that the tests run on. Columns, escapes and the head are as its ASCII
/// writer has them.
@Suite struct ZeekTests {
    private let scratch = Scratch()

    private func tsv(_ path: String, _ fields: [String], _ rows: [[String]]) -> String {
        """
        #separator \\x09
        #set_separator\t,
        #empty_field\t(empty)
        #unset_field\t-
        #path\t\(path)
        #open\t2026-11-22-03-31-00
        #fields\t\(fields.joined(separator: "\t"))
        #types\t\(fields.map { _ in "string" }.joined(separator: "\t"))

        """ + rows.map { $0.joined(separator: "\t") + "\n" }.joined() + "#close\t2026-11-22-04-00-00\n"
    }

    private static let connection = [
        "ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "version", "cipher", "curve",
        "server_name", "resumed", "next_protocol", "established", "cert_chain_fps", "ja3", "ja3s",
    ]
    private static let certificate = [
        "ts", "fingerprint", "certificate.version", "certificate.serial", "certificate.subject",
        "certificate.issuer", "certificate.not_valid_before", "certificate.not_valid_after",
        "certificate.key_alg", "certificate.sig_alg", "certificate.key_length", "certificate.exponent",
        "certificate.curve", "san.dns", "basic_constraints.ca", "host_cert", "client_cert",
    ]

    private func row(
        _ time: String,
        _ client: String,
        _ server: String = "203.0.113.7",
        chain: String,
        name: String = "a.example"
    ) -> [String] {
        [
            time, "C\(time)", client, "50000", server, "443", "TLSv12", "TLS_RSA_WITH_AES_128_CBC_SHA",
            "secp256r1", name, "F", "h2", "T", chain, "0123456789abcdef0123456789abcdef",
            "fedcba9876543210fedcba9876543210",
        ]
    }

    private func leaf(_ fingerprint: String) -> [String] {
        [
            "1795923060.000000", fingerprint, "3", "8A2C8628C1010633",
            "CN=a.example,O=Caf\\xc3\\xa9\\\\, Inc,C=US", "CN=CA,C=US", "1793341558.000000",
            "1801062400.000000",
            "rsaEncryption", "sha256WithRSAEncryption", "2048", "65537", "-", "a.example,b.example", "F", "T",
            "F",
        ]
    }

    private static let one = String(repeating: "ab", count: 32)
    private static let two = String(repeating: "cd", count: 32)

    @Test func connectionsAreJoinedWithTheirCertificates() throws {
        try scratch.write(
            "ssl.log",
            tsv(
                "ssl",
                Self.connection,
                [row("1795923061.250000", "192.0.2.1", chain: Self.one + "," + Self.two)]
            )
        )
        try scratch.write("x509.log", tsv("x509", Self.certificate, [leaf(Self.one)]))
        // x509.log is read first, wherever it stands.
        let result = try run(programPath, ["import", scratch.file("ssl.log"), scratch.file("x509.log")])
        #expect(result.status == 0, "\(result.errors)")
        let record = try #require(try records(result).first)
        #expect(text(record, "@timestamp") == "2026-11-29T03:31:01.250Z")
        #expect(text(record, "server.ip") == "203.0.113.7")
        #expect(text(record, "server.port") == "443")
        #expect(text(record, "tls.version") == "1.2")
        #expect(text(record, "tls.curve") == "secp256r1")
        #expect(text(record, "tls.client.server_name") == "a.example")
        #expect(text(record, "tls.established") == "true")
        #expect(text(record, "tls.server.hash.sha256") == Self.one.uppercased())
        #expect(text(record, "tls.server.ja3s") == "fedcba9876543210fedcba9876543210")
        #expect(text(record, "hallmark.source.fidelity") == "text")
        #expect(texts(record, "tls.server.x509.subject.organization") == ["Caf\u{e9}, Inc"])
        #expect(texts(record, "tls.server.x509.alternative_names") == ["a.example", "b.example"])
        // The zero byte before a first bit that is set, as DER has it.
        #expect(text(record, "tls.server.x509.serial_number") == "008A2C8628C1010633")
        #expect(text(record, "tls.server.x509.public_key_algorithm") == "RSA")
        #expect(text(record, "tls.server.x509.not_after") == "2027-01-27T15:06:40Z")
        let chain = try #require(value(record, "hallmark.certificate.chain") as? [Record])
        #expect(chain.map { text($0, "hash.sha256") } == [Self.two.uppercased()])
        #expect(texts(record, "client.ip") == ["192.0.2.1"])
    }

    @Test func oldLayoutsJoinByTheFile() throws {
        var fields = Self.connection
        fields[13] = "cert_chain_fuids"
        try scratch.write("ssl.log", tsv("ssl", fields, [row("1.5", "192.0.2.1", chain: "FabcDEF123")]))
        var columns = Self.certificate
        columns[1] = "id"
        try scratch.write("x509.log", tsv("x509", columns, [leaf("FabcDEF123")]))
        let record = try #require(
            try records(run(programPath, ["import", scratch.file("ssl.log"), scratch.file("x509.log")])).first
        )
        #expect(texts(record, "tls.server.x509.subject.common_name") == ["a.example"])
        #expect(text(record, "tls.server.hash.sha256") == nil)
    }

    @Test func jsonGivesTheSameAsTSV() throws {
        let rows = [row("1795923061.25", "192.0.2.1", chain: Self.one)]
        try scratch.write("ssl.log", tsv("ssl", Self.connection, rows))
        try scratch.write("x509.log", tsv("x509", Self.certificate, [leaf(Self.one)]))
        try scratch.write(
            "ssl.json",
            """
            {"ts":1795923061.25,"uid":"C1795923061.25","id.orig_h":"192.0.2.1","id.orig_p":50000,\
            "id.resp_h":"203.0.113.7","id.resp_p":443,"version":"TLSv12","cipher":"TLS_RSA_WITH_AES_128_CBC_SHA",\
            "curve":"secp256r1","server_name":"a.example","resumed":false,"next_protocol":"h2","established":true,\
            "cert_chain_fps":["\(Self.one)"],"ja3":"0123456789abcdef0123456789abcdef",\
            "ja3s":"fedcba9876543210fedcba9876543210"}

            """
        )
        try scratch.write(
            "x509.json",
            """
            {"ts":1795923060.0,"fingerprint":"\(Self.one)","certificate.version":3,\
            "certificate.serial":"8A2C8628C1010633","certificate.subject":"CN=a.example,O=Café\\\\, Inc,C=US",\
            "certificate.issuer":"CN=CA,C=US","certificate.not_valid_before":1793341558.0,\
            "certificate.not_valid_after":1801062400.0,"certificate.key_alg":"rsaEncryption",\
            "certificate.sig_alg":"sha256WithRSAEncryption","certificate.key_length":2048,\
            "certificate.exponent":"65537","san.dns":["a.example","b.example"],"basic_constraints.ca":false,\
            "host_cert":true,"client_cert":false}

            """
        )
        func imported(_ names: String...) throws -> String {
            let result = try run(programPath, ["import"] + names.map(scratch.file))
            #expect(result.status == 0, "\(result.errors)")
            return result.text.replacing(#/"ingested":"[^"]*"/#, with: "")
        }
        #expect(try imported("ssl.log", "x509.log") == imported("ssl.json", "x509.json"))
        // Both in one stream, as collectors send them, in either order.
        let both = try ["ssl.json", "x509.json"].map {
            try String(contentsOfFile: scratch.file($0), encoding: .utf8)
        }
        for stream in [both.joined(), both.reversed().joined()] {
            let piped = try run(programPath, ["import"], input: Array(stream.utf8))
            #expect(try records(piped).count == 1, "\(piped.errors)")
            #expect(try records(piped).map { text($0, "hallmark.source.fidelity") } == ["text"])
        }
    }

    @Test func sightingsOfADayAreOneRecord() throws {
        let day = 1_795_910_400
        let rows = [
            row("\(day + 10).0", "192.0.2.1", chain: Self.one),
            row("\(day + 20).0", "192.0.2.2", chain: Self.one),
            row("\(day + 30).0", "192.0.2.1", chain: Self.one),
            row("\(day + 40).0", "192.0.2.1", chain: Self.two),
            row("\(day + 86_400).0", "192.0.2.1", chain: Self.one),
        ]
        try scratch.write("ssl.log", tsv("ssl", Self.connection, rows))
        let all = try records(run(programPath, ["import", scratch.file("ssl.log")]))
        #expect(all.map { text($0, "hallmark.sightings.count") } == ["3", "1", "1"])
        let first = try #require(all.first)
        #expect(text(first, "hallmark.sightings.last") == "2026-11-29T00:00:30.000Z")
        let clients = try #require(value(first, "hallmark.clients") as? [Record])
        #expect(clients.map { text($0, "ip") } == ["192.0.2.1", "192.0.2.2"])
        #expect(clients.map { text($0, "count") } == ["2", "1"])
        #expect(texts(clients[0], "ja3") == ["0123456789abcdef0123456789abcdef"])
        let every = try records(run(programPath, ["import", "--every", scratch.file("ssl.log")]))
        #expect(every.count == 5)
        let without = try run(programPath, ["import", "--no-clients", scratch.file("ssl.log")])
        #expect(!without.text.contains("192.0.2."))
    }

    @Test func pseudonymsAreTurnedBackByOpenSSL() throws {
        try scratch.write("ssl.log", tsv("ssl", Self.connection, [row("1.5", "192.0.2.1", chain: Self.one)]))
        try scratch.write("key", "a secret of some length\n")
        let result = try run(
            programPath,
            ["import", "--pseudonymize", scratch.file("key"), scratch.file("ssl.log")]
        )
        #expect(!result.text.contains("192.0.2.1"))
        let record = try #require(try records(result).first)
        let clients = try #require(value(record, "hallmark.clients") as? [Record])
        let pseudonym = try #require(text(clients[0], "pseudonym"))
        let script = """
            key=$(openssl dgst -sha256 -r "$0" | cut -c1-64)
            python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.argv[1]))' "$1" | openssl enc -d -aes-256-ecb -nopad -K "$key" | od -An -tx1 | tr -d ' \\n'
            """
        let address = try check("sh", ["-c", script, scratch.file("key"), pseudonym]).text
        #expect(address == "00000000000000000000ffffc0000201")
    }

    @Test func brokenLinesAreCountedAndLoseNothingElse() throws {
        var lines = tsv("ssl", Self.connection, [row("1.5", "192.0.2.1", chain: Self.one)])
            .split(separator: "\n", omittingEmptySubsequences: false)
        lines.insert("only\tthree\tfields", at: 8)
        lines.insert(Substring(String(repeating: "x\t", count: 40)), at: 9)
        try scratch.write("ssl.log", lines.joined(separator: "\n"))
        let result = try run(programPath, ["import", scratch.file("ssl.log")])
        #expect(result.status == 1)
        #expect(try records(result).count == 1)
        #expect(
            result.errors.contains(
                "fewer fields than the head names: 1, first at \(scratch.file("ssl.log")):9"
            )
        )
        #expect(result.errors.contains("more fields than the head names: 1"))
        #expect(result.errors.contains("a connection whose certificates stand in no x509.log: 1"))
    }

    @Test func loggedCertificatesAreReadAgain() throws {
        let pair = try TestCertificate(subject: "/C=US/O=Zeek/CN=der.example")
        try check(
            "openssl",
            ["x509", "-in", pair.certificate, "-outform", "DER", "-out", scratch.file("der")]
        )
        let der = try Data(contentsOf: URL(fileURLWithPath: scratch.file("der")))
        let digest = try check("openssl", ["dgst", "-sha256", "-r", scratch.file("der")]).text.prefix(64)
        try scratch.write(
            "ssl.log",
            tsv("ssl", Self.connection, [row("1.5", "192.0.2.1", chain: String(digest))])
        )
        try scratch.write(
            "x509.log",
            tsv("x509", Self.certificate + ["cert"], [leaf(String(digest)) + [der.base64EncodedString()]])
        )
        let both = [scratch.file("ssl.log"), scratch.file("x509.log")]
        let record = try #require(try records(run(programPath, ["import"] + both)).first)
        #expect(text(record, "hallmark.source.fidelity") == "der")
        // What the text says does not count where the bytes are there.
        let name = text(record, "tls.server.x509.subject.distinguished_name")
        #expect(name == "C=US, O=Zeek, CN=der.example")
        #expect(texts(record, "tls.server.certificate_chain") == [der.base64EncodedString()])
    }
}
