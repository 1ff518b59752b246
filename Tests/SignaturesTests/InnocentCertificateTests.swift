import Foundation
import Observations
import TestSupport
import Testing

@testable import Signatures

/// Certificates of innocent origin: none of them may look like a tool.
@Suite struct InnocentCertificateTests {
    private static let rules = Result { try SignatureLibrary.load([root + "/signatures"], cache: nil) }
    private static let root = #filePath.replacing(
        "/Tests/SignaturesTests/InnocentCertificateTests.swift",
        with: ""
    )

    /// Mozilla's root store as the Python package certifi has it.
    @Test(.enabled(if: !PythonPackages.isOffline))
    func rootsOfMozillaRaiseNothing() throws {
        let folder = try PythonPackages.install()
        let roots = try pemCertificates(folder + "/certifi/cacert.pem")
        #expect(roots.count > 100)
        for root in roots { try expectNothing(root, "certifi") }
    }

    /// The same store as Debian packages it, and what stands beside it there.
    @Test func rootsOfDebianRaiseNothing() throws {
        let folder = "/usr/share/ca-certificates/mozilla"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(files.count > 100)
        for file in files {
            for root in try pemCertificates(folder + "/" + file) { try expectNothing(root, file) }
        }
        let bundle = try pemCertificates("/etc/ssl/certs/ca-certificates.crt")
        #expect(bundle.count > 100)
        for root in bundle { try expectNothing(root, "ca-certificates.crt") }
    }

    /// What Debian makes for Apache, Dovecot, Postfix, PostgreSQL and xrdp when they are installed.
    @Test func certificateOfDebiansServersRaisesNothing() throws {
        let certificates = try pemCertificates("/etc/ssl/certs/ssl-cert-snakeoil.pem")
        #expect(certificates.count == 1)
        for certificate in certificates { try expectNothing(certificate, "snakeoil") }
    }

    /// The certificates of the servers that our own tests run.
    @Test func certificatesOfTheTestServersRaiseNothing() throws {
        let scratch = Scratch()
        try check("bash", [Self.root + "/Tests/Tools/farm-certificates.sh", scratch.path])
        for name in ["rsa", "ca", "ec", "v1", "mv", "ed", "p521"] {
            let certificates = try pemCertificates(scratch.file(name + ".pem"))
            #expect(!certificates.isEmpty)
            for certificate in certificates { try expectNothing(certificate, name) }
        }
        let made = try TestCertificate()
        for certificate in try pemCertificates(made.certificate) {
            try expectNothing(certificate, "TestCertificate")
        }
    }

    /// What people get who follow a server's manual, or ask a library's own program for a certificate.
    @Test(arguments: [
        "openssl req -x509 -batch -nodes -newkey rsa:2048 -keyout key -out certificate",
        "openssl req -x509 -batch -nodes -newkey rsa:2048 -days 365 -keyout key -out certificate",
        "openssl req -x509 -nodes -newkey rsa:2048 -subj /CN=localhost -days 3650 -keyout key -out certificate",
        "openssl req -x509 -nodes -newkey rsa:4096 -subj /CN=localhost -days 365 -keyout key -out certificate",
        "openssl req -x509 -nodes -newkey ec:<(openssl ecparam -name prime256v1) -subj /CN=localhost -keyout key -out certificate",
        "certtool --generate-privkey --outfile key && : > template"
            + " && certtool --generate-self-signed --load-privkey key --template template --outfile certificate",
        "certtool --generate-privkey --outfile key && printf 'cn = localhost\\ntls_www_server\\ndns_name = localhost\\n' > template"
            + " && certtool --generate-self-signed --load-privkey key --template template --outfile certificate",
        "botan keygen --algo=ECDSA > key && botan gen_self_signed key localhost > certificate",
    ])
    func certificateOfACommandRaisesNothing(_ command: String) throws {
        let scratch = Scratch()
        try check("bash", ["-c", "cd \(scratch.path) && { \(command); } 2> errors"])
        let certificates = try pemCertificates(scratch.file("certificate"))
        #expect(certificates.count == 1)
        for certificate in certificates { try expectNothing(certificate, command) }
    }

    private func expectNothing(_ der: [UInt8], _ origin: String) throws {
        for port in [443, 4433] {
            let leads = try assess(der, port: port, Self.rules.get()).leads.filter { $0.label > .low }
            #expect(leads.isEmpty, "\(origin): \(leads.map(\.software.name))")
        }
    }
}
