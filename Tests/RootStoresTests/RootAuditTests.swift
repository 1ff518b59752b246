import Bytes
import Foundation
import Observations
import RootStores
import TestSupport
import Testing

/// What an audit says of a system's folder that was made for the test.
struct RootAuditTests {
    private let scratch = Scratch()
    private var image: String { scratch.file("image") }
    private var now: Int { Int(WallClock.nanoseconds / 1_000_000) }

    private func authority(_ name: String, extra: [String] = []) throws -> TestCertificate {
        try TestCertificate(subject: "/CN=\(name)", days: 3650, extra: extra)
    }

    /// A system like Debian's: a package with certificates, and a bundle of them.
    private func makeSystem(_ packaged: [TestCertificate]) throws {
        let folders = [
            "usr/share/ca-certificates/mozilla", "var/lib/dpkg/info", "etc/ssl/certs",
            "usr/local/share/ca-certificates",
        ]
        try check("mkdir", ["-p"] + folders.map { "\(image)/\($0)" })
        var sums = ""
        for (number, certificate) in packaged.enumerated() {
            let path = "usr/share/ca-certificates/mozilla/root\(number).crt"
            try check("cp", [certificate.certificate, "\(image)/\(path)"])
            sums += "\(try check("md5sum", ["\(image)/\(path)"]).text.prefix(32))  \(path)\n"
            try check("ln", ["-s", "/" + path, "\(image)/etc/ssl/certs/root\(number).pem"])
        }
        try scratch.write("image/var/lib/dpkg/info/ca-certificates.md5sums", sums)
        try bundle(packaged)
    }

    private func bundle(_ certificates: [TestCertificate]) throws {
        let texts = try certificates.map { try String(contentsOfFile: $0.certificate, encoding: .utf8) }
        try scratch.write("image/etc/ssl/certs/ca-certificates.crt", texts.joined())
    }

    private func audit(
        _ lists: [String] = [],
        earlier: EarlierAudit? = nil,
        record: (RootFacts, RootStore, StoredRoot) -> Void = { _, _, _ in }
    ) -> RootAudit {
        let root = RootFolder(image)
        var search = StoreSearch(root)
        search.readKnown()
        var baseline = RootBaseline()
        let packages = PackageFiles(root)
        if !packages.databases.isEmpty { baseline.add(packages, root) }
        for list in lists { baseline.add(file: list, called: list) }
        var audit = RootAudit(
            baseline,
            earlier: earlier,
            privateKeys: search.privateKeys,
            options: RootAudit.Options(now: now)
        )
        audit.run(search.stores, record: record)
        return audit
    }

    private func names(_ audit: RootAudit) -> Set<String> {
        Set(audit.findings.map { "\($0.name.rawValue) \($0.root.name)" })
    }

    @Test func onlyWhatWasAddedIsSaid() throws {
        let roots = try (1...6).map { try authority("Packaged \($0)") }
        try makeSystem(roots)
        #expect(audit().findings.isEmpty)

        let added = try authority("Added")
        try bundle(roots + [added])
        #expect(
            names(audit()) == [
                "added CN=Added", "name_constrained_missing CN=Added", "young_root CN=Added",
            ]
        )
        // A list of one's own says that it belongs there.
        #expect(audit([added.certificate]).findings.isEmpty)
        let digest = try check(
            "openssl",
            ["x509", "-in", added.certificate, "-noout", "-fingerprint", "-sha256"]
        )
        let text = digest.text.split(separator: "=").last.map(String.init) ?? ""
        try scratch.write("allowed.txt", "# ours\n\(text)")
        #expect(audit([scratch.file("allowed.txt")]).findings.isEmpty)
    }

    @Test func aConstrainedRootIsNotCalledUnconstrained() throws {
        try makeSystem([try authority("Packaged")])
        let ours = try authority("Ours", extra: ["-addext", "nameConstraints=permitted;DNS:example.test"])
        try check("cp", [ours.certificate, "\(image)/usr/local/share/ca-certificates/ours.crt"])
        #expect(names(audit()) == ["added CN=Ours", "young_root CN=Ours"])
    }

    @Test func aPrivateKeyBesideItsRoot() throws {
        try makeSystem([try authority("Packaged")])
        let ours = try authority("Ours")
        try check("cp", [ours.certificate, "\(image)/usr/local/share/ca-certificates/ours.crt"])
        try check("cp", [ours.key, "\(image)/usr/local/share/ca-certificates/ours.key"])
        let finding = try #require(audit().findings.first { $0.name == .privateKeyBesideIt })
        #expect(finding.message.contains("/usr/local/share/ca-certificates/ours.key"))
        #expect(finding.severity == .critical)
    }

    @Test func whatIsMissingWeakOrRefused() throws {
        let roots = try (1...6).map { try authority("Packaged \($0)") }
        try makeSystem(roots)
        let weak = try TestCertificate(subject: "/CN=Weak", algorithm: ["rsa:1024"], days: 3650)
        try bundle(Array(roots.dropFirst()) + [weak])
        // Folder and bundle are two stores: the root is missing in one of them.
        #expect(names(audit()).isSuperset(of: ["removed CN=Packaged 1", "weak CN=Weak", "added CN=Weak"]))

        try check(
            "openssl",
            [
                "x509", "-in", roots[2].certificate, "-addreject", "serverAuth", "-trustout", "-out",
                scratch.file("refused.pem"),
            ]
        )
        #expect(names(audit([scratch.file("refused.pem")])).contains("distrusted CN=Packaged 3"))
    }

    @Test func aKeyThatAPackagedRootHasToo() throws {
        let packaged = try authority("Packaged")
        try makeSystem([packaged])
        try check(
            "openssl",
            [
                "req", "-x509", "-key", packaged.key, "-subj", "/CN=Twin", "-days", "3650", "-out",
                "\(image)/usr/local/share/ca-certificates/twin.crt",
            ]
        )
        let finding = try #require(audit().findings.first { $0.name == .sharedKey })
        #expect(finding.root.name == "CN=Twin")
        #expect(finding.message.contains("CN=Packaged"))
    }

    @Test func aChangedFileOfAPackageIsNoBaseline() throws {
        let packaged = try authority("Packaged")
        try makeSystem([packaged, try authority("Other")])
        let planted = try authority("Planted")
        try check("cp", [planted.certificate, "\(image)/usr/share/ca-certificates/mozilla/root0.crt"])
        try bundle([planted])
        #expect(names(audit()).contains("added CN=Planted"))
    }

    @Test func driftSinceAnEarlierAudit() throws {
        let roots = try (1...4).map { try authority("Packaged \($0)") }
        try makeSystem(roots)
        var lines: [UInt8] = []
        _ = audit { facts, store, root in lines += facts.observation(in: store, root, at: now) }
        try Data(lines).write(to: URL(fileURLWithPath: scratch.file("earlier.ndjson")))
        let earlier = try EarlierAudit(scratch.file("earlier.ndjson"))
        #expect(earlier.faults.isEmpty)
        #expect(audit(earlier: earlier).findings.isEmpty)

        let added = try authority("Added")
        try bundle(Array(roots.dropFirst()) + [added])
        let found = audit(earlier: earlier).findings.map { "\($0.name.rawValue) \($0.root.name) \($0.store)" }
        #expect(found.contains("added CN=Added /etc/ssl/certs/ca-certificates.crt"))
        #expect(found.contains("removed CN=Packaged 1 /etc/ssl/certs/ca-certificates.crt"))
    }

    @Test func brokenEarlierAuditsAreTold() throws {
        for text in ["", "{}\n", "nonsense\n", "{\"file\":{\"path\":\"/x\"}}\n"] {
            try scratch.write("earlier.ndjson", text)
            let faults = (try? EarlierAudit(scratch.file("earlier.ndjson")).faults.count) ?? 1
            #expect(faults > 0, "\(text)")
        }
    }
}
