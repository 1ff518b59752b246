import Foundation
@testable import Indicators
import Observations
import Signatures
import TestSupport
import Testing
import YAML

/// What of lists could not be read, or does not hold yet, is never a list on which nothing stands.
@Suite struct DamagedListTests {
    private static func index(_ text: String, _ name: String = "feed.json", maps: [TableMap] = []) throws
        -> IndicatorIndex
    {
        let scratch = Scratch()
        return try IndicatorLists([try scratch.write(name, text)], maps: maps, cache: nil).index
    }

    // MARK: Damaged feeds

    private static let event =
        #"{"Event":{"uuid":"e-1","info":"x","Attribute":[{"type":"ip-dst","value":"203.0.113.7"}]}}"#

    /// An answer of MISP's, and how many of its parts can't be read.
    private static let answers: [(String, Int)] = [
        (#"{"response":[\#(event),{"Evnt":{}},5,null]}"#, 3), (#"[\#(event),{"Event":5},"x"]"#, 2),
        (#"[5,\#(event)]"#, 1), (#"{"response":[\#(event),[]]}"#, 0),
        (#"[\#(event),{"Event":{"Attribute":5}},{"Event":{"Object":[5,null,{"typ":1}]}}]"#, 4),
        (#"[\#(event),{"Event":{"Object":[{"name":"x509","Attribute":"x"}],"Attribute":null}}]"#, 1),
        (#"[\#(event),{"Event":{"Attribute":[5,null,{"typ":1}],"Object":[{"name":"x"}]}}]"#, 3),
        (#"[\#(event),{"Event":{"Attribute":{"0":{"type":"ip-dst","value":"203.0.113.8"}}}}]"#, 0),
        (#"[\#(event),{"Event":{"Attribute":{"type":"ip-dst","value":"203.0.113.8"}}}]"#, 1),
        // With whom it may be shared stands in tags.
        (
            #"[\#(event),{"Event":{"Tag":"tlp:red"}},{"Event":{"Tag":{"name":"tlp:red"}}},{"Event":{"Tag":5}}]"#,
            3
        ),
        (
            #"[\#(event),{"Event":{"Tag":["tlp:red",{"nam":"x"},null]}},{"Event":{"Tag":null,"Galaxy":"x"}}]"#,
            4
        ),
        (#"[\#(event),{"Event":{"Tag":{"0":{"name":"tlp:red"}},"Galaxy":[]}}]"#, 0),
        (#"{"Event":{"Attribute":[{"type":"ip-dst","value":"203.0.113.7","Tag":"tlp:red"}]}}"#, 1),
    ]

    @Test(arguments: answers) func damagedPartsOfMISPAreSaid(_ text: String, _ faults: Int) throws {
        let index = try Self.index(text)
        #expect(index.faultCount == faults && index.count >= 1, "\(index.faults)")
    }

    @Test func damagedObjectsOfSTIXAreSaid() throws {
        let indicator =
            #"{"type":"indicator","id":"indicator--1","pattern_type":"stix","pattern":"[ipv4-addr:value = '203.0.113.7']"}"#
        let others = [
            "5", "null", #""x""#, #"{"typ":"indicator","id":"indicator--2"}"#, #"{"type":5}"#,
            #"{"type":"x509-certificate","id":"x509-certificate--1","hashes":{"SHA-1":5},"serial_number":"A1"}"#,
            // What is of another type is well.
            #"{"type":"x-of-ours","id":"x-of-ours--1"}"#,
            #"{"type":"identity","id":"identity--1","name":"n"}"#,
        ]
        let objects = ([indicator] + others).joined(separator: ",\n")
        let index = try Self.index(#"{"type":"bundle","id":"bundle--1","objects":[\#(objects)]}"#)
        #expect(index.count == 1 && index.faultCount == 6, "\(index.faults)")
        #expect(index.faults.contains { $0.contains(":5: indicator--2: an object without a type") })
    }

    /// What says whether it is confirmed, and with whom it may be shared.
    @Test(arguments: [
        (#""labels":"hallmark:confirmed""#, 1), (#""labels":{"0":"x"}"#, 1), (#""labels":5"#, 1),
        (#""labels":["x",5]"#, 1), (#""labels":null"#, 0), (#""labels":[]"#, 0),
        (#""object_marking_refs":"marking-definition--1""#, 1), (#""object_marking_refs":[null]"#, 1),
    ])
    func labelsThatAreNoListAreSaid(_ member: String, _ faults: Int) throws {
        let text =
            #"{"type":"bundle","id":"bundle--1","objects":[{"type":"indicator","id":"indicator--1","pattern_type":"stix","pattern":"[ipv4-addr:value = '203.0.113.7']",\#(member)}]}"#
        let index = try Self.index(text)
        #expect(index.count == 1 && index.faultCount == faults, "\(index.faults)")
    }

    /// Flags as programs write them.
    @Test(
        arguments: [
            ("true", true), ("1", true), (#""1""#, true), (#""TRUE""#, true), (#""yes""#, true),
            ("false", false), ("0", false), (#""0""#, false), (#""No""#, false), ("null", nil), ("2", nil),
            (#""perhaps""#, nil), ("[]", nil),
        ] as [(String, Bool?)]
    )
    func flagsAreReadHoweverTheyAreWritten(_ text: String, _ flag: Bool?) throws {
        let misp = try Self.index(
            #"{"Event":{"Attribute":[{"type":"ip-dst","value":"203.0.113.7","to_ids":\#(text)},{"type":"ip-dst","value":"203.0.113.8"}]}}"#
        )
        let stix = try Self.index(
            #"{"type":"bundle","id":"bundle--1","objects":[{"type":"indicator","id":"indicator--1","pattern":"[ipv4-addr:value = '203.0.113.7']","revoked":\#(text)},{"type":"indicator","id":"indicator--2","pattern":"[ipv4-addr:value = '203.0.113.8']"}]}"#
        )
        // What is neither is said; nothing at all is as if it were not there.
        let isWrong = flag == nil && text != "null"
        #expect(misp.faultCount == (isWrong ? 1 : 0) && stix.faultCount == (isWrong ? 1 : 0))
        #expect(misp.count == (flag == false || isWrong ? 1 : 2), "\(misp.faults)")
        #expect(stix.count == (flag == true || isWrong ? 1 : 2), "\(stix.faults)")
    }

    // MARK: Tables

    /// Words in a column, and in a list's setting.
    @Test(
        arguments: [
            ("yes", true), ("TRUE", true), ("1", true), ("no", false), ("false", false), ("0", false),
            ("perhaps", nil), ("2", nil),
        ] as [(String, Bool?)]
    )
    func wordsForYesAndNoAreTheSameEverywhere(_ word: String, _ flag: Bool?) throws {
        let map = try TableMap(
            Array("values: [{column: value, kind: ip}]\nconfirmed: {column: ours}".utf8),
            file: "map.yaml"
        )
        let table = try Self.index("value,ours\n203.0.113.7,\(word)\n", "t.csv", maps: [map])
        let list = try Self.index("#! confirmed: \(word)\n203.0.113.7\n", "t.txt")
        for index in [table, list] {
            #expect(index.faultCount == (flag == nil ? 1 : 0), "\(index.faults)")
            let marks = try ListTests.look(index, #"{"server":{"ip":"203.0.113.7"}}"#)
            if let flag { #expect(marks.map(\.isConfirmed) == [flag]) }
        }
    }

    /// A row that was cut tells less than it should.
    @Test func shortRowsAreSaid() throws {
        let text = "value,date,until,type\n203.0.113.7,,,ip\n203.0.113.8,2026-11-01\n203.0.113.9,,,ip,more\n"
        let index = try Self.index(text, "t.csv", maps: [Self.map()])
        #expect(index.count == 2 && index.faultCount == 1)
        #expect(
            index.faults.first?.hasSuffix("t.csv:3: the row has 2 of the table's 4 columns") == true,
            "\(index.faults)"
        )
    }

    /// Which of two columns of one name is meant nobody knows.
    @Test func aColumnThatStandsTwiceIsRefused() throws {
        let text = "value,date,until,type, value\n203.0.113.7,,,ip,203.0.113.8\n"
        let index = try Self.index(text, "t.csv", maps: [Self.map()])
        #expect(index.count == 0 && index.faultCount == 1)
        #expect(
            index.faults.first?.hasSuffix("t.csv:1: the column 'value' stands twice") == true,
            "\(index.faults)"
        )
        // Of what the mapping does not ask for there may be many.
        let others = "value,date,until,type,note,note,,\n203.0.113.7,,,ip,a,b,,\n"
        let whole = try Self.index(others, "t.csv", maps: [Self.map()])
        #expect(whole.count == 1 && whole.faultCount == 0, "\(whole.faults)")
    }

    /// What a mapping names and a table does not have is named.
    @Test func aColumnThatIsMissingIsNamed() throws {
        for (head, lacking) in [
            ("value,date,until,kind", "column 'type'"),
            ("Value,Date,Until,Type", "columns 'date', 'type', 'until', 'value'"),
            ("\u{feff}# a remark\nvalue,seen,until,type", "column 'date'"),
            ("value", "columns 'date', 'type', 'until'"),
        ] {
            let index = try Self.index(head + "\n203.0.113.7,,,ip\n", "t.csv", maps: [Self.map()])
            #expect(index.count == 0 && index.faultCount == 1, "\(index.faults)")
            #expect(
                index.faults.first?.contains("has no \(lacking), which the mapping map.yaml names") == true,
                "\(index.faults)"
            )
        }
        // Lists are lists, whatever mappings are given.
        for text in ["203.0.113.7\n", "203.0.113.7, a remark\n", "203.0.113.7 # value,date\n"] {
            let list = try Self.index(text, "l.txt", maps: [Self.map()])
            #expect(list.faults.allSatisfy { !$0.contains("mapping") }, "\(list.faults)")
        }
    }

    private static func map() throws -> TableMap {
        let text = """
            values: [{column: value, kind: {column: type}}]
            date: {column: date}
            until: {column: until}
            """
        return try TableMap(Array(text.utf8), file: "map.yaml")
    }

    @Test func aRowWithoutItsKindCannotBeRead() throws {
        let text = """
            value,date,until,type
            203.0.113.7,,,ip
            203.0.113.8,,,
            203.0.113.9
            http://x.example/,,,url
            """
        let index = try Self.index(text, "t.csv", maps: [Self.map()])
        #expect(index.count == 1 && index.passedOver[.noMark] == 1)
        let lines = index.faults.map { $0.split(separator: "t.csv:")[1].prefix { $0 != ":" } }
        #expect(lines == ["3", "4"], "\(index.faults)")
        #expect(index.faults.first?.contains("nothing in the column 'type' says what") == true)
    }

    // MARK: Dates

    @Test func whatIsDatedAfterNowDoesNotHoldYet() throws {
        let list = try Self.index(
            "#! date: 2099-01-01\n203.0.113.7\n#! date: 2020-11-01\n203.0.113.8\n",
            "l.txt"
        )
        let table = try Self.index(
            "value,date,until,type\n203.0.113.7,2099-01-01,,ip\n203.0.113.8,2020-11-01,,ip\n",
            "t.csv",
            maps: [Self.map()]
        )
        let blacklist = try Self.index(
            "2099-01-01 10:00:00,203.0.113.7,8443\n2020-11-01 10:00:00,203.0.113.8,8443\n",
            "b.csv"
        )
        let misp = try Self.index(
            #"{"Event":{"date":"2099-01-01","Attribute":[{"type":"ip-dst","value":"203.0.113.7"},{"type":"ip-dst","value":"203.0.113.8","last_seen":"2020-11-01T00:00:00Z"}]}}"#
        )
        for index in [list, table, blacklist, misp] {
            #expect(
                index.count == 1 && index.passedOver[.notYet] == 1 && index.faults.isEmpty,
                "\(index.faults)"
            )
            #expect(try ListTests.look(index, ListTests.record).isEmpty)
        }
        // A day that has begun elsewhere is none that is to come.
        #expect(!ListedDate.isToCome(1_000, now: 0) && ListedDate.isToCome(86_400_000, now: 0))
        // A list of which nothing holds yet is none.
        let none = try Self.index("#! date: 2099-01-01\n203.0.113.7\n", "l.txt")
        #expect(none.faults.first?.contains("none of 1 entry counts: 1 not valid yet") == true)
    }

    @Test func anEndBeforeTheDateIsSaid() throws {
        let list = try Self.index(
            """
            #! until: 2020-10-01
            #! date: 2020-11-01
            203.0.113.7
            203.0.113.8
            #! until: 2020-11-02
            203.0.113.9
            #! until: 2020-11-01
            203.0.113.10
            """,
            "l.txt"
        )
        #expect(list.count == 4 && list.faultCount == 1, "\(list.faults)")
        #expect(list.faults.first?.contains("l.txt:3: it ends (2020-10-01") == true, "\(list.faults)")
        let table = try Self.index(
            "value,date,until,type\n203.0.113.7,2020-11-01,2020-10-01,ip\n203.0.113.8,2020-11-01,2020-11-02,ip\n",
            "t.csv",
            maps: [Self.map()]
        )
        #expect(table.count == 2 && table.faultCount == 1, "\(table.faults)")
        let stix = try Self.index(
            #"{"type":"bundle","id":"bundle--1","objects":[{"type":"indicator","id":"indicator--1","pattern_type":"stix","pattern":"[ipv4-addr:value = '203.0.113.7']","valid_from":"2020-11-01T00:00:00Z","valid_until":"2020-10-01T00:00:00Z"}]}"#
        )
        #expect(stix.count == 1 && stix.faultCount == 1, "\(stix.faults)")
    }

    // MARK: IPv4 in IPv6

    @Test(arguments: [
        ("::ffff:203.0.113.0/120", true), ("::ffff:203.0.113.1-::ffff:203.0.113.200", true),
        ("::ffff:203.0.113.7/128", true), ("::ffff:0:0/96", true), ("::ffff:203.0.114.0/120", false),
        ("::ffff:203.0.113.8-::ffff:203.0.113.200", false), ("::/0", false), ("::ffff:0:0/95", false),
    ])
    func rangesOfIPv4InsideIPv6AreOfIPv4(_ line: String, _ isFound: Bool) throws {
        let index = try Self.index(line + "\n", "l.txt")
        for ip in ["203.0.113.7", "::ffff:203.0.113.7"] {
            let marks = try ListTests.look(index, #"{"server":{"ip":"\#(ip)","port":443}}"#)
            #expect(marks.count == (isFound ? 1 : 0), "\(ip)")
        }
    }

    // MARK: Folders

    private static let uuid = "55d0b0a5-8a1c-4b1d-9c55-02de0a021501"

    private static func folder(_ scratch: Scratch, _ files: [String: String]) throws -> String {
        let folder = scratch.file("feed")
        for (name, text) in files {
            let path = folder + "/" + name
            try FileManager.default.createDirectory(
                atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
                withIntermediateDirectories: true
            )
            try scratch.write("feed/" + name, text)
        }
        return folder
    }

    /// What a feed says of itself lists nothing; lists of the same name are lists.
    @Test func onlyWhatMISPSaysOfItsFeedIsNoList() throws {
        let feed = Scratch()
        let digest = String(repeating: "ab", count: 16)
        let whole = try Self.folder(
            feed,
            [
                "1.json": Self.event, "manifest.json": #"{"\#(Self.uuid)":{"info":"x"}}"#,
                "hashes.csv": "\(digest),\(Self.uuid)\n\(digest),\(Self.uuid)\n",
            ]
        )
        let index = try IndicatorLists([whole], cache: nil).index
        #expect(index.count == 1 && index.faults.isEmpty && index.lists == 1, "\(index.faults)")
        try feed.write("feed/hashes.csv", "")
        #expect(try IndicatorLists([whole], cache: nil).index.faults.isEmpty)

        let ours = Scratch()
        let folder = try Self.folder(
            ours,
            [
                "hashes.csv": "2020-11-01 10:00:00,\(ListTests.sha1),Dridex C&C\n",
                "manifest.json": Self.event,
            ]
        )
        let lists = try IndicatorLists([folder], cache: nil).index
        #expect(lists.count == 2 && lists.faults.isEmpty && lists.lists == 2, "\(lists.faults)")
        try ours.write("feed/hashes.csv", "")
        #expect(try IndicatorLists([folder], cache: nil).index.faultCount == 1)
    }

    /// What of a folder nobody looked into is said each time, also when the index is there already.
    @Test func whatIsNotReadInAFolderIsSaid() throws {
        let scratch = Scratch()
        let folder = try Self.folder(
            scratch,
            ["a.txt": "203.0.113.7\n", "below/b.txt": "203.0.113.8\n", ".c.txt": "203.0.113.9\n"]
        )
        let cache = CacheFolder(scratch.file("cache"))
        for isSecond in [false, true] {
            let lists = try IndicatorLists([folder], cache: cache)
            #expect(lists.isFromCache == isSecond && lists.index.count == 1)
            #expect(lists.index.faultCount == 2, "\(lists.index.faults)")
            #expect(lists.index.faults.contains { $0.contains("feed/below: is a folder") })
            #expect(lists.index.faults.contains { $0.contains("feed/.c.txt: is hidden") })
        }
        try FileManager.default.removeItem(atPath: folder + "/below")
        try FileManager.default.removeItem(atPath: folder + "/.c.txt")
        let whole = try IndicatorLists([folder], cache: cache)
        #expect(!whole.isFromCache && whole.index.faults.isEmpty)
        // What keeps the folder's history is none of its lists.
        let history = folder + "/.git/objects"
        try FileManager.default.createDirectory(atPath: history, withIntermediateDirectories: true)
        try scratch.write("feed/.git/HEAD", "ref: refs/heads/main\n")
        #expect(try IndicatorLists([folder], cache: nil).index.faults.isEmpty)
        // A folder of such things alone.
        try FileManager.default.moveItem(atPath: folder + "/a.txt", toPath: folder + "/.a.txt")
        #expect(try IndicatorLists([folder], cache: nil).index.faultCount == 1)
    }
}
