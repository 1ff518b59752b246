import Bytes
import Foundation
import Observations
import RootStores
import TestSupport
import Testing

/// What an audit says of a system's folder that was made for the test.
struct RootAuditTests {
    private let system = TestSystem()
    private var image: String { system.image }
    private var scratch: Scratch { system.scratch }
    private var now: Int { system.now }

    @Test func onlyWhatWasAddedIsSaid() throws {
        let roots = try (1...6).map { try system.authority("Packaged \($0)") }
        try system.makeSystem(roots)
        #expect(system.audit().findings.isEmpty)

        let added = try system.authority("Added")
        try system.bundle(roots + [added])
        #expect(
            system.names(system.audit()) == [
                "added CN=Added", "name_constrained_missing CN=Added", "young_root CN=Added",
            ]
        )
        // A list of one's own says that it belongs there.
        #expect(system.audit([added.certificate]).findings.isEmpty)
        let digest = try check(
            "openssl",
            ["x509", "-in", added.certificate, "-noout", "-fingerprint", "-sha256"]
        )
        let text = digest.text.split(separator: "=").last.map(String.init) ?? ""
        try scratch.write("allowed.txt", "# ours\n\(text)")
        #expect(system.audit([scratch.file("allowed.txt")]).findings.isEmpty)
    }

    @Test func aConstrainedRootIsNotCalledUnconstrained() throws {
        try system.makeSystem([try system.authority("Packaged")])
        let ours = try system.authority(
            "Ours",
            extra: ["-addext", "nameConstraints=permitted;DNS:example.test"]
        )
        try check("cp", [ours.certificate, "\(image)/usr/local/share/ca-certificates/ours.crt"])
        #expect(system.names(system.audit()) == ["added CN=Ours", "young_root CN=Ours"])
    }

    @Test func aPrivateKeyBesideItsRoot() throws {
        try system.makeSystem([try system.authority("Packaged")])
        let ours = try system.authority("Ours")
        try check("cp", [ours.certificate, "\(image)/usr/local/share/ca-certificates/ours.crt"])
        try check("cp", [ours.key, "\(image)/usr/local/share/ca-certificates/ours.key"])
        let finding = try #require(system.audit().findings.first { $0.name == .privateKeyBesideIt })
        #expect(finding.message.contains("/usr/local/share/ca-certificates/ours.key"))
        #expect(finding.severity == .critical)
    }

    @Test func whatIsMissingWeakOrRefused() throws {
        let roots = try (1...6).map { try system.authority("Packaged \($0)") }
        try system.makeSystem(roots)
        let weak = try TestCertificate(subject: "/CN=Weak", algorithm: ["rsa:1024"], days: 3650)
        try system.bundle(Array(roots.dropFirst()) + [weak])
        // Folder and bundle are two stores: the root is missing in one of them.
        #expect(
            system.names(system.audit()).isSuperset(of: [
                "removed CN=Packaged 1", "weak CN=Weak", "added CN=Weak",
            ])
        )

        try check(
            "openssl",
            [
                "x509", "-in", roots[2].certificate, "-addreject", "serverAuth", "-trustout", "-out",
                scratch.file("refused.pem"),
            ]
        )
        #expect(
            system.names(system.audit([scratch.file("refused.pem")])).contains("distrusted CN=Packaged 3")
        )
    }

    @Test func aKeyThatAPackagedRootHasToo() throws {
        let packaged = try system.authority("Packaged")
        try system.makeSystem([packaged])
        try check(
            "openssl",
            [
                "req", "-x509", "-key", packaged.key, "-subj", "/CN=Twin", "-days", "3650", "-out",
                "\(image)/usr/local/share/ca-certificates/twin.crt",
            ]
        )
        let finding = try #require(system.audit().findings.first { $0.name == .sharedKey })
        #expect(finding.root.name == "CN=Twin")
        #expect(finding.message.contains("CN=Packaged"))
    }

    @Test func aChangedFileOfAPackageIsNoBaseline() throws {
        let packaged = try system.authority("Packaged")
        try system.makeSystem([packaged, try system.authority("Other")])
        let planted = try system.authority("Planted")
        try check("cp", [planted.certificate, "\(image)/usr/share/ca-certificates/mozilla/root0.crt"])
        try system.bundle([planted])
        #expect(system.names(system.audit()).contains("added CN=Planted"))
    }

    @Test func driftSinceAnEarlierAudit() throws {
        let roots = try (1...4).map { try system.authority("Packaged \($0)") }
        try system.makeSystem(roots)
        var lines: [UInt8] = []
        _ = system.audit { facts, store, root in lines += facts.observation(in: store, root, at: now) }
        try Data(lines).write(to: URL(fileURLWithPath: scratch.file("earlier.ndjson")))
        let earlier = try EarlierAudit(scratch.file("earlier.ndjson"))
        #expect(earlier.faults.isEmpty)
        #expect(system.audit(earlier: earlier).findings.isEmpty)

        let added = try system.authority("Added")
        try system.bundle(Array(roots.dropFirst()) + [added])
        let found = system.audit(earlier: earlier).findings.map {
            "\($0.name.rawValue) \($0.root.name) \($0.store)"
        }
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
