import Bytes
import Foundation
@testable import Indicators
import Observations
import Signatures
import TestSupport
import Testing
import YAML

/// Feeds in the forms of others: as their own libraries write them (`Fixtures/make.py`), and as people do.
@Suite struct FeedTests {
    private static let folder = projectFolder + "/Tests/IndicatorsTests/Fixtures/"

    private static func marks(_ index: IndicatorIndex, _ record: String = ListTests.record) throws
        -> [ListedMark]
    {
        try ListTests.look(index, record)
    }

    /// A feed of faults alone is read about as often as it is told of, not once for each fault; also where
    /// ids are spelled so that they can't be found.
    @Test(arguments: ["i", #"\u0069"#]) func manyFaultsOfOneFeed(_ letter: String) throws {
        let faults = (0..<30_000).map {
            #"{"type":"indicator","id":"\#(letter)ndicator--\#($0)","pattern_type":"stix","pattern":"nonsense"}"#
        }
        let text = #"{"type":"bundle","id":"bundle--1","objects":["# + faults.joined(separator: ",\n") + "]}"
        let start = ContinuousClock.now
        let scratch = Scratch()
        let index = try IndicatorLists([try scratch.write("feed.json", text)], cache: nil).index
        #expect(index.faultCount == 30_000 && index.faults.count == 100)
        let line = letter == "i" ? ":10" : ""
        #expect(index.faults[9].contains("feed.json\(line): indicator--9:"), "\(index.faults[9])")
        // 30,000 times half of three megabytes are 45 GB: minutes.
        #expect(ContinuousClock.now - start < .seconds(60))
    }

    // MARK: STIX

    @Test func aBundleOfSTIXAsItsLibraryWritesIt() throws {
        let index = try IndicatorLists([Self.folder + "stix.json"], cache: nil).index
        let marks = try Self.marks(index)
        let digest = try #require(
            marks.first { $0.field == "tls.server.hash.sha256" && $0.date != nil && $0.software != nil }
        )
        #expect(digest.feed == "Example CERT" && digest.description == "Team server's certificate")
        #expect(digest.software == Software(name: "Cobalt Strike", id: "S0154") && digest.tlp == "amber")
        #expect(digest.date == RFC3339.milliseconds("2026-11-01") && !digest.isAged)
        // The certificate that was observed, besides the pattern: it tells when.
        let seen = marks.filter { $0.date == RFC3339.milliseconds("2026-10-05") }
        #expect(Set(seen.map(\.field)) == ["tls.server.hash.sha256", "tls.server.hash.sha1"])
        #expect(marks.contains { $0.kind == .serial })
        #expect(marks.contains { $0.kind == .address && $0.until == nil })
        let range = try #require(marks.first { $0.kind == .range })
        #expect(range.until == RFC3339.milliseconds("2026-11-10") && range.isAged)
        #expect(marks.filter { $0.kind == .name }.map(\.isConfirmed) == [true, false])
        #expect(try Self.marks(index, #"{"server":{"ip":"198.51.100.2"}}"#).count == 1)
        // What wants two things at once is no list of either, and said on its line.
        #expect(index.faultCount == 2, "\(index.faults)")
        let text = try String(contentsOfFile: Self.folder + "stix.json", encoding: .utf8)
        for (fault, end) in zip(index.faults, ["9", "0"]) {
            let line = try #require(
                Int(fault.dropFirst((Self.folder + "stix.json:").count).prefix { $0.isNumber })
            )
            let shown = text.split(separator: "\n", omittingEmptySubsequences: false)[line - 1]
            #expect(shown.hasSuffix("\(end)\","), "\(fault)")
        }
        // A file's digest, a URL, what was revoked, and another language.
        #expect(index.passedOver.total == 4)
    }

    /// A pattern, whether it is simple, and its comparisons.
    private static let patterns: [(String, Bool, [String])] = [
        ("[a:b = 'c']", true, ["a:b = c"]),
        (
            "[ipv4-addr:value='1.2.3.4'OR ipv4-addr:value = '5.6.7.8']", true,
            ["ipv4-addr:value = 1.2.3.4", "ipv4-addr:value = 5.6.7.8"]
        ),
        ("[x509-certificate:hashes.\"SHA-1\" = 'aa']", true, ["x509-certificate:hashes.sha1 = aa"]),
        (
            "[x509-certificate:hashes.SHA256 IN ('aa','bb')]", true,
            ["x509-certificate:hashes.sha256 IN aa,bb"]
        ),
        ("([a:b = 'it\\'s'] OR [c:d[*].e LIKE '%.x'])", true, ["a:b = it's", "c:d[*].e LIKE %.x"]),
        ("[a:b = 'c' AND d:e = 'f']", false, ["a:b = c", "d:e = f"]),
        ("[a:b NOT = 'c']", false, ["a:b = c"]),
        ("[a:b = 'c'] REPEATS 5 TIMES WITHIN 1800 SECONDS", false, ["a:b = c"]),
        ("[a:b = 'c'] START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'", false, ["a:b = c"]),
    ]

    @Test(arguments: patterns)
    func aPatternIsReadAsTheStandardSays(_ text: String, _ isSimple: Bool, _ comparisons: [String]) throws {
        let pattern = try #require(STIXPattern(text))
        #expect(pattern.isSimple == isSimple)
        let found = pattern.comparisons.map {
            "\($0.path) \($0.operation) \($0.values.joined(separator: ","))"
        }
        #expect(found == comparisons)
    }

    @Test(arguments: [
        "", "[", "[a:b = ]", "[a:b = 'c'", "a:b = 'c", "[a:b 'c']", "]a:b = 'c'[", "[a:b IN ('c']",
        "words alone",
    ])
    func whatIsNoPatternIsNone(_ text: String) {
        #expect(STIXPattern(text) == nil)
    }

    private static func indicator(_ address: Int, _ more: String) -> String {
        #"{"type":"indicator","id":"indicator--\#(address)","pattern_type":"stix","pattern":"[ipv4-addr:value = '203.0.113.\#(address)']"\#(more)}"#
    }

    /// A comparison that lists nothing is not taken for a value that is none.
    @Test(arguments: [
        ("!=", "ipv4-addr:value != '203.0.113.7' lists no address"),
        ("MATCHES", "ipv4-addr:value MATCHES '203.0.113.7' lists no address"),
        ("ISSUPERSET", "lists no address: that do =, IN, ISSUBSET"),
        ("NOT =", "or that something is not there"),
    ])
    func comparisonsThatListNothingAreSaid(_ operation: String, _ text: String) throws {
        let scratch = Scratch()
        let indicator = Self.indicator(7, "").replacing(
            "value = ",
            with: "value \(operation) "
        )
        let bundle =
            #"{"type":"bundle","id":"bundle--1","objects":[\#(indicator),\#(Self.indicator(8, ""))]}"#
        let index = try IndicatorLists([try scratch.write("feed.json", bundle)], cache: nil).index
        #expect(index.count == 1 && index.faults.count == 1)
        #expect(index.faults.first?.contains(text) == true, "\(index.faults)")
    }

    /// What counts for nothing says why, and a feed of such things alone is none.
    @Test func whyEntriesArePassedOverIsTold() throws {
        let none = [
            Self.indicator(7, #","revoked":true"#),
            Self.indicator(7, #","valid_from":"2999-01-01T00:00:00Z""#),
            #"{"type":"indicator","id":"indicator--3","pattern_type":"yara","pattern":"rule x {}"}"#,
            #"{"type":"indicator","id":"indicator--4","pattern_type":"stix","pattern":"[url:value = 'http://a.example/']"}"#,
        ]
        func lists(_ objects: [String]) throws -> IndicatorIndex {
            let text = #"{"type":"bundle","id":"bundle--1","objects":[\#(objects.joined(separator: ","))]}"#
            let scratch = Scratch()
            return try IndicatorLists([try scratch.write("feed.json", text)], cache: nil).index
        }
        let index = try lists(none)
        let why =
            "1 of what no endpoint shows, 1 revoked, 1 in another language than STIX's patterns, 1 not valid yet (valid_from, or a date that is to come)"
        #expect(index.passedOver.text == why)
        #expect(index.count == 0 && index.faults.count == 1)
        #expect(index.faults.first?.hasSuffix("none of 4 entries counts: \(why)") == true, "\(index.faults)")
        let some = try lists(none + [Self.indicator(7, #","valid_from":"2026-01-01T00:00:00Z""#)])
        #expect(some.count == 1 && some.faults.isEmpty && some.passedOver.total == 4)
        #expect(try Self.marks(some).count == 1)
    }

    /// Of a folder's files some may hold nothing of use.
    @Test func aFolderCountsAsOneFeed() throws {
        let scratch = Scratch()
        let event = #"{"Event":{"info":"x","Attribute":[{"type":"ip-dst","value":"203.0.113.7","to_ids":"#
        let folder = scratch.file("feed")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try scratch.write("feed/1.json", event + "false}]}}")
        let none = try IndicatorLists([folder], cache: nil).index
        #expect(none.faultCount == 1 && none.passedOver[.notForDetection] == 1)
        try scratch.write("feed/2.json", event + "true}]}}")
        let some = try IndicatorLists([folder], cache: nil).index
        #expect(some.faultCount == 0 && some.count == 1)
    }

    /// What is not valid yet is read anew each time, and not kept with an index.
    @Test func whatIsNotValidYetIsNotKept() throws {
        let scratch = Scratch()
        let objects = [Self.indicator(7, ""), Self.indicator(8, #","valid_from":"2999-01-01T00:00:00Z""#)]
        let text = #"{"type":"bundle","id":"bundle--1","objects":[\#(objects.joined(separator: ","))]}"#
        let file = try scratch.write("feed.json", text)
        let cache = CacheFolder(scratch.file("cache"))
        for _ in 0..<2 { #expect(try !IndicatorLists([file], cache: cache).isFromCache) }
        let list = try scratch.write("list.txt", "203.0.113.7\n")
        _ = try IndicatorLists([list], cache: cache)
        #expect(try IndicatorLists([list], cache: cache).isFromCache)
    }

    // MARK: MISP

    @Test func anEventOfMISPAsItsLibraryWritesIt() throws {
        let index = try IndicatorLists([Self.folder + "misp.json"], cache: nil).index
        #expect(index.faults.isEmpty, "\(index.faults)")
        let marks = try Self.marks(index)
        #expect(marks.allSatisfy { $0.feed == "Example SOC" && $0.software?.id == "S0154" })
        func mark(_ kind: ListedMark.Kind, _ field: String) throws -> ListedMark {
            try #require(marks.first { $0.kind == kind && $0.field == field }, "\(kind)")
        }
        let sha1 = try mark(.certificate, "tls.server.hash.sha1")
        #expect(
            sha1.description == "Its certificate" && sha1.tlp == "green"
                && sha1.software?.name == "Cobalt Strike"
        )
        #expect(sha1.date == RFC3339.milliseconds("2026-11-03"))
        #expect(try mark(.certificate, "tls.server.hash.sha256").date == RFC3339.milliseconds("2026-11-05"))
        #expect(try mark(.jarm, "tls.server.jarm").description == "A campaign")
        #expect(try mark(.address, "server.ip").tlp == "red")
        #expect(try mark(.range, "server.ip").kind == .range)
        #expect(try mark(.endpoint, "server.ip").kind == .endpoint)
        #expect(try mark(.serial, "tls.server.x509.serial_number").kind == .serial)
        #expect(marks.filter { $0.kind == .name }.map(\.isConfirmed) == [false, true])
        #expect(try Self.marks(index, #"{"server":{"ip":"198.51.100.7"}}"#).count == 1)
        let ja3s = String(repeating: "2", count: 32)
        #expect(try Self.marks(index, #"{"tls":{"server":{"ja3s":"\#(ja3s)"}}}"#).count == 1)
        #expect(
            try Self.marks(index, #"{"tls":{"server":{"ja3s":"\#(ja3s.replacing("2", with: "1"))"}}}"#)
                .isEmpty
        )
        // A file's digest, a URL, two JA3 of clients, an issuer, and what is not for detection.
        #expect(index.passedOver.total == 6)
    }

    @Test func answersAndFeedsOfMISPAreEventsToo() throws {
        let scratch = Scratch()
        let event = try String(contentsOfFile: Self.folder + "misp.json", encoding: .utf8)
        let whole = try IndicatorLists([Self.folder + "misp.json"], cache: nil).index.count
        for text in ["[\(event)]", #"{"response":[\#(event),\#(event)]}"#] {
            let index = try IndicatorLists([scratch.write("x.json", text)], cache: nil).index
            #expect(index.count.isMultiple(of: whole) && index.faults.isEmpty)
        }
        let attributes =
            #"{"response":{"Attribute":[{"type":"ip-dst","value":"203.0.113.7","timestamp":"1793491200","Event":{"info":"x","Orgc":{"name":"O"}}},{"type":"ip-dst","value":"x","uuid":"u-1"}]}}"#
        let index = try IndicatorLists([scratch.write("y.json", attributes)], cache: nil).index
        let mark = try #require(try Self.marks(index).first)
        #expect(mark.feed == "O" && mark.date == RFC3339.milliseconds("2026-11-01"))
        #expect(index.faults.count == 1 && index.faults[0].hasSuffix("y.json:1: u-1: 'x' is no address"))
        // A feed is a folder with a file for each event, and what it says of itself.
        let feed = scratch.file("feed")
        try FileManager.default.createDirectory(atPath: feed, withIntermediateDirectories: true)
        try scratch.write("feed/manifest.json", "{}")
        let hash = String(repeating: "0a", count: 16) + ",55d0b0a5-8a1c-4b1d-9c55-02de0a021501\n"
        try scratch.write("feed/hashes.csv", hash)
        try scratch.write("feed/77.json", event)
        #expect(try IndicatorLists([feed], cache: nil).index.count == whole)
        for text in ["{\"x\":1}", "{", "[1]", "{}"] {
            let index = try IndicatorLists([scratch.write("z.json", text)], cache: nil).index
            #expect(index.faultCount == 1, "\(text)")
        }
    }

    // MARK: Tables

    private static let map = """
        feed: Ours
        delimiter: ";"
        values:
          - column: indicator
            kind: {column: type, words: {ipv4: ip, fqdn: domain, cert: sha256}}
          - {column: serial, kind: serial}
        date: {column: last seen}
        description: {column: notes}
        software: {column: malware}
        tlp: {column: tlp}
        confirmed: {column: ours}
        case: {column: ticket}
        """

    private static func map(_ text: String) throws -> TableMap {
        try TableMap(Array(text.utf8), file: "map.yaml")
    }

    @Test func aTableIsReadByAMapping() throws {
        let scratch = Scratch()
        let text = """
            # from the wiki
            type;indicator;serial;last seen;notes;malware;tlp;ours;ticket;else\r
            ipv4;203.0.113.7;00:A1:B2;2026-11-02 10:00:00;"a ""quoted""; note";Sliver;TLP:RED;yes;T-1;\r
            fqdn;gate[.]example;;1793491200;;;;;;x
            url;http://gate.example/;;;;;;;;
            ipv4;nonsense;;;;;;;;
            fqdn;gate.example;;yesterday;;;;;;
            fqdn;gate.example;;;"open;;;;;
            """
        let file = try scratch.write("ours.csv", text)
        let index = try IndicatorLists([file], maps: [try Self.map(Self.map)], cache: nil).index
        let marks = try Self.marks(index)
        let address = try #require(marks.first { $0.kind == .address })
        #expect(address.feed == "Ours" && address.description == "a \"quoted\"; note" && address.tlp == "red")
        #expect(address.software?.name == "Sliver" && address.isConfirmed && address.reference == "T-1")
        #expect(address.date == RFC3339.milliseconds("2026-11-02"))
        #expect(marks.filter { $0.kind == .serial }.count == 1)
        #expect(marks.first { $0.kind == .name }?.date == RFC3339.milliseconds("2026-11-01"))
        #expect(index.passedOver.total == 1)
        let lines = index.faults.map { $0.dropFirst(file.count + 1).prefix { $0 != ":" } }
        #expect(lines == ["6", "7", "8"], "\(index.faults)")
        // A mapping is for the tables that have its columns.
        let other = try scratch.write("list.txt", "203.0.113.7\n")
        #expect(try IndicatorLists([other], maps: [try Self.map(Self.map)], cache: nil).index.faults.isEmpty)
        #expect(try IndicatorLists([file], cache: nil).index.faultCount > 5)
    }

    @Test(arguments: [
        "values: []", "feed: x", "values: [{column: a, kind: nonsense}]", "values: [{kind: ip}]", "- a",
        "values: [{column: a}]\ndelimiter: ab", "values: [{column: a}]\nnonsense: 1",
        "values: [{column: a, kind: {words: {}}}]", "values: [{column: a}]\ndate: {row: 1}",
    ])
    func whatIsNoMappingIsRefused(_ text: String) {
        #expect(throws: YAMLError.self) { try Self.map(text) }
    }
}
