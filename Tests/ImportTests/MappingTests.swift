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
