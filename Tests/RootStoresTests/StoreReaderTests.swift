import Foundation
import Observations
import RootStores
import TestSupport
import Testing

/// Stores that other programs wrote, read again: the same certificates as these programs list.
struct StoreReaderTests {
    private let scratch = Scratch()
    private let first: TestCertificate
    private let second: TestCertificate

    init() throws {
        first = try TestCertificate(subject: "/CN=First Root")
        second = try TestCertificate(subject: "/CN=Second Root")
    }

    private func der(_ certificate: TestCertificate) throws -> [UInt8] {
        try check("openssl", ["x509", "-in", certificate.certificate, "-outform", "DER"]).output
    }

    private func roots(_ name: String) -> RootStore {
        StoreReader.read(scratch.file(name), called: name)
    }

    @Test func javaKeystores() throws {
        for type in ["JKS", "JCEKS", "PKCS12"] {
            for (alias, certificate) in [("one", first), ("two", second)] {
                try check(
                    "keytool",
                    [
                        "-importcert", "-noprompt", "-keystore", scratch.file(type), "-storepass", "changeit",
                        "-storetype", type, "-alias", alias, "-file", certificate.certificate,
                    ]
                )
            }
            let store = roots(type)
            #expect(store.faults.isEmpty)
            #expect(store.remarks.isEmpty)
            #expect(Set(store.roots.map(\.der)) == [try der(first), try der(second)])
            #expect(Set(store.roots.map(\.place)) == ["one", "two"])
            #expect(store.roots.allSatisfy { $0.trust == .trusted && !$0.hasPrivateKey })
            let listed = try check(
                "keytool",
                ["-list", "-keystore", scratch.file(type), "-storepass", "changeit", "-storetype", type]
            )
            #expect(listed.text.contains("\(store.roots.count) entries"))
        }
    }

    @Test func aPrivateKeyInAKeystoreIsTold() throws {
        for type in ["JKS", "PKCS12"] {
            try check(
                "keytool",
                [
                    "-genkeypair", "-keystore", scratch.file(type), "-storepass", "changeit", "-keypass",
                    "changeit",
                    "-storetype", type, "-alias", "mine", "-keyalg", "EC", "-dname", "CN=Mine",
                ]
            )
            let store = roots(type)
            #expect(store.roots.count == 1)
            #expect(store.roots.first?.hasPrivateKey == true)
        }
    }

    @Test func aKeystoreWithAPasswordOfItsOwn() throws {
        for type in ["JKS", "PKCS12"] {
            try check(
                "keytool",
                [
                    "-importcert", "-noprompt", "-keystore", scratch.file(type), "-storepass", "secret-1",
                    "-storetype", type, "-alias", "one", "-file", first.certificate,
                ]
            )
        }
        // Java's own format keeps certificates in the clear; only its check sum needs the password.
        #expect(roots("JKS").roots.count == 1)
        #expect(roots("JKS").remarks.count == 1)
        #expect(roots("PKCS12").roots.isEmpty)
        #expect(roots("PKCS12").faults.first?.description.contains("password") == true)
    }

    @Test func changedAndCutKeystoresAreTold() throws {
        try check(
            "keytool",
            [
                "-importcert", "-noprompt", "-keystore", scratch.file("jks"), "-storepass", "changeit",
                "-storetype", "JKS", "-alias", "one", "-file", first.certificate,
            ]
        )
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: scratch.file("jks"))))
        var changed = bytes
        changed[bytes.count / 2] ^= 1
        #expect(StoreReader.read(changed, called: "x").remarks.count == 1)
        for count in [5, 12, 40, bytes.count / 2, bytes.count - 1] {
            let store = StoreReader.read(Array(bytes.prefix(count)), called: "x")
            #expect(!store.faults.isEmpty, "cut after \(count) bytes")
        }
    }

    @Test func aDatabaseOfNSS() throws {
        try FileManager.default.createDirectory(
            atPath: scratch.file("profile"),
            withIntermediateDirectories: true
        )
        let database = "sql:" + scratch.file("profile")
        try check("certutil", ["-N", "-d", database, "--empty-password"])
        for (name, trust, certificate) in [("trusted", "C,,", first), ("refused", "p,,", second)] {
            try check(
                "certutil",
                ["-A", "-d", database, "-n", name, "-t", trust, "-i", certificate.certificate]
            )
        }
        let store = StoreReader.read(scratch.file("profile/cert9.db"), called: "cert9.db")
        #expect(store.faults.isEmpty)
        #expect(store.kind == .nss)
        let found = Dictionary(uniqueKeysWithValues: store.roots.map { ($0.place, $0) })
        #expect(found["trusted"]?.der == (try der(first)))
        #expect(found["trusted"]?.trust == .trusted)
        #expect(found["refused"]?.der == (try der(second)))
        #expect(found["refused"]?.trust == .distrusted)
    }

    @Test func aDamagedDatabaseOfNSS() throws {
        try check("mkdir", [scratch.file("profile")])
        let database = "sql:" + scratch.file("profile")
        try check("certutil", ["-N", "-d", database, "--empty-password"])
        try check("certutil", ["-A", "-d", database, "-n", "one", "-t", "C,,", "-i", first.certificate])
        let sound = try Data(contentsOf: URL(fileURLWithPath: scratch.file("profile/cert9.db")))
        #expect(StoreReader.read([UInt8](sound), called: "x").faults.isEmpty)
        for statement in [
            // The attribute's value is gone, of another length, or none that NSS has.
            "UPDATE nssPublic SET ace536358 = NULL", "UPDATE nssPublic SET ace536358 = x'ce53'",
            "UPDATE nssPublic SET ace536358 = x'00000001'", "UPDATE nssPublic SET ace5363b4 = x'00'",
            "ALTER TABLE nssPublic RENAME COLUMN ace536358 TO ace536399",
            "ALTER TABLE nssPublic RENAME COLUMN ace5363b4 TO ace536399",
            // A word too much in the schema; pages that no table has.
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE' WHERE name = 'nssPublic'",
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = 1 WHERE type = 'index'",
        ] {
            try sound.write(to: URL(fileURLWithPath: scratch.file("damaged.db")))
            try check("sqlite3", ["-cmd", ".dbconfig defensive off", scratch.file("damaged.db"), statement])
            #expect(!roots("damaged.db").faults.isEmpty, "\(statement)")
        }
        // A certificate that its own trust setting no longer fits.
        try sound.write(to: URL(fileURLWithPath: scratch.file("other.db")))
        try check(
            "sqlite3",
            [scratch.file("other.db"), "UPDATE nssPublic SET a11 = x'3000' WHERE a11 NOT NULL"]
        )
        #expect(roots("other.db").remarks.count == 1)
    }

    @Test func textAndMessages() throws {
        let pem = try [first, second].map { try String(contentsOfFile: $0.certificate, encoding: .utf8) }
        try scratch.write("bundle.pem", pem.joined(separator: "\n"))
        #expect(roots("bundle.pem").roots.map(\.der) == [try der(first), try der(second)])
        try check(
            "openssl",
            [
                "crl2pkcs7", "-nocrl", "-certfile", scratch.file("bundle.pem"), "-outform", "DER", "-out",
                scratch.file("bundle.p7b"),
            ]
        )
        let message = roots("bundle.p7b")
        #expect(message.kind == .pkcs7)
        #expect(Set(message.roots.map(\.der)) == [try der(first), try der(second)])
        try check(
            "openssl",
            [
                "x509", "-in", first.certificate, "-addreject", "serverAuth", "-trustout", "-out",
                scratch.file("rejected.pem"),
            ]
        )
        let rejected = roots("rejected.pem")
        #expect(rejected.roots.map(\.der) == [try der(first)])
        #expect(rejected.roots.first?.trust == .distrusted)
    }

    @Test func messagesInPEM() throws {
        let pem = try [first, second].map { try String(contentsOfFile: $0.certificate, encoding: .utf8) }
        try scratch.write("bundle.pem", pem.joined(separator: "\n"))
        try check(
            "openssl",
            [
                "crl2pkcs7", "-nocrl", "-certfile", scratch.file("bundle.pem"), "-out",
                scratch.file("bundle.p7b"),
            ]
        )
        let message = roots("bundle.p7b")
        #expect(message.kind == .pkcs7)
        #expect(message.faults.isEmpty)
        #expect(Set(message.roots.map(\.der)) == [try der(first), try der(second)])
        let text = try String(contentsOfFile: scratch.file("bundle.p7b"), encoding: .utf8)
        // A certificate beside it, and a message that breaks off.
        let both = StoreReader.read(Array((text + pem[0]).utf8), called: "x")
        #expect(both.roots.count == 3)
        #expect(!StoreReader.read(Array(text.prefix(400).utf8), called: "x").faults.isEmpty)
    }

    @Test func objectsOfP11Kit() throws {
        let mark = "[p11-kit-object-v1]\n"
        let pem = try [first, second].map { try String(contentsOfFile: $0.certificate, encoding: .utf8) }
        let value = try der(first).map { String(format: "%%%02x", $0) }.joined()
        for (text, trust) in [
            (mark + "trusted: true\n" + pem[0], StoredRoot.Trust.trusted),
            ("# a remark\n" + mark + "trusted: true\n" + pem[0], .trusted),
            (mark + pem[0] + "trusted: true\n", .trusted),
            (mark + "x-distrusted: true\r\n" + pem[0], .distrusted),
            (mark + pem[0], .unstated),
            (mark + "class: certificate\ntrusted: true\nvalue: \"\(value)\"\n", .trusted),
        ] {
            let store = StoreReader.read(Array(text.utf8), called: "x")
            #expect(store.kind == .p11kit)
            #expect(store.faults.isEmpty, "\(store.faults)")
            #expect(store.roots.map(\.der) == [try der(first)])
            #expect(store.roots.map(\.trust) == [trust], "\(text.prefix(60))")
        }
        // What stands before the first object, and a mark within a line.
        let before = StoreReader.read(Array((pem[0] + mark + pem[1]).utf8), called: "x")
        #expect(before.roots.map(\.trust) == [.trusted, .unstated])
        let remark = StoreReader.read(Array((pem[0] + "# \(mark)" + pem[1]).utf8), called: "x")
        #expect(remark.roots.map(\.trust) == [.trusted, .trusted])
        let broken = StoreReader.read(
            Array((mark + "class: certificate\nvalue: \"%zz\"\n").utf8),
            called: "x"
        )
        #expect(broken.faults.count == 1)
    }

    @Test func certificatesBehindALongRemark() throws {
        let pem = try String(contentsOfFile: first.certificate, encoding: .utf8)
        for head in [String(repeating: "# remark\n", count: 1000), "[list]\n", "{\n", "\0\0\n"] {
            let store = StoreReader.read(Array((head + pem).utf8), called: "x")
            #expect(store.roots.map(\.der) == [try der(first)])
        }
    }

    @Test func certificatesOfUnstatedTrust() throws {
        try check(
            "openssl",
            [
                "pkcs12", "-export", "-nokeys", "-in", first.certificate, "-passout", "pass:changeit", "-out",
                scratch.file("plain.p12"),
            ]
        )
        let store = roots("plain.p12")
        #expect(store.roots.map(\.trust) == [.unstated])
        #expect(store.remarks.first?.contains("attribute") == true)
    }

    @Test func whatWindowsExports() throws {
        // A property list as the registry has it: a friendly name, then the certificate.
        let certificate = try der(first)
        func property(_ number: UInt8, _ value: [UInt8]) -> [UInt8] {
            let size = UInt32(value.count)
            return [number, 0, 0, 0, 1, 0, 0, 0] + withUnsafeBytes(of: size.littleEndian) { Array($0) }
                + value
        }
        let blob = property(11, [0x41, 0, 0, 0]) + property(32, certificate)
        #expect(StoreReader.read(blob, called: "blob").roots.map(\.der) == [certificate])
        let serialized = [0, 0, 0, 0] + Array("CERT".utf8) + blob + [UInt8](repeating: 0, count: 12)
        #expect(StoreReader.read(serialized, called: "x.sst").roots.map(\.der) == [certificate])

        let digits = blob.map { String(format: "%02x", $0) }
        var rows: [String] = []
        for start in stride(from: 0, to: digits.count, by: 20) {
            rows.append(digits[start..<min(start + 20, digits.count)].joined(separator: ","))
        }
        func export(_ store: String) -> String {
            "Windows Registry Editor Version 5.00\r\n\r\n"
                + "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\SystemCertificates\\\(store)\\Certificates\\AB]\r\n"
                + "\"Blob\"=hex:" + rows.joined(separator: ",\\\r\n  ") + "\r\n\r\n"
        }
        let utf16 = Array(export("ROOT").utf16).flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
        let registry = StoreReader.read([0xff, 0xfe] + utf16, called: "root.reg")
        #expect(registry.roots.map(\.der) == [certificate])
        #expect(registry.roots.first?.trust == .trusted)
        let refused = StoreReader.read(Array(export("Disallowed").utf8), called: "refused.reg")
        #expect(refused.roots.first?.trust == .distrusted)
        let cut = StoreReader.read(Array(export("ROOT").prefix(900).utf8), called: "cut.reg")
        #expect(!cut.faults.isEmpty)
    }

    @Test func whatIsNoStore() throws {
        for text in ["", "hello", "{}", "PK\u{3}\u{4}"] {
            let store = StoreReader.read(Array(text.utf8), called: "x")
            #expect(store.roots.isEmpty)
            #expect(store.faults.count == 1)
        }
        #expect(StoreReader.read(scratch.file("missing"), called: "missing").faults.count == 1)
        try check("mkfifo", [scratch.file("pipe")])
        #expect(roots("pipe").faults.first?.description.contains("no regular file") == true)
        try check("sqlite3", [scratch.file("other.db"), "CREATE TABLE x (y)"])
        #expect(roots("other.db").faults.count == 1)
        try check("sqlite3", [scratch.file("odd.db"), "CREATE TABLE nssPublic (a0, a3)"])
        #expect(roots("odd.db").faults.count == 1)
    }
}
