@testable import TLSClient
import TestSupport
import Testing
import Wire

/// Verification against an authority of our own, held to `openssl verify`.
@Suite(.serialized) struct TrustStoreTests {
    private let authority = Authority()

    @Test func whatIsGoodIsValid() throws {
        let leaf = try authority.issue("good", names: "DNS:server.test,DNS:*.wild.test,IP:127.0.0.1")
        let store = try TrustStore(file: authority.root())
        let cases: [(String?, [UInt8], String)] = [
            ("server.test", [], "valid"), ("Server.TEST", [], "valid"), ("a.wild.test", [], "valid"),
            ("a.b.wild.test", [], "mismatch"), ("other.test", [], "mismatch"),
            (nil, [127, 0, 0, 1], "valid"),
            (nil, [127, 0, 0, 2], "mismatch"), (nil, [], "not_checked"),
        ]
        let answers = try check(leaf, store, cases.map { ($0.0, $0.1) })
        #expect(answers == cases.map { TrustStore.Result(chain: "valid", name: $0.2) })
    }

    @Test func aCommonNameIsNoHostName() throws {
        let leaf = try authority.issue("server.test", names: nil)
        let store = try TrustStore(file: authority.root())
        #expect(try check(leaf, store) == [TrustStore.Result(chain: "valid", name: "mismatch")])
    }

    @Test func whatIsWrongIsSaidAsOpenSSLSaysIt() throws {
        let root = try authority.root()
        let expired = try authority.issue(
            "old",
            names: "DNS:server.test",
            from: "20200101000000Z",
            to: "20210101000000Z"
        )
        let future = try authority.issue(
            "new",
            names: "DNS:server.test",
            from: "20900101000000Z",
            to: "20910101000000Z"
        )
        let mail = try authority.issue("mail", names: "DNS:server.test", usage: "emailProtection")
        let selfSigned = try TestCertificate(extra: ["-addext", "subjectAltName=DNS:server.test"])
        let own = Leaf(certificate: selfSigned.certificate, key: selfSigned.key)
        let store = try TrustStore(file: root)
        for leaf in [expired, future, mail, own] {
            let answer = try #require(try check(leaf, store).first)
            let expected = try run(
                "openssl",
                ["verify", "-purpose", "sslserver", "-CAfile", root, leaf.certificate]
            )
            #expect(expected.status != 0)
            #expect(expected.errors.contains("lookup: \(answer.chain)\n"), "\(answer.chain)")
            #expect(answer.name == "valid")
        }
        // With another authority's root the chain has no end.
        let other = try TrustStore(file: selfSigned.certificate)
        let stranger = try #require(try check(expired, other).first)
        #expect(stranger.chain == "unable to get local issuer certificate")
    }

    @Test func theSystemsRootsDoNotKnowOurs() throws {
        let leaf = try authority.issue("good", names: "DNS:server.test")
        let answer = try #require(try check(leaf, try TrustStore(file: nil)).first)
        #expect(answer.chain == "unable to get local issuer certificate")
        #expect(answer.name == "valid")
    }

    @Test func anUnreadableFileIsAnError() throws {
        let scratch = Scratch()
        #expect(throws: TLSError.self) { try TrustStore(file: scratch.file("none.pem")) }
        let path = try scratch.write("text.pem", "no certificate\n")
        #expect(throws: TLSError.self) { try TrustStore(file: path) }
    }

    private func check(
        _ leaf: Leaf,
        _ store: TrustStore,
        _ names: [(String?, [UInt8])] = [("server.test", [])]
    ) throws -> [TrustStore.Result] {
        let server = try ServerProcess("openssl") { port, _ in
            [
                "s_server", "-accept", "127.0.0.1:\(port)", "-cert", leaf.certificate, "-key", leaf.key,
                "-quiet",
            ]
        }
        let answer = try shake(server.port, try TLSContext(), verify: store, names: names)
        #expect(answer.isComplete)
        return answer.verifications
    }
}

/// A certificate and its key, in PEM files.
struct Leaf {
    let certificate: String
    let key: String
}

/// A certificate authority made by `openssl`.
struct Authority {
    private let scratch = Scratch()

    /// The root's PEM file.
    func root() throws -> String {
        let path = scratch.file("root.pem")
        if try run("test", ["-e", path]).status == 0 { return path }
        try check(
            "openssl",
            [
                "req", "-x509", "-nodes", "-subj", "/CN=Root", "-days", "30", "-newkey", "rsa:2048",
                "-keyout",
                scratch.file("root.key"), "-out", path,
            ]
        )
        try scratch.write("index", "")
        try scratch.write(
            "ca.conf",
            """
            [ca]
            default_ca = own
            [own]
            database = \(scratch.file("index"))
            new_certs_dir = \(scratch.path)
            default_md = sha256
            policy = any
            unique_subject = no
            rand_serial = yes
            [any]
            commonName = supplied

            """
        )
        return path
    }

    func issue(
        _ name: String,
        names: String?,
        from: String = "20200101000000Z",
        to: String = "20890101000000Z",
        usage: String = "serverAuth"
    ) throws -> Leaf {
        let root = try root()
        let leaf = Leaf(certificate: scratch.file("\(name).pem"), key: scratch.file("\(name).key"))
        let request = scratch.file("\(name).csr")
        try check(
            "openssl",
            [
                "req", "-new", "-nodes", "-subj", "/CN=\(name)", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-keyout", leaf.key, "-out", request,
            ]
        )
        let extensions = try scratch.write(
            "\(name).ext",
            "extendedKeyUsage = \(usage)\n" + (names.map { "subjectAltName = \($0)\n" } ?? "")
        )
        try check(
            "openssl",
            [
                "ca", "-batch", "-notext", "-config", scratch.file("ca.conf"), "-cert", root, "-keyfile",
                scratch.file("root.key"), "-in", request, "-out", leaf.certificate, "-startdate", from,
                "-enddate", to, "-extfile", extensions,
            ]
        )
        return leaf
    }
}
