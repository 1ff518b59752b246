import Bytes
import Foundation
import Observations
import RootStores
import Synchronization
import TestSupport
import Testing

/// A system's folder that is made for a test, and an audit of it.
final class TestSystem: Sendable {
    /// What the last audit looked at, and held it against.
    let search = Mutex(StoreSearch(RootFolder("/")))
    let baseline = Mutex(RootBaseline())

    let scratch = Scratch()
    var image: String { scratch.file("image") }
    var now: Int { Int(WallClock.nanoseconds / 1_000_000) }

    func authority(_ name: String, extra: [String] = []) throws -> TestCertificate {
        try TestCertificate(subject: "/CN=\(name)", days: 3650, extra: extra)
    }

    /// A system like Debian's: a package with certificates, and a bundle of them.
    func makeSystem(_ packaged: [TestCertificate]) throws {
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

    func bundle(_ certificates: [TestCertificate]) throws {
        let texts = try certificates.map { try String(contentsOfFile: $0.certificate, encoding: .utf8) }
        try scratch.write("image/etc/ssl/certs/ca-certificates.crt", texts.joined())
    }

    /// - Parameter named: the stores; the known places when there is none.
    func audit(
        _ lists: [String] = [],
        named: [String] = [],
        earlier: EarlierAudit? = nil,
        record: (RootFacts, RootStore, StoredRoot) -> Void = { _, _, _ in }
    ) -> RootAudit {
        let root = RootFolder(image)
        var search = StoreSearch(root)
        if named.isEmpty { search.readKnown() } else { named.forEach { search.read($0) } }
        var earlier = earlier
        if var before = earlier {
            search.read(placesOf: &before)
            earlier = before
        }
        var baseline = RootBaseline()
        let packages = PackageFiles(root)
        if !packages.databases.isEmpty { baseline.add(packages, root) }
        baseline.add(packages, search.stores, root)
        for list in lists { baseline.add(file: list, called: list) }
        var audit = RootAudit(
            baseline,
            earlier: earlier,
            privateKeys: search.privateKeys,
            unread: search.unread,
            options: RootAudit.Options(now: now)
        )
        audit.run(search.stores, record: record)
        self.search.withLock { $0 = search }
        self.baseline.withLock { $0 = baseline }
        return audit
    }

    func names(_ audit: RootAudit) -> Set<String> {
        Set(audit.findings.map { "\($0.name.rawValue) \($0.root.name)" })
    }

    /// What an audit of now writes down.
    func earlier(_ name: String = "earlier.ndjson", named: [String] = []) throws -> EarlierAudit {
        var lines: [UInt8] = []
        _ = audit(named: named) { facts, store, root in
            lines += facts.observation(in: store, root, at: now)
        }
        try Data(lines).write(to: URL(fileURLWithPath: scratch.file(name)))
        return try EarlierAudit(scratch.file(name))
    }

    /// Writes a file below the image's folder, with the folders on the way.
    func write(_ path: String, _ text: String) throws {
        try check(
            "mkdir",
            ["-p", "\(image)/\(path.split(separator: "/").dropLast().joined(separator: "/"))"]
        )
        try scratch.write("image/" + path, text)
    }

    func pem(_ certificate: TestCertificate) throws -> String {
        try String(contentsOfFile: certificate.certificate, encoding: .utf8)
    }

    /// An object of p11-kit.
    func object(_ certificate: TestCertificate, trusted: Bool = true) throws -> String {
        "[p11-kit-object-v1]\n" + (trusted ? "trusted: true\n" : "") + (try pem(certificate))
    }

    /// The faults of the last search, and the remarks of its baseline.
    var faults: [String] {
        search.withLock { $0.faults.map(\.description) } + baseline.withLock { $0.faults.map(\.description) }
    }
    var remarks: [String] { baseline.withLock { $0.remarks } }
}
