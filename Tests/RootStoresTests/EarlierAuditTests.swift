import Bytes
import Glibc
import Observations
import RootStores
import TestSupport
import Testing

/// What became of stores since an earlier audit, above all of those that are there no more.
struct EarlierAuditTests {
    private let system = TestSystem()
    private let local = "usr/local/share/ca-certificates"

    private func found(_ audit: RootAudit) -> Set<String> {
        Set(audit.findings.map { "\($0.name.rawValue) \($0.root.name) \($0.store)" })
    }

    @Test(arguments: [
        "usr/local/share/ca-certificates/ours.crt", "usr/local/share/ca-certificates", "usr/local",
    ])
    func theRootsOfAVanishedStoreAreSaid(gone: String) throws {
        try system.makeSystem([try system.authority("Packaged")])
        try system.write("\(local)/ours.crt", try system.pem(try system.authority("Ours")))
        let earlier = try system.earlier()
        #expect(system.audit(earlier: earlier).findings.isEmpty)
        try check("rm", ["-r", "\(system.image)/\(gone)"])
        let audit = system.audit(earlier: earlier)
        #expect(found(audit) == ["removed CN=Ours /\(local)"])
        #expect(audit.findings.first?.place == "ours.crt")
        #expect(audit.faults.isEmpty)
    }

    @Test func aVanishedAndAnEmptiedFileAreSaid() throws {
        let root = try system.authority("Ours")
        try system.write("etc/ssl/cert.pem", try system.pem(root))
        try system.write("etc/ssl/ca-bundle.pem", try system.pem(root))
        let earlier = try system.earlier()
        try check("rm", ["\(system.image)/etc/ssl/cert.pem"])
        try system.write("etc/ssl/ca-bundle.pem", "")
        let audit = system.audit(earlier: earlier)
        #expect(
            found(audit) == ["removed CN=Ours /etc/ssl/cert.pem", "removed CN=Ours /etc/ssl/ca-bundle.pem"]
        )
        #expect(system.faults.contains { $0.contains("is empty") })
    }

    @Test func whatCanNotBeReadIsNotCalledRemoved() throws {
        let roots = try ["One", "Two"].map { try system.authority($0) }
        try system.write("etc/ssl/cert.pem", try system.pem(roots[0]))
        for (number, root) in roots.enumerated() {
            try system.write("\(local)/r\(number).crt", try system.pem(root))
        }
        let earlier = try system.earlier()
        try system.write("etc/ssl/cert.pem", "-----BEGIN CERTIFICATE-----\nMII")
        try system.write("\(local)/r0.crt", "-----BEGIN CERTIFICATE-----\nMII")
        try check("rm", ["\(system.image)/\(local)/r1.crt"])
        let audit = system.audit(earlier: earlier)
        // The other file of the folder is gone for all that.
        #expect(found(audit) == ["removed CN=Two /\(local)"])
        #expect(
            Set(audit.faults.map { String($0.description.prefix { $0 != ":" }) }) == [
                "/etc/ssl/cert.pem", "/\(local)",
            ]
        )
    }

    @Test(.enabled(if: geteuid() != 0, "root looks into every folder"))
    func aHiddenStoreIsNotCalledRemoved() throws {
        try system.write("\(local)/ours.crt", try system.pem(try system.authority("Ours")))
        let earlier = try system.earlier()
        try check("chmod", ["000", "\(system.image)/usr/local/share"])
        let audit = system.audit(earlier: earlier)
        try check("chmod", ["755", "\(system.image)/usr/local/share"])
        #expect(audit.findings.isEmpty)
        #expect(audit.faults.count == 1)
        #expect(system.faults.contains { $0.contains("/usr/local/share: Permission denied") })
    }

    @Test func onlyWhatIsMeantIsLookedFor() throws {
        let root = try system.authority("Ours")
        for path in ["a/x.pem", "b/y.pem", "etc/ssl/cert.pem"] {
            try system.write(path, try system.pem(root))
        }
        let named = try system.earlier(named: ["/a", "/b/y.pem"])
        // A place that nobody knows by itself is looked at again.
        #expect(found(system.audit(earlier: named)).isDisjoint(with: ["removed CN=Ours /a"]))
        try check("rm", ["-r", "\(system.image)/a", "\(system.image)/b"])
        let removed: Set = ["removed CN=Ours /a", "removed CN=Ours /b/y.pem"]
        let other = system.audit(named: ["/etc/ssl/cert.pem"], earlier: named)
        #expect(found(other).isDisjoint(with: removed))
        #expect(found(system.audit(earlier: named)).isSuperset(of: removed))
        #expect(found(system.audit(named: ["/b/"], earlier: named)) == ["removed CN=Ours /b/y.pem"])
    }

    @Test func aStoreUnderAnotherNameIsTheSame() throws {
        try system.write("opt/x/lib/security/cacerts", try system.pem(try system.authority("Ours")))
        let earlier = try system.earlier()
        #expect(earlier.stores.keys.sorted() == ["/opt/x/lib/security/cacerts"])
        try check("ln", ["-s", "x", "\(system.image)/opt/a"])
        #expect(system.audit(earlier: earlier).findings.isEmpty)
    }

    @Test func aNewStoreIsSaidWithoutABaseline() throws {
        try system.write("etc/ssl/cert.pem", try system.pem(try system.authority("Ours")))
        let earlier = try system.earlier()
        try system.write("\(local)/evil.crt", try system.pem(try system.authority("Evil")))
        #expect(found(system.audit(earlier: earlier)).contains("added CN=Evil /\(local)"))
    }
}
