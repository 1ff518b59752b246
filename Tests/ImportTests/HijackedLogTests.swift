import Foundation
import TestSupport
import Testing

/// What a stranger wrote into a value decides neither what a file is nor whose values an entry has.
@Suite struct HijackedLogTests {
    private let scratch = Scratch()

    private func imported(_ log: String, _ arguments: [String] = []) throws -> (
        records: [Record], errors: String, status: Int32
    ) {
        let result = try run(programPath, ["import"] + arguments, input: Array(log.utf8))
        return (try records(result), result.errors, result.status)
    }

    private static let block = "-----BEGIN CERTIFICATE-----MIIB-----END CERTIFICATE-----"

    /// A PEM block begins on a line of its own; within a value it is the value's.
    @Test(arguments: [
        ("squid", "a.example"), ("zeek", "a.example"), ("fortigate", "cn=\"a"), ("paloalto", ",x25519"),
        ("goscanner", "a.example"), ("nmap", "nginx"), ("masscan", "Server: a"),
    ])
    func aBlockWithinAValueIsNoFileOfCertificates(_ name: String, _ place: String) throws {
        let samples = try ForeignSamples(TestCertificate(subject: "/CN=a.example"))
        let log =
            name == "zeek"
            ? ZeekLines.connection(ZeekLines.day, "192.0.2.1", chain: ZeekLines.one)
            : try #require(samples.files.first { $0.format == name }).text
        let planted = log.replacing(place, with: place + Self.block)
        try #require(planted != log)
        let plain = try imported(log)
        let found = try imported(planted)
        #expect(found.records.count == plain.records.count && !plain.records.isEmpty, "\(found.errors)")
        #expect(found.records.allSatisfy { text($0, "hallmark.source.product") != "file" })
    }

    /// Explanations above a block are what openssl writes; XML holds blocks as attributes.
    @Test func aBlockOnALineIsOne() throws {
        let pair = try TestCertificate(subject: "/CN=a.example")
        let pem = try String(contentsOfFile: pair.certificate, encoding: .utf8)
        let found = try imported("subject=CN = a.example\n  \(pem)")
        #expect(found.records.count == 1 && found.status == 0, "\(found.errors)")
    }

    /// A word of one program's log within a value of another's.
    @Test(arguments: ["suricata", "shodan", "tls-scan", "sslyze"])
    func aWordWithinAValueIsNoOtherProgram(_ name: String) throws {
        let samples = try ForeignSamples(TestCertificate(subject: "/CN=a.example"))
        let log = try #require(samples.files.first { $0.format == name }).text
        let planted = log.replacing("a.example", with: #"a.example,DECRYPTION,subtype=\"ssl\" dstip="#)
        let found = try imported(planted)
        let product = try #require(
            try imported(log).records.first.flatMap { text($0, "hallmark.source.product") }
        )
        #expect(found.records.first.flatMap { text($0, "hallmark.source.product") } == product)
    }

    /// Half of an entry with the next one behind it, and one that breaks off.
    @Test(arguments: ["squid", "fortigate", "paloalto"])
    func brokenAndJoinedLinesAreNoEntries(_ name: String) throws {
        let samples = try ForeignSamples(TestCertificate(subject: "/CN=a.example"))
        let log = try #require(samples.files.first { $0.format == name }).text
        let line = try #require(log.split(separator: "\n").last.map(String.init))
        let good = try imported(line + "\n")
        try #require(good.records.count == 1 && good.status == 0, "\(good.errors)")
        let half = String(line.prefix(line.count * 2 / 3))
        let other = line.replacing("203.0.113.7", with: "203.0.113.9")
        for broken in [half + other, line + other] {
            let found = try imported(line + "\n" + broken + "\n" + line + "\n")
            #expect(found.status == 1, "\(found.errors)")
            #expect(found.errors.contains(": 1, first at standard input:2"), "\(found.errors)")
            #expect(found.records.count == 1)
            #expect(found.records.first.flatMap { text($0, "hallmark.sightings.count") } == "2")
        }
    }

    /// A quote that nobody closes, and fields that are not there.
    @Test func linesThatBreakOffAreCounted() throws {
        let samples = try ForeignSamples(TestCertificate(subject: "/CN=a.example"))
        for name in ["squid", "paloalto"] {
            let log = try #require(samples.files.first { $0.format == name }).text
            let line = try #require(log.split(separator: "\n").last.map(String.init))
            let found = try imported(line + "\n" + line.prefix(line.count * 3 / 4) + "\n")
            #expect(found.status == 1 && found.errors.contains("another number of fields"), "\(found.errors)")
        }
        let fortigate = try #require(samples.files.first { $0.format == "fortigate" }).text
        let line = try #require(fortigate.split(separator: "\n").last.map(String.init))
        let end = try #require(line.range(of: "\" certhash")?.lowerBound)
        let found = try imported(line + "\n" + line[..<end] + "\n")
        #expect(
            found.status == 1 && found.errors.contains("a quote that is not closed: 1"),
            "\(found.errors)"
        )
    }

    /// What stands behind the end of a document, or in the place of a tag.
    @Test(arguments: ["nmap", "masscan"])
    func textWhereOnlyTagsBelongIsCounted(_ name: String) throws {
        let samples = try ForeignSamples(TestCertificate(subject: "/CN=a.example"))
        let xml =
            name == "masscan"
            ? """
            <?xml version="1.0"?><nmaprun scanner="masscan"><host endtime="1767323045"><address addr="203.0.113.7" addrtype="ipv4"/>
            <ports><port protocol="tcp" portid="443"><state state="open"/><service name="X509" banner="\(samples.base64)"></service></port>
            </ports></host></nmaprun>

            """ : try #require(samples.files.first { $0.format == name }).text
        let plain = try imported(xml)
        try #require(plain.status == 0, "\(plain.errors)")
        for broken in [
            xml + "{\"event_type\":\"tls\"}\n", xml.replacing("</host>", with: "</host>\0\0\0garbage\n"),
        ] {
            let found = try imported(broken)
            #expect(
                found.status == 1 && found.errors.contains("text where only tags belong"),
                "\(found.errors)"
            )
            #expect(found.records.count == plain.records.count)
        }
        // Two documents, one behind the other, are two.
        let twice = try imported(xml + xml)
        #expect(twice.status == 0, "\(twice.errors)")
    }
}
