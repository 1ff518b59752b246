import Bytes
import Foundation
import Hunting
import Observations
import TestSupport
import Testing

/// What is unusual, and why.
@Suite struct HuntTests {
    /// An endpoint like all the others but for what is given.
    private static func record(
        _ number: Int,
        issuer: String = "C=US, O=A, CN=A 1",
        extensions: String = "2.5.29.15,2.5.29.17",
        jarm: String? = nil,
        port: Int = 443,
        key: Int? = nil,
        time: String = "2026-06-01T01:00:00Z"
    ) -> String {
        // Two stacks in equal shares: of a coin, neither side is unusual.
        let stack = jarm ?? (number % 2 == 0 ? "27d4" : "2ad2")
        let (certificate, digest) = (hex(number), hex(key ?? number))
        return
            #"{"@timestamp":"\#(time)","event":{"outcome":"success"},"server":{"ip":"198.51.\#(number / 250).\#(number % 250)","#
            + #""port":\#(port)},"tls":{"server":{"jarm":"\#(stack)","hash":{"sha256":"\#(certificate)"},"#
            + #""x509":{"serial_number":"\#(certificate.prefix(16))","issuer":{"distinguished_name":"\#(issuer)"}}}},"#
            + #""hallmark":{"certificate":{"spki_sha256":"\#(digest)","extension_oids":"\#(extensions)","validity_days":89}}}"#
    }

    private static func hex(_ number: Int) -> String {
        let digits = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: 64 - digits.count) + digits
    }

    private static func table(_ lines: [String]) -> HuntTable {
        let table = HuntTable()
        for line in lines {
            let bytes = Array(line.utf8) + Array(repeating: 0x20, count: RecordPicker.padding)
            let isRecord = bytes.withUnsafeBytes {
                table.add(line: UnsafeRawBufferPointer(rebasing: $0[..<line.utf8.count]))
            }
            #expect(isRecord, "\(line)")
        }
        return table
    }

    private static func hunt(_ lines: [String], _ common: CommonMarks = CommonMarks()) -> [HuntResult] {
        Hunt(table(lines), common: common, limit: 10).found
    }

    private static let usual = (0..<256).map { record($0) }

    @Test func whereAllAreAlikeOrAllDifferNobodyIsUnusual() {
        #expect(Self.hunt(Self.usual).isEmpty)
        let all = (0..<64).map { Self.record($0, jarm: "\($0)") }
        #expect(Self.hunt(all).isEmpty)
    }

    @Test func aRareValueCountsItsBitsLessWhatIsUsual() throws {
        let found = try #require(Self.hunt(Self.usual + [Self.record(300, port: 31337)]).first)
        #expect(found.endpoint == "198.51.1.50:31337")
        let mark = try #require(found.marks.first)
        #expect(mark.field == "server.port" && mark.value == "31337" && mark.count == 1 && mark.of == 257)
        // log2 of 257, and that less five, by hand.
        #expect(abs(mark.bits - 8.0056) < 0.001 && abs(found.bits - 3.0056) < 0.001)
    }

    @Test func aValueOfOnesOwnIsNoSurpriseWhereManyHaveOne() {
        // A tenth has a port of its own: another one is not unusual.
        let lines = (0..<256).map { Self.record($0, port: $0 % 10 == 0 ? 20_000 + $0 : 443) }
        #expect(Self.hunt(lines).isEmpty)
    }

    @Test func anIssuerThatIsImitatedIsHeldAgainstItsOthers() throws {
        // Each of the two shapes is half of all; with its own issuer the first is unusual all the same.
        var lines = (0..<100).map { Self.record($0) }
        lines += (100..<200).map { Self.record($0, issuer: "CN=B", extensions: "2.5.29.14") }
        lines.append(Self.record(200, extensions: "2.5.29.14"))
        let found = try #require(Self.hunt(lines).first)
        #expect(found.endpoint == "198.51.0.200:443")
        let mark = try #require(found.marks.first)
        #expect(mark.given?.value == "C=US, O=A, CN=A 1" && mark.count == 1 && mark.of == 101)
    }

    @Test func aKeyOnSeveralCertificatesIsUnusualWhereOthersHaveOneEach() throws {
        let found = Self.hunt(Self.usual + (300..<303).map { Self.record($0, key: 999) })
        #expect(found.count == 3)
        #expect(found.allSatisfy { $0.marks.first?.value == "3" && $0.marks.first?.count == 3 })
    }

    @Test func whatIsCommonElsewhereCountsNothing() throws {
        #expect(Self.hunt(Self.usual + [Self.record(300, port: 993)]).isEmpty)
        let lines = Self.usual + [Self.record(300, port: 31337)]
        #expect(!Self.hunt(lines).isEmpty)
        #expect(Self.hunt(lines, CommonMarks { $0 == "server.port" && $1 == "31337" }).isEmpty)
    }

    @Test func theLatestRecordCountsAndFailuresDoNot() {
        let lines =
            Self.usual + [
                Self.record(300, extensions: "odd"), Self.record(300, time: "2026-06-02T01:00:00Z"),
                #"{"@timestamp":"2026-06-01T01:00:00Z","event":{"outcome":"failure"},"server":{"ip":"192.0.2.9","port":31337},"error":{"code":"tls_alert"}}"#,
            ]
        let table = Self.table(lines)
        #expect(table.endpoints == 257 && table.silent == 1)
        #expect(Hunt(table, common: CommonMarks(), limit: 10).found.isEmpty)
    }

    /// An entry of a log, and a certificate of a file, are no endpoint that kept silent.
    @Test func whatIsOfNoEndpointIsCountedApart() {
        let digest = Self.hex(7)
        let table = Self.table([
            Self.record(1),
            #"{"@timestamp":"2026-06-01T01:00:00Z","event":{"dataset":"hallmark.ct","outcome":"success"},"tls":{"server":{"hash":{"sha256":"\#(digest)"}}}}"#,
            #"{"@timestamp":"2026-06-01T01:00:00Z","event":{"dataset":"hallmark.ct"},"server":{"ip":"192.0.2.9","port":443},"tls.server.hash.sha256":"\#(digest)"}"#,
            #"{"@timestamp":"2026-06-01T01:00:00Z","event":{"dataset":"hallmark.import"},"tls":{"server":{"hash":{"sha256":"\#(digest)"}}}}"#,
            #"{"@timestamp":"2026-06-01T01:00:00Z","event":{"outcome":"failure"},"server":{"address":"gone.example"},"error":{"code":"dns"}}"#,
        ])
        #expect(table.endpoints == 1 && table.logged == 2 && table.alone == 1 && table.silent == 1)
    }

    @Test func theTableHasValuesOfEachKind() { #expect(CommonMarks.count > 40) }
}
