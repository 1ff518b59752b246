import Foundation
import Import
import Observations
import TestSupport
import Testing
import YAML

/// Mapping files: what is shipped is sound, and what is wrong in one is said with its place.
@Suite struct MappingTests {
    @Test func shippedMappingsAreSound() throws {
        let result = try run(programPath, ["import", "--lint"])
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test(arguments: [
        (
            "name: A\ninput: json\nfields: {server.ip: a}\n",
            "1:7: a name is of lower-case letters, digits and hyphens"
        ),
        ("name: a\ninput: xml\nfields: {server.ip: a}\n", "2:8: unknown input xml; there are json, csv"),
        ("name: a\ninput: json\nfields: {server.ipp: a}\n", "3:10: unknown field server.ipp"),
        ("name: a\ninput: json\nfields: {ip: a}\n", "3:10: unknown field ip; is server.ip meant?"),
        ("name: a\ninput: json\nfields: {tls.version: a}\n", "3:9: neither an endpoint"),
        ("name: a\ninput: json\nfields: {server.ip: {sam: a}}\n", "3:22: unknown key sam"),
        ("name: a\ninput: json\nfields: {server.ip: .a}\n", "3:21: a place is a dotted name"),
        ("name: a\ninput: csv\neach: a\nfields: {server.ip: a}\n", "3:7: each is for input json alone"),
        ("name: a\ninput: words\nfields: {server.ip: a}\n", "1:1: input words needs columns"),
        ("name: a\ninput: words\ncolumns: [b]\nfields: {server.ip: a}\n", "4:21: a is none of the columns"),
        (
            "name: a\ninput: words\ncolumns: [a, a]\nfields: {server.ip: a}\n",
            "3:14: the column a stands twice"
        ),
        ("name: a\ninput: json\nsomething: 1\nfields: {server.ip: a}\n", "3:1: unknown key something"),
        ("input: json\nfields: {server.ip: a}\n", "1:1: name is missing"),
        (
            "name: zeek\ninput: json\nfields: {server.ip: a}\n",
            "1:7: the name zeek is that of a reader of our own"
        ),
        (
            "name: a\ninput: json\nlacks: [http., htp.]\nfields: {server.ip: a}\n",
            "3:16: no field's name begins with htp."
        ),
        (
            "name: a\ninput: words\ncolumns: [a, b, c]\nrecognise: {shapes: {a: adress}}\nfields: {server.ip: a}\n",
            "4:25: unknown shape adress"
        ),
        (
            "name: a\ninput: json\nserials: {version: v, decimal_before: x, hex_from: 2}\nfields: {server.ip: a}\n",
            "3:39: a version is of numbers"
        ),
    ])
    func aFaultIsSaidWithItsPlace(_ text: String, _ message: String) throws {
        let scratch = Scratch()
        try scratch.write("mine.yaml", text)
        let result = try run(programPath, ["import", "--lint", "--map", scratch.file("mine.yaml")])
        #expect(result.status == 1)
        #expect(result.errors.contains("mine.yaml:\(message)"), "\(result.errors)")
    }

    /// A log of one's own in each of the forms.
    @Test(arguments: [
        ("csv", "", "time,addr,cert\n2026-01-02 03:04:05,203.0.113.7:8443,HASH\n"),
        ("csv", "separator: \";\"\n", "time;addr;cert\n2026-01-02 03:04:05;203.0.113.7:8443;HASH\n"),
        ("tsv", "", "time\taddr\tcert\n02/Jan/2026:03:04:05 +0000\t203.0.113.7:8443\tHASH\n"),
        ("key-value", "", "time=\"Jan  2 03:04:05 2026 GMT\" addr=203.0.113.7:8443 cert=\"HASH\"\n"),
        ("words", "columns: [time, addr, cert]\n", "[02/Jan/2026:04:04:05 +0100] 203.0.113.7:8443 HASH\n"),
        ("json", "", "{\"time\":1767323045,\"addr\":\"203.0.113.7:8443\",\"cert\":\"HASH\"}\n"),
        (
            "json", "",
            "[\n {\"time\":1767323045000,\n \"addr\":\"https://203.0.113.7:8443/x\",\"cert\":\"HASH\"}\n]\n"
        ),
    ])
    func aLogOfOnesOwnIsMapped(_ input: String, _ extra: String, _ log: String) throws {
        let scratch = Scratch()
        let mapping = """
            name: mine
            input: \(input)
            \(extra)fields:
              "@timestamp": time
              server.address: addr
              tls.server.hash.sha256: cert

            """
        try scratch.write("mine.yaml", mapping)
        try scratch.write("log", log.replacing("HASH", with: "aB:" + String(repeating: "cd", count: 31)))
        let result = try run(
            programPath,
            ["import", "--map", scratch.file("mine.yaml"), scratch.file("log")]
        )
        #expect(result.status == 0, "\(result.errors)")
        let record = try #require(try records(result).first)
        #expect(text(record, "@timestamp") == "2026-01-02T03:04:05.000Z")
        #expect(text(record, "server.ip") == "203.0.113.7")
        #expect(text(record, "server.port") == "8443")
        #expect(text(record, "tls.server.hash.sha256") == "AB" + String(repeating: "CD", count: 31))
        #expect(text(record, "hallmark.source.fidelity") == "digest")
    }

    /// Of several mappings one may be for what the others are not for.
    @Test func mappingsThatTakeAnyFileAreTakenAtTheirWord() throws {
        let scratch = Scratch()
        let mapping = { (name: String, rest: String) in
            "name: \(name)\ninput: csv\nseparator: ;\n\(rest)fields:\n  server.ip: addr\n  server.port: port\n"
                + "  tls.server.hash.sha256: cert\n"
        }
        try scratch.write("any.yaml", mapping("any", ""))
        try scratch.write("other.yaml", mapping("other", ""))
        try scratch.write("known.yaml", mapping("known", "recognise: {columns: [known]}\n"))
        let hash = String(repeating: "ab", count: 32)
        try scratch.write("a.csv", "addr;port;cert\n203.0.113.7;443;\(hash)\n192.0.2.2;x;zz\n")
        try scratch.write("b.csv", "known;addr;port;cert\n;203.0.113.8;443;\(hash)\n")
        let maps = { (names: [String]) in names.flatMap { ["--map", scratch.file($0 + ".yaml")] } }
        let files = ["a.csv", "b.csv"].map(scratch.file)
        let both = try run(programPath, ["import"] + maps(["any", "other"]) + files)
        #expect(both.status == 64 && both.errors.contains("both take any file"), "\(both.errors)")
        let same = try run(programPath, ["import"] + maps(["any", "any"]) + files)
        #expect(same.status == 64 && same.errors.contains("are both called any"), "\(same.errors)")
        let one = try run(programPath, ["import"] + maps(["any", "known"]) + files)
        #expect(
            Set(try records(one).map { text($0, "hallmark.source.product") ?? "" }) == ["any", "known"],
            "\(one.errors)"
        )
        // What could not be read of the third line is said.
        #expect(one.status == 1)
        #expect(one.errors.contains("an endpoint of which nothing can be read: 1"), "\(one.errors)")
        #expect(one.errors.contains("a server's port that can't be read: 1"), "\(one.errors)")
    }

    @Test(arguments: [
        ("146473198", "8.11.0", "08BB00EE"), ("146473198", "8.16.1", "0146473198"),
        ("146473198", "9.5.2", "0146473198"),
        ("146473198", "8.16.0", nil), ("146473198", nil, nil), ("8bb00ee", "8.17.0", "08BB00EE"),
        ("8BB00EE", nil, "08BB00EE"),
        ("412948502718562719485627103948571", nil, "145C24936E7D18C2383D5CCFAF1B"),
    ])
    func serialsOfPacketbeatAreReadByItsVersion(_ serial: String, _ version: String?, _ wanted: String?)
        throws
    {
        let agent = version.map { "\"agent\":{\"type\":\"packetbeat\",\"version\":\"\($0)\"}," } ?? ""
        let format = try #require(try ForeignSamples.formats().first { $0.name == "packetbeat" })
        let found = try ForeignSamples.records(
            format,
            "{\"@timestamp\":\"2026-01-02T03:04:05Z\",\(agent)\"server\":{\"ip\":\"203.0.113.7\",\"port\":443},"
                + "\"tls\":{\"server\":{\"subject\":\"CN=a\",\"x509\":{\"serial_number\":\"\(serial)\"}}}}"
        )
        let record = try #require(found.first)
        #expect(text(record, "tls.server.x509.serial_number") == wanted)
        #expect(
            texts(record, "hallmark.source.lacks").contains("tls.server.x509.serial_number")
                == (wanted == nil)
        )
    }

    @Test(arguments: [
        ("prime256v1", "P-256"), ("secp384r1", "P-384"), ("P-521", "P-521"), ("NIST P-256", "nist p-256"),
        ("brainpoolP256r1", "brainpoolP256r1"), ("secp256k1", "secp256k1"),
    ])
    func curvesOfKeysHaveTheRecordsNames(_ text: String, _ name: String) {
        #expect(ForeignText.keyCurve(text) == name)
    }

    /// A name and its parts beside it are one name.
    @Test func aPartIsNotTakenTwice() throws {
        let samples = try ForeignSamples(TestCertificate(subject: "/CN=a.example"))
        let format = try #require(try ForeignSamples.formats().first { $0.name == "tlsx" })
        let file = try #require(samples.files.first { $0.format == "tlsx" })
        let line = file.text.prefix { $0 != "\n" }
            .replacing("\"subject_dn\"", with: "\"subject_cn\":\"a.example\",\"subject_dn\"")
        let record = try #require(try ForeignSamples.records(format, String(line)).first)
        #expect(texts(record, "tls.server.x509.subject.common_name") == ["a.example"])
    }

    @Test(arguments: [
        ("1767323045", 1_767_323_045_000), ("1767323045.25", 1_767_323_045_250),
        ("1767323045123", 1_767_323_045_123),
        ("2026-01-02T03:04:05.5+01:00", 1_767_319_445_500),
        ("2026-01-02T03:04:05.199672+0000", 1_767_323_045_199),
        ("2026/01/02 03:04:05", 1_767_323_045_000), ("20260102030405Z", 1_767_323_045_000),
        ("260102030405Z", 1_767_323_045_000), ("Fri, 02 Jan 2026 03:04:05 GMT", 1_767_323_045_000),
        ("Fri Jan  2 03:04:05 2026", 1_767_323_045_000),
        ("2026-01-02 03:04:05.123 +0000 UTC", 1_767_323_045_123),
        ("Jan 2 2026 3:04:05 PM", 1_767_366_245_000), ("1970-01-01T00:00:00Z", 0),
    ])
    func timesAreReadAsProgramsWriteThem(_ text: String, _ milliseconds: Int64) {
        #expect(ForeignTime.nanoseconds(text.utf8).map { $0 / 1_000_000 } == milliseconds)
    }

    @Test(arguments: [
        "", "XXXXXXXXXX.XXXXXX", "2026-02-30T00:00:00Z", "yesterday", "12", "99:99", "2026-01-02T25:00:00Z",
    ])
    func whatIsNoTimeIsNone(_ text: String) { #expect(ForeignTime.nanoseconds(text.utf8) == nil) }

    @Test(arguments: [
        "CN=a\\, b,OU=x,O=Caf\\C3\\A9,C=US", "C = US, O = Caf\u{e9}, OU = x, CN = \"a, b\"",
        "/C=US/O=Caf\u{e9}/OU=x/CN=a, b",
        "C=US; O=Caf\u{e9}; OU=x; CN=a, b",
    ])
    func namesAreReadInTheirFourSpellings(_ text: String) {
        let name = ReportedName(text: text)
        #expect(name.commonName == ["a, b"])
        #expect(name.organization == ["Caf\u{e9}"])
        #expect(name.organizationalUnit == ["x"])
        #expect(name.country == ["US"])
        #expect(name.text == text)
    }
}
