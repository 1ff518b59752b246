import Bytes
import Foundation
import Observations
import RootStores
import Synchronization
import TestSupport
import Testing

/// What counts as brought by a package, and what an adversary may add to it.
struct BaselineTests {
    private let system = TestSystem()
    private let fedora = "usr/share/pki/ca-trust-source/ca-bundle.trust.p11-kit"
    private let suse = "usr/share/pki/trust/ca-certificates-mozilla.trust.p11-kit"

    private func isAdded(_ name: String, _ audit: RootAudit, in store: String) -> Bool {
        audit.findings.contains { $0.name == .added && $0.root.name == "CN=\(name)" && $0.store == store }
    }

    @Test func aFileOfNoPackageIsAStoreOnDebian() throws {
        let roots = try (1...4).map { try system.authority("Packaged \($0)") }
        try system.makeSystem(roots)
        let evil = try system.authority("Evil")
        try system.bundle(roots + [evil])
        // The well-known names, too, and rpm as a tool beside dpkg.
        for (number, path) in ["usr/share/pki/trust/evil.p11-kit", fedora, suse].enumerated() {
            try system.write(path, try system.object(evil))
            if number == 1 { try check("mkdir", ["-p", "\(system.image)/var/lib/rpm"]) }
            let audit = system.audit()
            #expect(isAdded("Evil", audit, in: "/etc/ssl/certs/ca-certificates.crt"), "\(path)")
            let folder = "/" + path.split(separator: "/").dropLast().joined(separator: "/")
            #expect(isAdded("Evil", audit, in: folder), "\(path)")
        }
    }

    @Test func aFileOfAPackageIsABaselineAsLongAsItIsWhatWasBrought() throws {
        let roots = try (1...4).map { try system.authority("Packaged \($0)") }
        try system.makeSystem([roots[0]])
        try system.write(fedora, try roots.map { try system.object($0) }.joined())
        let sum = try check("md5sum", ["\(system.image)/\(fedora)"]).text.prefix(32)
        try system.write("var/lib/dpkg/info/trust.md5sums", "\(sum)  \(fedora)\n")
        try system.bundle(roots)
        #expect(system.audit().findings.isEmpty)
        try system.write(
            fedora,
            try (roots + [system.authority("Evil")]).map { try system.object($0) }.joined()
        )
        #expect(isAdded("Evil", system.audit(), in: "/usr/share/pki/ca-trust-source"))
        #expect(system.remarks.contains { $0.contains("/\(fedora) is not what its package brought") })
    }

    @Test func onlyTheDistributionsOwnFileIsABaselineWhereRPMIs() throws {
        for path in [fedora, suse] {
            let system = TestSystem()
            try check("mkdir", ["-p", "\(system.image)/usr/lib/sysimage/rpm"])
            let roots = try (1...3).map { try system.authority("Packaged \($0)") }
            let evil = try system.authority("Evil")
            try system.write(path, try roots.map { try system.object($0) }.joined())
            let bundle = "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"
            try system.write(bundle, try roots.map { try system.pem($0) }.joined())
            #expect(system.audit().findings.isEmpty)
            #expect(system.remarks.contains { $0.contains("rpm -V") })

            let folder = "/" + path.split(separator: "/").dropLast().joined(separator: "/")
            try system.write("\(folder)/evil.p11-kit", try system.object(evil))
            try system.write(bundle, try (roots + [evil]).map { try system.pem($0) }.joined())
            #expect(isAdded("Evil", system.audit(), in: folder))
            #expect(isAdded("Evil", system.audit(), in: "/" + bundle))

            // The other distribution's name: nobody can say whose system it is.
            try system.write(path == fedora ? suse : fedora, try system.object(evil))
            _ = system.audit()
            #expect(system.baseline.withLock { $0.isEmpty })
            #expect(system.faults.contains { $0.contains("can't both be") })
        }
    }

    @Test func anUnreadableFileOfAPackageIsSaid() throws {
        try check("mkdir", ["-p", "\(system.image)/var/lib/rpm"])
        try system.write(fedora, "[p11-kit-object-v1]\nclass: certificate\n")
        _ = system.audit()
        #expect(system.faults.contains { $0.contains(fedora) })
    }

    @Test func aChangedBundleOfAPackageIsSaid() throws {
        let roots = try (1...2).map { try system.authority("Packaged \($0)") }
        let path = "etc/ssl/certs/ca-certificates.crt"
        try system.write(path, try roots.map { try system.pem($0) }.joined())
        try check("mkdir", ["-p", "\(system.image)/lib/apk/db"])
        let sum = try check("openssl", ["dgst", "-sha1", "-binary", "\(system.image)/\(path)"]).output
        let link = try check("openssl", ["dgst", "-sha1", "-binary", system.scratch.write("t", path)]).output
        try check("ln", ["-s", path, "\(system.image)/etc/ssl/cert.pem"])
        try system.write(
            "lib/apk/db/installed",
            "P:ca-certificates-bundle\nF:etc/ssl\nR:cert.pem\nZ:Q1\(Data(link).base64EncodedString())\n"
                + "F:etc/ssl/certs\nR:ca-certificates.crt\nZ:Q1\(Data(sum).base64EncodedString())\n"
        )
        #expect(system.audit().findings.isEmpty)
        #expect(system.remarks.isEmpty)
        #expect(system.baseline.withLock { !$0.isEmpty })

        try system.write(path, try (roots + [system.authority("Evil")]).map { try system.pem($0) }.joined())
        _ = system.audit()
        #expect(system.baseline.withLock { $0.changed } == ["/" + path])
        #expect(system.remarks.contains { $0.contains("/\(path) is not what its package brought") })

        // A link in the place of the package's file.
        try check("mv", ["\(system.image)/\(path)", "\(system.image)/elsewhere"])
        try check("ln", ["-s", "/elsewhere", "\(system.image)/\(path)"])
        _ = system.audit()
        #expect(system.baseline.withLock { $0.changed } == ["/" + path])
    }

    @Test func aLinkInThePlaceOfAPackagesCertificateIsNoBaseline() throws {
        try system.makeSystem(try (1...3).map { try system.authority("Packaged \($0)") })
        let evil = try system.authority("Evil")
        let path = "\(system.image)/usr/share/ca-certificates/mozilla/root0.crt"
        try check("cp", [evil.certificate, "\(system.image)/evil.crt"])
        try check("ln", ["-sf", "/evil.crt", path])
        try system.bundle([evil])
        #expect(isAdded("Evil", system.audit(), in: "/etc/ssl/certs/ca-certificates.crt"))
    }

    @Test func aMissingFileOfAPackageIsSaid() throws {
        try system.makeSystem(try (1...3).map { try system.authority("Packaged \($0)") })
        try check("rm", ["\(system.image)/usr/share/ca-certificates/mozilla/root0.crt"])
        _ = system.audit()
        #expect(system.remarks.contains { $0.contains("root0.crt is missing") })
    }
}
