import TestSupport
import Testing

/// What depends on the server name, and what lies behind another protocol.
@Suite(.serialized) struct ServerNameTests {
    /// A server with a certificate for one name, and another for everybody else.
    private func twoCertificates() throws -> (ServerProcess, shop: LabCertificate, fallback: LabCertificate) {
        let shop = try LabCertificate("/CN=shop.test", extensions: "subjectAltName=DNS:shop.test\n")
        let fallback = try LabCertificate("/CN=default.test")
        let server = try ServerProcess("nginx", keeping: [shop.scratch, fallback.scratch]) { port, scratch in
            try LabServer.nginxArguments(
                fallback,
                port,
                scratch,
                """
                return 404;
                }
                server {
                    listen 127.0.0.1:\(port) ssl;
                    server_name shop.test;
                    ssl_certificate \(shop.certificate); ssl_certificate_key \(shop.key);
                    return 200 shop;
                """
            )
        }
        return (server, shop, fallback)
    }

    @Test func anotherNameAnotherCertificate() throws {
        let (server, _, _) = try twoCertificates()
        let result = try Program.run(["validate", "127.0.0.1:\(server.port),shop.test", "--json"])
        let record = try #require(Program.records(result.text).first, "\(result.errors)")
        #expect(record.text("tls.server.subject") == "CN=shop.test")
        #expect((record["hallmark.assessment"] as? [String])?.contains("certificate_by_name") == true)
        let variants = try #require(record["hallmark.sni_variants"] as? [[String: Any]])
        #expect(variants.map { $0["kind"] as? String } == ["none", "random"])
        let others = Set(variants.compactMap { $0["certificate_sha256"] as? String })
        #expect(others.count == 1 && others.first != record.text("tls.server.hash.sha256"))
        let report = try Program.run(["validate", "127.0.0.1:\(server.port),shop.test"]).text
        #expect(report.contains("Its certificate depends on the server name"))
        #expect(report.contains("no name: another certificate,"))
    }

    @Test func oneCertificateForAllIsNoFinding() throws {
        let server = try LabServer.nginx.start(LabCertificate("/CN=a.test"), [LabAnswer(status: 404)])
        for target in ["127.0.0.1:\(server.port)", "127.0.0.1:\(server.port),a.test"] {
            let record = try #require(
                try Program.records(Program.run(["validate", target, "--json"]).text).first
            )
            #expect(record["hallmark.assessment"] == nil, "\(record.line)")
        }
    }

    /// One server, with STARTTLS on one port and TLS on the other: what is measured is the same.
    @Test func certificateAndJARMBehindStartTLS() throws {
        let certificate = try LabCertificate("/CN=mail.test", extensions: "subjectAltName=DNS:mail.test\n")
        let other = freePort()
        let server = try ServerProcess("/usr/sbin/dovecot", keeping: [certificate.scratch]) { port, scratch in
            let path = try scratch.write(
                "dovecot.conf",
                """
                base_dir = \(scratch.file("run"))
                state_dir = \(scratch.file("run"))
                protocols = imap
                listen = 127.0.0.1
                log_path = /dev/stderr
                ssl = yes
                ssl_cert = <\(certificate.certificate)
                ssl_key = <\(certificate.key)
                mail_location = maildir:\(scratch.path)
                passdb {
                  driver = static
                  args = password=x
                }
                service imap-login {
                  inet_listener imap {
                    port = \(port)
                  }
                  inet_listener imaps {
                    port = \(other)
                    ssl = yes
                  }
                }

                """
            )
            return ["-F", "-c", path]
        }
        let full = ["--probe", "full", "--sni", "mail.test", "--sni-variants"]
        let bare = try #require(try Program.scan(["127.0.0.1:\(other)"] + full).first)
        let inside = try #require(
            try Program.scan(["127.0.0.1:\(server.port)", "--starttls", "imap"] + full).first
        )
        for field in ["tls.server.hash.sha256", "tls.server.jarm", "tls.server.ja3s", "tls.cipher"] {
            #expect(bare.text(field) != nil && inside.text(field) == bare.text(field), "\(field)")
        }
        #expect(inside["hallmark.jarm.complete"] as? Bool == true)
        #expect(inside.text("hallmark.starttls.greeting")?.hasPrefix("* OK [CAPABILITY") == true)
        #expect((inside["hallmark.sni_variants"] as? [[String: Any]])?.count == 2)
        #expect(try schemaErrors(inside.line) == "")
    }
}
