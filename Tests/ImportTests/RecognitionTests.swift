import Foundation
import TestSupport
import Testing

/// What a file is shows however long its first entry is, and what is none of a kind is said.
@Suite struct RecognitionTests {
    private let scratch = Scratch()

    /// A list of certificates longer than the first look at a file, before what names the scanner.
    @Test func aLongDocumentIsKnown() throws {
        let samples = try ForeignSamples(TestCertificate(subject: "/CN=a.example"))
        let file = try #require(samples.files.first { $0.format == "sslyze" })
        let long = file.text.replacing(
            "\"invalid_server_strings\":[],",
            with:
                "\"more\":[\n\"\(String(repeating: "x", count: 90_000))\",\n\"\(samples.pem.replacing("\n", with: "\\n"))\"\n],\"invalid_server_strings\":[],"
        )
        try scratch.write("sslyze.json", long)
        try expectOne("sslyze.json", "sslyze")
    }

    @Test(arguments: ["shodan", "zgrab2"])
    func aLongFirstLineIsKnown(_ name: String) throws {
        let samples = try ForeignSamples(TestCertificate(subject: "/CN=a.example"))
        let file = try #require(samples.files.first { $0.format == name })
        let line = String(file.text.prefix { $0 != "\n" })
        try scratch.write(
            "long.json",
            "{\"a\":{\"html\":\"\(String(repeating: "x", count: 70_000))\"},\(line.dropFirst())\n\(line)\n"
        )
        try expectOne("long.json", name)
        try scratch.write(
            "list.json",
            "[\n{\"html\":\"\(String(repeating: "y", count: 700_000))\",\(line.dropFirst())\n]\n"
        )
        try expectOne("list.json", name)
    }

    private func expectOne(_ file: String, _ product: String) throws {
        let imported = try run(programPath, ["import", scratch.file(file)])
        #expect(imported.status == 0, "\(imported.errors)")
        #expect(try records(imported).first.flatMap { text($0, "hallmark.source.product") } == product)
        let rules = ["--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel"]
        let matched = try run(programPath, ["match"] + rules + [scratch.file(file)])
        #expect(matched.status == 0, "\(matched.errors)")
        #expect(try records(matched).first.flatMap { text($0, "server.ip") } == "203.0.113.7")
    }

    @Test func squidIsKnownByItsValues() throws {
        let samples = try ForeignSamples(TestCertificate(subject: "/CN=a.example"))
        let file = try #require(samples.files.first { $0.format == "squid" })
        try scratch.write("access.log", file.text)
        try expectOne("access.log", "squid")
        // Squid's own format has other values.
        try scratch.write(
            "native.log",
            "1286536309.586 921 192.168.0.68 TCP_MISS/200 507 POST http://a.example/ u DIRECT/203.0.113.7 text/html a b c d e\n"
        )
        #expect(try run(programPath, ["import", scratch.file("native.log")]).status == 1)
    }

    /// Certificates within a document that nobody knows are none of a file of certificates.
    @Test func anUnknownDocumentIsSaid() throws {
        let samples = try ForeignSamples(TestCertificate(subject: "/CN=a.example"))
        try scratch.write(
            "other.json",
            "{\n \"some\": [\n\"\(samples.pem.replacing("\n", with: "\\n"))\"\n]}\n"
        )
        let result = try run(programPath, ["import", scratch.file("other.json")])
        #expect(result.status == 1 && result.text.isEmpty)
        #expect(result.errors.contains("of no kind that is known"), "\(result.errors)")
    }

    @Test func anEmptyFileIsSaid() throws {
        try scratch.write("empty.log", "\n")
        let result = try run(programPath, ["import", scratch.file("empty.log")])
        #expect(result.status == 1 && result.errors.contains("there is nothing in it"), "\(result.errors)")
    }

    /// Lines of another program behind those of one, and a format that was named and is not so.
    @Test func linesOfAnotherKindAreSkippedWithTheReason() throws {
        let samples = try ForeignSamples(TestCertificate(subject: "/CN=a.example"))
        let eve = try #require(samples.files.first { $0.format == "suricata" }).text
        let zeek = ZeekLines.connection(ZeekLines.day, "192.0.2.1", chain: ZeekLines.one)
        let mixed = try run(programPath, ["import"], input: Array((zeek + eve).utf8))
        #expect(mixed.status == 1)
        #expect(mixed.errors.contains("no line of Zeek's: 4, first at standard input:2"), "\(mixed.errors)")
        let named = try run(programPath, ["import", "--from", "suricata"], input: Array((zeek + zeek).utf8))
        #expect(named.status == 1)
        #expect(named.errors.contains("an entry of another kind"), "\(named.errors)")
        #expect(named.errors.contains("2, first at standard input:1"), "\(named.errors)")
        // Other events of the same program are no mistake.
        let other = eve.replacing("\"event_type\":\"tls\"", with: "\"event_type\":\"dns\"")
        #expect(try run(programPath, ["import"], input: Array(other.utf8)).status == 0)
        let hosts = try run(programPath, ["import", "--from", "censys-hosts"], input: Array(zeek.utf8))
        #expect(hosts.status == 1 && hosts.errors.contains("an entry of another kind"), "\(hosts.errors)")
    }

    @Test func recordsWithoutAnEndpointAreCalledThat() throws {
        let samples = try ForeignSamples(TestCertificate(subject: "/CN=a.example"))
        try scratch.write("crt.json", try #require(samples.files.first { $0.format == "crtsh" }).text)
        let added = try run(
            programPath,
            ["corpus", "add", scratch.file("crt.json"), "--corpus", scratch.file("c.sqlite")]
        )
        #expect(added.status == 1 && added.errors.contains("1 record without an endpoint"), "\(added.errors)")
        #expect(!added.errors.contains("without a record of ours"))
        try scratch.write("inventory.csv", "address,ports\n203.0.113.7,443\n")
        let compared = try run(
            programPath,
            ["compare", scratch.file("crt.json"), "--inventory", scratch.file("inventory.csv")]
        )
        #expect(compared.errors.contains("none of its 1 record names an endpoint"), "\(compared.errors)")
    }
}
