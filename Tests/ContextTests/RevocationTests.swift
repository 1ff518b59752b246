@testable import Context
import Foundation
import Net
import Observations
import TestSupport
import Testing

/// Revocation lists, made by cryptography.
@Suite(.enabled(if: !PythonPackages.isOffline))
struct RevocationTests {
    private let scratch = Scratch()

    @Test func listsAreRead() throws {
        try PythonPackages.install()
        let script = """
            import sys, datetime, packages
            packages.use()
            from cryptography import x509
            from cryptography.hazmat.primitives import hashes, serialization
            from cryptography.hazmat.primitives.asymmetric import ec
            from cryptography.x509.oid import NameOID
            DER = serialization.Encoding.DER
            now = datetime.datetime(2026, 11, 1, tzinfo=datetime.timezone.utc)
            day = datetime.timedelta(days=1)
            key, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
            name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA")])
            def make(serial, subject, ca, points=[]):
                builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(name).public_key(key.public_key())
                    .serial_number(serial).not_valid_before(now - 9 * day).not_valid_after(now + 99 * day)
                    .add_extension(x509.BasicConstraints(ca, None), True))
                if points: builder = builder.add_extension(x509.CRLDistributionPoints(points), False)
                return builder.sign(key, hashes.SHA256())
            def point(*reasons):
                return x509.DistributionPoint([x509.UniformResourceIdentifier("http://list.test/one")], None,
                    frozenset(reasons) or None, None)
            def put(file, value): open(sys.argv[1] + "/" + file, "wb").write(value.public_bytes(DER))
            put("ca", make(1, name, True))
            put("leaf", make(7, x509.Name([]), False))
            put("clean", make(8, x509.Name([]), False))
            some = point(x509.ReasonFlags.superseded)
            put("some", make(8, x509.Name([]), False, [some]))
            put("revoked-some", make(7, x509.Name([]), False, [some]))
            put("all", make(8, x509.Name([]), False, [some, point()]))
            entry = (x509.RevokedCertificateBuilder().serial_number(7).revocation_date(now - 3 * day)
                .add_extension(x509.CRLReason(x509.ReasonFlags.superseded), False).build())
            for file, signer, issuer in [("list", key, name), ("forged", other, name),
                    ("foreign", key, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Other")]))]:
                put(file, x509.CertificateRevocationListBuilder().issuer_name(issuer).last_update(now).next_update(now + 7 * day)
                    .add_revoked_certificate(entry).sign(signer, hashes.SHA256()))
            """
        try check(
            "env",
            [
                "-C", projectFolder + "/Tests/Tools", "PYTHONDONTWRITEBYTECODE=1", "python3", "-c", script,
                scratch.path,
            ]
        )
        func bytes(_ name: String) throws -> [UInt8] {
            [UInt8](try Data(contentsOf: URL(fileURLWithPath: scratch.file(name))))
        }
        let now = 1_793_664_000_000  // 2026-11-03
        func read(_ list: String, _ leaf: String, now: Int = now) throws -> RevocationContext.Statement {
            RevocationProof.read(
                list: try bytes(list),
                leaf: try bytes(leaf),
                issuer: try bytes("ca"),
                now: now
            )
        }
        let revoked = try read("list", "leaf")
        #expect(revoked.status == .revoked && revoked.reason == "superseded")
        #expect(revoked.revokedAt == 1_793_232_000_000)  // 2026-10-29
        #expect(try read("list", "clean").status == .good)
        // What a certificate names for some reasons alone says nothing of the others by its silence.
        let whole = try #require(RevocationList(try bytes("list"), url: "http://list.test/one"))
        for (leaf, status) in [
            ("clean", RevocationContext.Status.good), ("some", .other), ("all", .good),
            ("revoked-some", .revoked),
        ] {
            let said = whole.look(leaf: try bytes(leaf), issuer: try bytes("ca"), now: now).status
            #expect(said == status, "\(leaf): \(said)")
        }
        #expect(try read("list", "clean", now: now + 9 * 86_400_000).status == .stale)
        #expect(try read("forged", "leaf").status == .invalid)
        #expect(try read("foreign", "leaf").status == .other)
        #expect(try read("ca", "leaf").status == .unreadable)
        let list = try bytes("list")
        for count in stride(from: 0, to: list.count, by: 5) {
            let statement = RevocationProof.read(
                list: Array(list.prefix(count)),
                leaf: try bytes("leaf"),
                issuer: try bytes("ca"),
                now: now
            )
            #expect(statement.status == .unreadable)
        }
    }
}

/// Lists that are not fetched, and why.
@Suite struct ListAddressTests {
    private func look(_ url: String, servers: [String] = []) throws -> (
        RevocationContext.Statement?, ContextSummary
    ) {
        var setup = ContextSetup()
        var lists = RevocationLists.Options(userAgent: "hallmark-test")
        lists.servers = servers
        setup.options.lists = lists
        let line = """
            {"server":{"ip":"192.0.2.1"},"tls":{"server":{"hash":{"sha256":"0A"},"certificate_chain":["AA==","AA=="]}},\
            "hallmark":{"certificate":{"crl_urls":["\(url)"]}}}
            """
        let session = try ContextSession(setup)
        let found = session.look(at: [Array(line.utf8), Array(line.utf8)])
        #expect(found[0] == found[1])
        return (found[0].revocation?.list, session.summary)
    }

    @Test func anAddressThatIsNotAskedIsSaid() throws {
        let long = "http://crl.test/" + String(repeating: "a", count: 9000)
        for (url, why) in [
            (long, "not asked for: its address is longer than 2048 bytes"),
            ("ldap://crl.test/", "not asked for: its address is neither http nor https"),
        ] {
            let (statement, summary) = try look(url)
            #expect(statement?.status == .unavailable && statement?.error == why, "\(url.prefix(20))")
            // Once, however many certificates name it, and not in full.
            #expect(summary.lists.failed == 1 && !summary.isWhole)
            let remark = try #require(summary.remarks.first)
            #expect(remark.contains(why) && remark.utf8.count < 300, "\(remark)")
        }
    }

    /// The name server that was chosen is asked, and not the system's.
    @Test func hostsOfListsAreLookedUpWhereNamesAre() throws {
        let server = try Unbound.start(server: [
            "local-zone: \".\" static", "local-data: \"crl.test. A 127.0.0.1\"",
        ])
        let servers = ["127.0.0.1:\(server.port)"]
        // It was found, though nobody answers there.
        let found = try look("http://crl.test:\(freePort())/list", servers: servers).0
        #expect(found?.error?.hasPrefix("Failed to connect to crl.test") == true, "\(found?.error ?? "")")
        let unknown = try look("http://unknown.test/list", servers: servers).0
        #expect(unknown?.error == "where unknown.test is could not be told: the name does not exist")
    }

    /// However many lists of one host are slow, those of another are fetched beside them.
    @Test func aSlowHostHoldsNoOtherUp() throws {
        let server = try ServerProcess("python3") { port, _ in
            [projectFolder + "/Tests/Tools/fetch_server.py", "\(port)"]
        }
        let loop = try EventLoop()
        var options = RevocationLists.Options(userAgent: "hallmark-test")
        options.timeout = 60_000
        let lists = try RevocationLists(on: loop, options)
        var ends: [String] = []
        for number in 0..<9 {
            lists.find("http://127.0.0.1:\(server.port)/silent\(number)", for: nil) { _ in ends.append("slow")
            }
        }
        lists.find("http://localhost:\(server.port)/ok", for: nil) { answer in
            // What comes is no list.
            if case .unreadable = answer { ends.append("other") }
            lists.giveUp()
        }
        loop.run()
        #expect(ends == ["other"] + [String](repeating: "slow", count: 9))
    }
}
