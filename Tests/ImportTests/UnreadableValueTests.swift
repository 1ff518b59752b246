import Foundation
import Import
import Observations
import TestSupport
import Testing

/// A value that can't be read is neither a wrong value nor nothing: it is left out, and counted.
@Suite struct UnreadableValueTests {
    private let scratch = Scratch()

    private func eve(
        _ members: String = "",
        tls: String = "",
        ip: String = "\"203.0.113.7\"",
        port: String = "443"
    )
        -> String
    {
        """
        {"timestamp":"2026-01-02T03:04:05.199672+0000","flow_id":1,"event_type":"tls","src_ip":"192.0.2.1",\
        "dest_ip":\(ip),"dest_port":\(port),"proto":"TCP"\(members),"tls":{"subject":"CN=a","sni":"a.example",\
        "version":"TLS 1.2"\(tls)}}

        """
    }

    private func imported(_ text: String, from format: String = "suricata") throws -> (
        records: [Record], errors: String, status: Int32
    ) {
        let result = try run(programPath, ["import", "--from", format], input: Array(text.utf8))
        return (try records(result), result.errors, result.status)
    }

    @Test(arguments: ["70000", "-1", "9223372036854775808", "443.7", "\"abc\"", "true"])
    func aPortThatCannotBeIsCounted(_ port: String) throws {
        let found = try imported(eve(port: port))
        #expect(found.records.count == 1)
        #expect(found.errors.contains("a server's port that can't be read: 1"), "\(found.errors)")
    }

    @Test(arguments: [
        (",\"fingerprint\":\"zz\"", "a hash that can't be read"),
        (",\"fingerprint\":\"aa:bb\"", "a hash that can't be read"),
        (",\"notbefore\":\"yesterday\"", "a certificate's date that can't be read"),
        (",\"notafter\":9223372036854775808", "a certificate's date that can't be read"),
        (",\"notafter\":\"9223372036854775808\"", "a certificate's date that can't be read"),
        (",\"serial\":\"x\"", "a serial number that can't be read"),
        (",\"session_resumed\":\"perhaps\"", "a yes or no that can't be read"),
        (",\"sni\":\"b.example\"", "a name that stands twice, of which the first counts"),
    ])
    func aValueThatCannotBeReadIsCounted(_ member: String, _ remark: String) throws {
        let found = try imported(eve(tls: member))
        #expect(found.errors.contains("  \(remark): 1, first at standard input:1"), "\(found.errors)")
        let record = try #require(found.records.first)
        #expect(text(record, "tls.server.not_before") == nil)
        #expect(text(record, "tls.server.not_after") == nil)
        #expect(text(record, "tls.client.server_name") == "a.example")
    }

    @Test func anEntryWithoutItsServerIsCounted() throws {
        let found = try imported(eve(ip: "null"))
        #expect(
            found.errors.contains("an entry that does not say which server it is about: 1"),
            "\(found.errors)"
        )
    }

    /// An offset that can't be leaves the moment open.
    @Test(arguments: ["10:00:00+9999", "10:00:00 +2460", "10:00:00-99:00"])
    func anOffsetThatCannotBeIsNoTime(_ time: String) {
        #expect(ForeignTime.nanoseconds("2026-01-02T\(time)".utf8) == nil)
    }

    @Test(arguments: [
        ("18446744073709551616", "010000000000000000"), ("9223372036854775808", "008000000000000000"),
        ("4660", "1234"), ("\"1234\"", "1234"),
    ])
    func aSerialNumberThatIsANumberIsDecimal(_ number: String, _ hex: String) throws {
        let record = try #require(try imported(eve(tls: ",\"serial\":\(number)")).records.first)
        #expect(text(record, "tls.server.x509.serial_number") == hex)
    }

    // MARK: One endpoint

    @Test func oneEndpointIsOneHoweverItIsWritten() throws {
        let lines = ["\"203.0.113.7\"", "\"::ffff:203.0.113.7\""].map { eve(ip: $0) }
        let found = try imported(
            lines.joined() + eve().replacing("a.example", with: "A.Example")
                + eve().replacing("192.0.2.1", with: "::ffff:192.0.2.1")
        )
        #expect(found.records.count == 1)
        #expect(found.records.first.map { texts($0, "client.ip") } == ["192.0.2.1"])
        let zeek = ["203.0.113.7", "::ffff:203.0.113.7"].map {
            ZeekLines.connection(ZeekLines.day, "192.0.2.1", chain: ZeekLines.one, server: $0)
        }
        let same = try imported(
            zeek.joined() + zeek[0].replacing("a.example", with: "A.EXAMPLE"),
            from: "zeek"
        )
        #expect(same.records.count == 1)
        #expect(same.records.first.flatMap { text($0, "hallmark.sightings.count") } == "3")
        let local = try imported(zeek[0].replacing("203.0.113.7", with: "fe80::1%eth0"), from: "zeek")
        #expect(local.records.first.flatMap { text($0, "server.ip") } == "fe80::1")
    }

    @Test func zeekSaysWhatOfAnEndpointIsWrong() throws {
        let line = ZeekLines.connection(ZeekLines.day, "192.0.2.1", chain: ZeekLines.one)
        let port = try imported(
            line.replacing("\"id.resp_p\":443", with: "\"id.resp_p\":70000"),
            from: "zeek"
        )
        #expect(port.errors.contains("skipped: a server's port that can't be read: 1"), "\(port.errors)")
        let ip = try imported(line.replacing("\"id.resp_h\":\"203.0.113.7\",", with: ""), from: "zeek")
        #expect(ip.errors.contains("skipped: no server's address: 1"), "\(ip.errors)")
    }

    // MARK: Certificates

    private static let certificate = Result {
        let pair = try TestCertificate(subject: "/CN=whole.example")
        return try check("openssl", ["x509", "-in", pair.certificate, "-outform", "DER"]).output
    }

    private func digest(_ bytes: [UInt8], _ kind: String) throws -> String {
        let result = try run("openssl", ["dgst", "-\(kind)", "-r"], input: bytes)
        return String(result.text.prefix { $0 != " " })
    }

    /// No hash is published of bytes that nobody has shown as the certificate's.
    @Test(arguments: ["cut", "longer", "other"]) func bytesThatAreNotThoseOfTheHashAreLeftOut(_ fault: String)
        throws
    {
        let whole = try Self.certificate.get()
        let bytes =
            fault == "cut"
            ? Array(whole.dropLast(30)) : fault == "longer" ? whole + Array("junk".utf8) : whole
        let known = fault == "other" ? [UInt8](repeating: 1, count: 9) : whole
        let base64 = Data(bytes).base64EncodedString()
        let (sha256, sha1) = (try digest(known, "sha256"), try digest(known, "sha1"))
        let suricata = try imported(
            eve(tls: ",\"fingerprint\":\"\(sha1)\",\"certificate\":\"\(base64)\"")
        )
        let record = try #require(suricata.records.first)
        #expect(text(record, "hallmark.source.fidelity") == "text")
        #expect(text(record, "tls.server.hash.sha1") == sha1.uppercased())
        #expect(text(record, "tls.server.hash.sha256") == nil)
        let words = "a certificate whose bytes are not those of the hash beside it: 1"
        #expect(suricata.errors.contains(words), "\(suricata.errors)")
        let zeek = try imported(
            ZeekLines.connection(ZeekLines.day, "192.0.2.1", chain: sha256)
                + ZeekLines.certificate(ZeekLines.day, sha256, der: Data(bytes)),
            from: "zeek"
        )
        #expect(zeek.records.map { text($0, "tls.server.hash.sha256") } == [sha256.uppercased()])
        #expect(zeek.records.map { text($0, "hallmark.source.fidelity") } == ["text"])
        #expect(zeek.errors.contains(words), "\(zeek.errors)")
        guard fault != "other" else { return }
        // Without a hash to compare with, the certificate's own length tells.
        let bare = try imported(eve(tls: ",\"certificate\":\"\(base64)\""))
        #expect(bare.records.first.flatMap { text($0, "hallmark.source.fidelity") } == "text")
        #expect(
            bare.errors.contains("a certificate that is cut, or that has bytes behind it: 1"),
            "\(bare.errors)"
        )
    }

    @Test func rowsThatContradictEachOtherAreCounted() throws {
        let rows = [
            ZeekLines.certificate(ZeekLines.day, ZeekLines.one, name: "first.example"),
            ZeekLines.certificate(ZeekLines.day + 9, ZeekLines.one, name: "second.example"),
        ]
        let connection = ZeekLines.connection(ZeekLines.day + 10, "192.0.2.1", chain: ZeekLines.one)
        for order in [rows, rows.reversed()] {
            let found = try imported(order.joined() + connection, from: "zeek")
            #expect(
                found.errors.hasPrefix("1 file, 3 lines: 1 sighting in 1 record, 2 of other things\n"),
                "\(found.errors)"
            )
            #expect(
                found.records.map { texts($0, "tls.server.x509.subject.common_name") } == [["first.example"]]
            )
            #expect(
                found.errors.contains(
                    "a certificate that was logged before with another name or serial number: 1"
                ),
                "\(found.errors)"
            )
        }
    }

    // MARK: Bytes

    @Test func bytesThatCannotBeAddedUpAreNotKnown() throws {
        let huge = "9223372036854775807"
        let connection = ZeekLines.connection(ZeekLines.day, "192.0.2.1", chain: ZeekLines.one, uid: "C1")
        for (sent, received) in [("9223372036854775808", "9223372036854775808"), (huge, "1"), ("-5", "10")] {
            let size = ZeekLines.size(ZeekLines.day, uid: "C1", bytes: 0)
                .replacing("\"orig_bytes\":0", with: "\"orig_bytes\":\(sent)")
                .replacing("\"resp_bytes\":1000", with: "\"resp_bytes\":\(received)")
            let found = try imported(size + connection, from: "zeek")
            let client = (value(try #require(found.records.first), "hallmark.clients") as? [Record])?.first
            #expect(client?["bytes"] == nil)
            #expect(client?["duration_ms"] as? Int == 1500)
            #expect(
                found.errors.contains("bytes or a duration of conn.log that can't be read: 1"),
                "\(found.errors)"
            )
        }
    }

    @Test func sizesThatComeTooLateAreSaid() throws {
        let found = try imported(
            ZeekLines.connection(ZeekLines.day, "192.0.2.1", chain: ZeekLines.one, uid: "C1")
                + ZeekLines.size(ZeekLines.day, uid: "C1", bytes: 7)
                + ZeekLines.size(ZeekLines.day, uid: "C2", bytes: 7)
                + ZeekLines.connection(ZeekLines.day, "192.0.2.2", chain: ZeekLines.one, uid: "C2"),
            from: "zeek"
        )
        #expect(
            found.errors.contains(
                "connections of conn.log that came behind those of ssl.log and http.log, which lack their bytes: 1"
            ),
            "\(found.errors)"
        )
    }

    // MARK: Tables

    private func table(_ text: String) throws -> (records: [Record], errors: String, status: Int32) {
        try scratch.write(
            "mine.yaml",
            """
            name: mine
            input: csv
            fields: {server.address: dest, server.domain: host, "@timestamp": time, client.ip: src,
              tls.client.server_name: host, hallmark.clients.bytes: {sum: [in, out]}}

            """
        )
        try scratch.write("log.csv", text)
        let result = try run(
            programPath,
            ["import", "--map", scratch.file("mine.yaml"), scratch.file("log.csv")]
        )
        return (try records(result), result.errors, result.status)
    }

    private static let head = "time,dest,host,src,in,out\n"

    private func bytes(_ record: Record) -> Int? {
        ((value(record, "hallmark.clients") as? [Record])?.first)?["bytes"] as? Int
    }

    @Test(arguments: ["9223372036854775807,9223372036854775807", "-3,9", "1e3,5", "\"1,000\",5"])
    func aSumThatCannotBeIsNone(_ numbers: String) throws {
        let found = try table(Self.head + "2026-01-02T03:04:05Z,203.0.113.7:443,a,192.0.2.1,\(numbers)\n")
        #expect(bytes(try #require(found.records.first)) == nil)
        #expect(found.errors.contains("a number of bytes or time that can't be read: 1"), "\(found.errors)")
    }

    @Test func aLineFeedInQuotesIsPartOfItsField() throws {
        let found = try table(
            Self.head + "2026-01-02T03:04:05Z,203.0.113.7:443,\"a\nb\",192.0.2.1,1,2\n"
                + "2026-01-02T03:04:05Z,203.0.113.8:443,\"open,192.0.2.1,1,2\n"
                + "2026-01-02T03:04:05Z,203.0.113.9:443,\"c\",192.0.2.1,1,2\n"
        )
        #expect(found.records.map { text($0, "server.ip") } == ["203.0.113.7", "203.0.113.9"])
        #expect(
            found.errors.contains("4 lines: 2 sightings in 2 records, 1 of other things, 1 skipped"),
            "\(found.errors)"
        )
        #expect(found.errors.contains("a quote that is not closed: 1, first at"), "\(found.errors)")
    }

    @Test func whatAHeadLacksIsSaid() throws {
        let other = try table("a,b\n1,2\n")
        #expect(other.status == 1)
        #expect(
            other.errors.contains("skipped: a head with none of the mapping's columns: 1"),
            "\(other.errors)"
        )
        let some = try table("time,dest\n2026-01-02T03:04:05Z,203.0.113.7:443\n")
        #expect(some.errors.contains("fields whose columns the head does not have: 4"), "\(some.errors)")
        let twice = try table(
            "time,dest,host,src,in,out,dest\n2026-01-02T03:04:05Z,203.0.113.7:443,a,192.0.2.1,1,2,203.0.113.9:1\n"
        )
        #expect(twice.records.map { text($0, "server.ip") } == ["203.0.113.7"])
        #expect(
            twice.errors.contains("a name that stands twice, of which the first counts: 1"),
            "\(twice.errors)"
        )
    }

    @Test func aSpreadsheetsSeparatorIsTaken() throws {
        let found = try table(
            "sep=;\n"
                + (Self.head + "2026-01-02T03:04:05Z,203.0.113.7:443,a,192.0.2.1,1,2\n").replacing(
                    ",",
                    with: ";"
                )
        )
        #expect(found.records.map(bytes) == [3])
        #expect(found.status == 0, "\(found.errors)")
    }

    @Test func aNameInHexIsReadAsItsText() {
        #expect(ReportedName(text: "2.5.4.3=#0c0161,O=b").commonName == ["a"])
        #expect(ReportedName(text: "CN=#x").commonName == ["#x"])
    }
}
