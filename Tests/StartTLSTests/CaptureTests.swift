import Foundation
import TestSupport
import Testing
import Wire

/// Captures of real servers' dialogues: TLS is found in them, and the protocol named as a scan names it.
@Suite(
    .serialized,
    .enabled(if: PacketCapture.isPermitted, "tcpdump may not capture here, which root may")
)
struct CaptureTests {
    /// What OpenSSL's client speaks, by its own names.
    static let protocols: [(StartTLSProtocol, String)] = [
        (.smtp, "smtp"), (.lmtp, "lmtp"), (.imap, "imap"), (.pop3, "pop3"), (.ftp, "ftp"), (.ldap, "ldap"),
        (.xmpp, "xmpp"), (.sieve, "sieve"), (.postgres, "postgres"), (.mysql, "mysql"), (.nntp, "nntp"),
    ]
    .filter { $0.0 != .nntp || Servers.newsFolder != nil }

    @Test(arguments: protocols.indices) func dialoguesOfRealServersAreRead(_ index: Int) throws {
        let (name, option) = Self.protocols[index]
        let pair = try TestCertificate(subject: "/O=Captured/CN=\(option).test")
        let server = try Servers.start(name, pair)
        let capture = try PacketCapture(port: server.port)
        let target = "127.0.0.1:\(server.port)"
        _ = try run(
            "sh",
            [
                "-c",
                "openssl s_client -tls1_2 -starttls \(option) -xmpphost server.test -connect \(target) < /dev/null",
            ]
        )
        try capture.finish()
        let result = try run(programPath, ["import", capture.path])
        #expect(result.status == 0, "\(result.errors)")
        let digest = try check(
            "openssl",
            ["x509", "-in", pair.certificate, "-noout", "-fingerprint", "-sha256"]
        )
        .text.split(separator: "=")[1].replacing(":", with: "").trimmingCharacters(
            in: .whitespacesAndNewlines
        )
        #expect(result.text.contains("\"hash\":{\"sha256\":\"\(digest)\""), "\(result.text)\(result.errors)")
        #expect(result.text.contains("\"starttls\":{\"protocol\":\"\(option)\""), "\(result.text)")
    }
}
