import Foundation
import TestSupport
import Testing

/// Which names pointed to an endpoint's address, said with its record.
@Suite struct PassiveDNSContextTests {
    private let scratch = Scratch()

    private static func line(_ name: String, _ type: String, _ data: String, _ first: Int) -> String {
        #"{"rrname":"\#(name)","rrtype":"\#(type)","rdata":"\#(data)","time_first":\#(first),"time_last":\#(first + 86400),"count":2}"#
            + "\n"
    }

    private static let record =
        #"{"@timestamp":"2026-11-20T08:00:00.000Z","event":{"dataset":"hallmark.observation","outcome":"success"},"#
        + #""server":{"ip":"192.0.2.10","port":443},"tls":{"server":{"hash":{"sha256":""#
        + String(repeating: "0A", count: 32)
        + #""},"x509":{"alternative_names":["*.shop.test","gone.test"]}}},"hallmark":{"version":"0"}}"# + "\n"

    private func enrich(_ arguments: [String], exit status: Int32 = 0) throws -> (Record?, String) {
        try scratch.write("record.ndjson", Self.record)
        let result = try run(
            programPath,
            ["enrich", scratch.file("record.ndjson"), "--no-context-names"] + arguments
        )
        #expect(result.status == status, "\(result.errors)")
        return (try records(result).first, result.errors)
    }

    private func names(_ record: Record?) -> [String] {
        let context = (record?["hallmark"] as? Record)?["context"] as? Record
        let past = context?["passive_dns"] as? Record
        let names = past?["names"] as? [Record] ?? []
        return [past?["points"] as? String ?? "unknown"]
            + names.map { name in
                let days = ["first_seen", "last_seen"].map { (name[$0] as? String ?? "").prefix(10) }
                let via = (name["by_way_of"] as? [String] ?? []).map { " by \($0)" }.joined()
                return "\(name["name"] ?? "")\(via) \(days[0]) \(days[1])"
            }
    }

    @Test func aFileAndACorpusSayTheSame() throws {
        let start = 1_793_491_200
        try scratch.write(
            "pdns.cof",
            Self.line("a.shop.test.", "CNAME", "edge.test.", start)
                + Self.line("edge.test", "A", "192.0.2.10", start)
                + Self.line("late.test", "A", "192.0.2.10", start + 864_000)
                + Self.line("gone.test", "A", "192.0.2.99", start)
        )
        let file = scratch.file("pdns.cof")
        let wanted = [
            "here", "a.shop.test by edge.test 2026-11-01 2026-11-02", "late.test 2026-11-11 2026-11-12",
            "edge.test 2026-11-01 2026-11-02",
        ]
        #expect(try names(enrich(["--passive-dns", file]).0) == wanted)
        let corpus = ["--corpus", scratch.file("c.sqlite")]
        #expect(try run(programPath, ["corpus", "add", file] + corpus).status == 0)
        #expect(try names(enrich(corpus).0) == wanted)
        #expect(try names(enrich(corpus + ["--passive-dns", file]).0) == wanted)
        #expect(try names(enrich(corpus + ["--no-context-passive-dns"]).0) == ["unknown"])
    }

    @Test func namesThatPointedElsewhereAlone() throws {
        try scratch.write("pdns.cof", Self.line("gone.test", "A", "192.0.2.99", 1_793_491_200))
        #expect(try names(enrich(["--passive-dns", scratch.file("pdns.cof")]).0) == ["elsewhere"])
    }

    /// A file that can't be read whole is no reason to lose records, and a reason to say so.
    @Test func whatCouldNotBeReadIsSaid() throws {
        try scratch.write("pdns.cof", "{\n" + Self.line("late.test", "A", "192.0.2.10", 1_793_491_200))
        let file = scratch.file("pdns.cof")
        let (record, errors) = try enrich(["--passive-dns", file], exit: 1)
        #expect(names(record) == ["unknown", "late.test 2026-11-01 2026-11-02"])
        #expect(errors.contains("\(file):1: no JSON object"), "\(errors)")
        _ = try enrich(["--passive-dns", scratch.file("nothing")], exit: 1)
        _ = try enrich(["--context-passive-dns"], exit: 64)
    }

    @Test func whatIsNoNameServerOrNoPrefixIsSaid() throws {
        let (_, errors) = try enrich(["--resolver", "notanip"], exit: 64)
        #expect(errors.contains("--resolver takes address or address:port"), "\(errors)")
        try scratch.write("ranges.txt", "192.0.2.0/24\nnot one\n")
        let hosting = ["--hosting", "ours=" + scratch.file("ranges.txt")]
        let (record, partly) = try enrich(hosting, exit: 1)
        let context = (record?["hallmark"] as? Record)?["context"] as? Record
        #expect((context?["hosting"] as? Record)?["provider"] as? String == "ours")
        #expect(partly.contains("not read: an entry that is no prefix: not one"), "\(partly)")
        _ = try enrich(hosting + ["--keep-going"])
    }

    /// A corpus that can't be read has no answer, and no answer is not that nothing is known.
    @Test(arguments: [("resolutions", "last_seen"), ("sightings", "first_seen")]) func aDamagedCorpusIsSaid(
        _ table: String,
        _ column: String
    ) throws {
        try scratch.write("pdns.cof", Self.line("gone.test", "A", "192.0.2.10", 1_793_491_200))
        try scratch.write("record.ndjson", Self.record)
        let corpus = scratch.file("c.sqlite")
        let files = [scratch.file("pdns.cof"), scratch.file("record.ndjson")]
        #expect(try run(programPath, ["corpus", "add", "--corpus", corpus] + files).status == 0)
        _ = try check("sqlite3", [corpus, "UPDATE \(table) SET \(column) = 'long ago'"])
        let (record, errors) = try enrich(["--corpus", corpus], exit: 1)
        #expect(record != nil && errors.contains("damaged"), "\(errors)")
    }
}
