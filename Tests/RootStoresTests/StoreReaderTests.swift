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
