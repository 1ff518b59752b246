import Bytes
import Observations
import RootStores
import Synchronization
import TestSupport
import Testing

/// The places that are read by themselves, and what a certificate means in each.
struct KnownPlaceTests {
    private let system = TestSystem()

    private func stores() -> [String: RootStore] {
        _ = system.audit()
        let stores = system.search.withLock { $0.stores }
        return Dictionary(stores.map { ($0.path, $0) }) { first, _ in first }
    }

    @Test(arguments: [
        "usr/lib/jvm/java-21/lib/security/cacerts", "usr/lib64/jvm/java-17/lib/security/cacerts",
        "usr/lib64/jvm/java-8/jre/lib/security/jssecacerts", "var/lib/ca-certificates/java-cacerts",
        "opt/vendor/app/jre/lib/security/cacerts", "opt/vendor/app/jre/lib/security/jssecacerts",
        "opt/a/b/c/d/e/f/lib/security/cacerts", "opt/java/lib/security/cacerts",
        "usr/java/latest/lib/security/cacerts",
    ])
    func keystoresOfJava(path: String) throws {
        try system.write(path, try system.pem(try system.authority("Ours")))
        #expect(stores().keys.sorted() == ["/" + path])
        #expect(system.faults.isEmpty)
    }

    /// Where OpenSSL and others look by themselves.
    @Test(arguments: [
        "usr/lib/ssl/cert.pem", "usr/lib/ssl/certs/0123abcd.0", "etc/pki/tls/certs/0123abcd.0",
        "etc/pki/ca-trust/extracted/pem/directory-hash/0123abcd.0", "usr/local/ssl/cert.pem",
        "etc/pki/tls/cacert.pem", "etc/ssl1.1/cert.pem", "var/lib/ca-certificates/pem/0123abcd.0",
        "etc/ca-certificates/extracted/cadir/0123abcd.0",
    ])
    func placesOfOpenSSL(path: String) throws {
        try system.write(path, try system.pem(try system.authority("Ours")))
        #expect(stores().values.flatMap(\.roots).count == 1)
        #expect(system.faults.isEmpty)
    }

    /// Profiles of browsers and mail programs, wherever their makers keep them.
    @Test(arguments: [
        ".mozilla/firefox/a.default", ".config/mozilla/firefox/a.default", ".local/share/pki/nssdb",
        ".var/app/org.chromium.Chromium/data/pki/nssdb", ".librewolf/a.default",
        ".var/app/org.mozilla.Thunderbird/.thunderbird/a.default",
    ])
    func profiles(folder: String) throws {
        let path = "home/someone/\(folder)"
        try check("mkdir", ["-p", "\(system.image)/\(path)"])
        try check("certutil", ["-N", "-d", "sql:\(system.image)/\(path)", "--empty-password"])
        let authority = try system.authority("Ours")
        try check(
            "certutil",
            [
                "-A", "-d", "sql:\(system.image)/\(path)", "-n", "ours", "-t", "C,,", "-i",
                authority.certificate,
            ]
        )
        #expect(stores().keys.sorted() == ["/\(path)/cert9.db"])
        #expect(system.faults.isEmpty, "\(system.faults)")
    }

    /// In a folder of hashes OpenSSL looks for no other name: a server's own certificate may lie there.
    @Test func whatIsNotNamedByItsHashIsNotTrusted() throws {
        try system.write("etc/pki/tls/certs/localhost.crt", try system.pem(try system.authority("Ours")))
        #expect(stores().isEmpty)
    }

    /// What is no file can't be read, and is not nothing.
    @Test(arguments: ["etc/ssl/certs/ca-certificates.crt", "etc/ssl/certs/ours.pem"])
    func aPipeIsSaid(path: String) throws {
        try system.write("etc/ssl/certs/other.pem", try system.pem(try system.authority("Ours")))
        try check("mkfifo", ["\(system.image)/\(path)"])
        _ = stores()
        #expect(system.faults == ["/\(path): is neither a file nor a folder"])
    }

    /// A folder that was named is read with all the stores in it.
    @Test func storesInANamedFolder() throws {
        let (one, two) = (try system.authority("One"), try system.authority("Two"))
        try system.write("ours/one.pem", try system.pem(one))
        try system.write("ours/notes.txt", "nothing")
        for command in [
            "mkdir -p nss && certutil -N -d sql:nss --empty-password "
                + "&& certutil -A -d sql:nss -n two -t C,, -i '\(two.certificate)' && cp nss/*.db image/ours/",
            "openssl crl2pkcs7 -nocrl -certfile '\(two.certificate)' -outform DER -out image/ours/two.p7b",
            "openssl crl2pkcs7 -nocrl -certfile '\(two.certificate)' -out image/ours/text.p7b",
        ] {
            try check("bash", ["-c", "cd '\(system.scratch.path)' && " + command])
        }
        _ = system.audit(named: ["/ours"])
        let stores = system.search.withLock { $0.stores }
        #expect(
            stores.map(\.path).sorted() == ["/ours", "/ours/cert9.db", "/ours/text.p7b", "/ours/two.p7b"]
        )
        #expect(stores.flatMap(\.roots).count == 4)
        #expect(system.faults.isEmpty)
    }

    @Test func aRuntimeBehindALink() throws {
        try system.write("srv/jre/lib/security/cacerts", try system.pem(try system.authority("Ours")))
        try check("mkdir", ["-p", "\(system.image)/opt/app"])
        try check("ln", ["-s", "/srv/jre", "\(system.image)/opt/app/jre"])
        // A link in a circle is not followed for ever.
        try check("ln", ["-s", "/opt", "\(system.image)/opt/app/again"])
        #expect(stores().keys.sorted() == ["/opt/app/jre/lib/security/cacerts"])
    }

    @Test func theSearchIsBoundedAndSaysSo() throws {
        for number in 1...5 { try system.write("opt/app\(number)/lib/security/cacerts", "x") }
        let root = RootFolder(system.image)
        var search = JavaSearch(root, most: 12)
        search.look(below: "/opt")
        #expect(search.found.isEmpty)
        #expect(search.faults.first?.description.hasPrefix("/opt: more than 12 files") == true)
        search = JavaSearch(root, most: 20)
        search.look(below: "/opt")
        #expect(search.found.count == 5)
        #expect(search.faults.isEmpty)
    }

    @Test func aLinkDoesNotLeadOutOfTheImage() throws {
        let outer = "outer/lib/security"
        try check("mkdir", ["-p", system.scratch.file(outer), system.image])
        try system.scratch.write(outer + "/cacerts", try system.pem(try system.authority("Outer")))
        try check("ln", ["-s", system.scratch.file("outer"), "\(system.image)/opt"])
        #expect(stores().isEmpty)
        // The same path below the image.
        try system.write(
            String(system.scratch.file(outer).dropFirst()) + "/cacerts",
            try system.pem(try system.authority("Inner"))
        )
        #expect(stores().keys.sorted() == ["/opt/lib/security/cacerts"])
        #expect(stores().values.flatMap(\.roots).map { RootFacts($0.der).name } == ["CN=Inner"])
    }

    @Test func foldersOfP11Kit() throws {
        let root = try system.authority("Ours")
        let (pem, object) = (try system.pem(root), try system.object(root))
        let silent = try system.object(root, trusted: false)
        for (folder, text, trust) in [
            ("etc/pki/ca-trust/source", object, StoredRoot.Trust.trusted),
            ("etc/pki/ca-trust/source", silent, .unstated),
            ("etc/pki/ca-trust/source", pem, .unstated),
            ("etc/pki/ca-trust/source/anchors", pem, .trusted),
            ("etc/pki/ca-trust/source/anchors", object, .trusted),
            ("etc/pki/ca-trust/source/anchors", silent, .trusted),
            ("etc/pki/ca-trust/source/blocklist", pem, .distrusted),
            ("etc/pki/ca-trust/source/blacklist", object, .distrusted),
            ("usr/share/pki/ca-trust-source/anchors", pem, .trusted),
            ("usr/share/pki/trust/anchors", silent, .trusted),
            ("etc/pki/trust", object, .trusted),
            ("etc/ca-certificates/trust-source", object, .trusted),
            // OpenSSL and its like know nothing of the attributes.
            ("usr/local/share/ca-certificates", silent, .trusted),
            ("etc/ssl/certs", "# remark\n" + silent, .trusted),
        ] {
            let system = TestSystem()
            try system.write("\(folder)/ours", text)
            _ = system.audit()
            let stores = system.search.withLock { $0.stores }
            #expect(stores.map(\.path) == ["/" + folder], "\(folder)")
            #expect(stores.first?.roots.map(\.trust) == [trust], "\(folder) \(text.prefix(40))")
            #expect(system.faults.isEmpty)
        }
    }

    @Test func aBundleIsPEMWhateverItsFirstBytesAre() throws {
        let roots = try ["One", "Two"].map { try system.authority($0) }
        let der = try check("openssl", ["x509", "-in", roots[0].certificate, "-outform", "DER"]).output
        for head in ["[p11-kit-object-v1]\n", "[\n", String(decoding: der.prefix(2), as: UTF8.self)] {
            let texts = try roots.map { try system.pem($0) }
            try system.write("etc/ssl/cert.pem", head + texts.joined(separator: "[p11-kit-object-v1]\n"))
            #expect(stores()["/etc/ssl/cert.pem"]?.roots.map(\.trust) == [.trusted, .trusted])
        }
    }

    @Test func aFileThatIsLinkedStandsInBothFolders() throws {
        try system.makeSystem([try system.authority("Packaged")])
        let local = "usr/local/share/ca-certificates"
        try system.write("\(local)/custom-ca.crt", try system.pem(try system.authority("Ours")))
        try system.write("\(local)/other.crt", try system.pem(try system.authority("Other")))
        let certs = "\(system.image)/etc/ssl/certs"
        try check("ln", ["-s", "/\(local)/custom-ca.crt", "\(certs)/custom-ca.pem"])
        try check("ln", ["-s", "custom-ca.pem", "\(certs)/0a775a30.0"])
        let found = stores()
        #expect(found["/" + local]?.roots.map(\.place) == ["custom-ca.crt", "other.crt"])
        #expect(found["/etc/ssl/certs"]?.roots.map(\.place).sorted() == ["custom-ca.pem", "root0.pem"])
    }

    @Test func changesBesideADatabaseOfNSSAreSaid() throws {
        try check("mkdir", ["-p", "\(system.image)/etc/pki/nssdb"])
        let database = "\(system.image)/etc/pki/nssdb"
        try check("certutil", ["-N", "-d", "sql:" + database, "--empty-password"])
        _ = system.audit()
        #expect(system.faults.isEmpty)
        try system.write("etc/pki/nssdb/cert9.db-wal", "changes")
        _ = system.audit()
        #expect(system.faults.contains { $0.contains("cert9.db-wal") })
    }
}
