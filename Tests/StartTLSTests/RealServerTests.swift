import Foundation
import Glibc
import TestSupport
import Testing
import Wire

/// Each protocol up to the certificate, against a server that we did not write.
///
/// Most of these servers begin as root, as they do everywhere.
@Suite(.serialized, .enabled(if: getuid() == 0)) struct RealServerTests {
    @Test(arguments: [
        (StartTLSProtocol.smtp, "220 mail.test ESMTP Postfix"), (.lmtp, "220 "), (.imap, "* OK [CAPABILITY"),
        (.pop3, "+OK"), (.sieve, "\"IMPLEMENTATION\" \"Dovecot"), (.ftp, "220 ProFTPD"), (.ldap, "0"),
        (.xmpp, "<?xml"), (.xmppServer, "<?xml"), (.irc, ":irc.test NOTICE"), (.postgres, "S"), (.mysql, ""),
        (.rdp, "\u{3}"),
    ])
    func reachesTheCertificate(_ name: StartTLSProtocol, _ greeting: String) throws {
        let certificate = try TestCertificate()
        let server = try Servers.start(name, certificate)
        let client = try Client(name, port: server.port)
        #expect(client.isUpgraded, "\(client.result)")
        #expect(String(decoding: client.dialogue.greeting, as: UTF8.self).hasPrefix(greeting))
        let text = try client.handshake()
        #expect(text.contains("subject=CN = server.test"), "\(text)")
        try compare(name, server.port)
    }

    @Test func serversWithoutTLSRefuse() throws {
        let certificate = try TestCertificate()
        let servers: [(StartTLSProtocol, ServerProcess)] = [
            (.smtp, try Servers.postfix(certificate, tls: "none")),
            (.imap, try Servers.dovecot(.imap, certificate, tls: "no")),
            (.pop3, try Servers.dovecot(.pop3, certificate, tls: "no")),
            (.sieve, try Servers.dovecot(.sieve, certificate, tls: "no")),
            (.ftp, try Servers.proftpd(certificate, tls: "off")),
            (.ldap, try Servers.slapd(certificate, tls: false)),
            (.irc, try Servers.ngircd()),
            (.postgres, try Servers.postgres(certificate, tls: false)),
            (.mysql, try Servers.mariadb(certificate, tls: false)),
            (.rdp, try Servers.xrdp(certificate, security: "rdp")),
        ]
        for (name, server) in servers {
            let client = try Client(name, port: server.port)
            #expect(client.reason == .refused, "\(name): \(client.result)")
        }
    }

    /// InterNetNews is not installed but unpacked, which takes a network.
    @Test(.enabled(if: Servers.newsFolder != nil)) func newsServer() throws {
        let certificate = try TestCertificate()
        let server = try Servers.nnrpd(certificate)
        let client = try Client(.nntp, port: server.port)
        #expect(client.isUpgraded, "\(client.result)")
        #expect(
            String(decoding: client.dialogue.greeting, as: UTF8.self).hasPrefix("200 news.test InterNetNews")
        )
        #expect(try client.handshake().contains("subject=CN = server.test"))
        try compare(.nntp, server.port)
        let plain = try Servers.nnrpd(certificate, tls: false)
        #expect(try Client(.nntp, port: plain.port).reason == .refused)
    }

    /// The wrong protocol is called so, or at least never taken for an upgrade.
    @Test func otherServers() throws {
        let server = try Servers.postfix(try TestCertificate())
        for name in [
            StartTLSProtocol.imap, .pop3, .ldap, .xmpp, .nntp, .sieve, .postgres, .mysql, .tds, .rdp,
        ] {
            let client = try Client(name, port: server.port)
            #expect(client.reason == .otherProtocol, "\(name): \(client.result)")
        }
        // FTP and SMTP greet alike.
        #expect(try Client(.ftp, port: server.port).reason == .refused)
    }

    /// `openssl s_client` comes to the same certificate, where it knows the protocol.
    private func compare(_ name: StartTLSProtocol, _ port: UInt16) throws {
        // Its IRC takes the first line for the answer, which here is a notice; RDP it does not know.
        guard name != .irc, name != .rdp else { return }
        let result = try run(
            "openssl",
            [
                "s_client", "-starttls", name.rawValue, "-connect", "127.0.0.1:\(port)", "-xmpphost",
                "server.test",
            ]
        )
        #expect(result.text.contains("subject=CN = server.test"))
    }
}

extension Client {
    var isUpgraded: Bool {
        if case .upgrade = result { return true }
        return false
    }

    var reason: StartTLSFailure.Reason? {
        if case .fail(let failure) = result { return failure.reason }
        return nil
    }
}
