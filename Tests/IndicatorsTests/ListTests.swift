import Bytes
import Foundation
import Glibc
import Indicators
import Observations
import Signatures
import TestSupport
import Testing

/// Lists on disk, and records that are looked up in them.
@Suite struct ListTests {
    static let sha1 = "D9AB9ED6F3B8F8C6E6B9E6D8A2F6E8E4C0FFEE01"
    static let sha256 = String(repeating: "AB", count: 32)
    static let spki = String(repeating: "CD", count: 32)
    static let jarm = "07d14d16d21d21d07c42d41d00041d24a458a375eef0c576d23a7bab9a9fb1"

    static let record = """
        {"@timestamp":"2026-11-18T10:00:00Z","event":{"kind":"event","dataset":"hallmark.observation"},\
        "server":{"ip":"203.0.113.7","port":8443,"domain":"gate.example"},\
        "tls":{"server":{"hash":{"sha256":"\(sha256)","sha1":"\(sha1)"},"jarm":"\(jarm)",\
        "x509":{"serial_number":"00A1B2","alternative_names":["gate.example","*.wild.example","a.b.deep.example"]}}},\
        "hallmark":{"certificate":{"spki_sha256":"\(spki)"}}}
        """

    /// The marks of the record that files list.
    static func look(_ files: [String], _ record: String = record, cache: CacheFolder? = nil) throws
        -> [ListedMark]
    {
        let lists = try IndicatorLists(files, cache: cache)
        #expect(lists.index.faults.isEmpty, "\(lists.index.faults)")
        return try look(lists.index, record)
    }

    static func look(_ index: IndicatorIndex, _ record: String) throws -> [ListedMark] {
        let reader = ObservationReader()
        let view = try Array(record.utf8).withUnsafeBufferPointer { try reader.read($0) }
        let time = record.contains("2026-11-18") ? RFC3339.milliseconds("2026-11-18T10:00:00Z") ?? 0 : 0
        return withExtendedLifetime(reader) { KnownMarks(index).look(view, at: Int64(time)) }
    }

    /// A line of a list, the kind of the mark that it finds, and the field that shows it.
    private static let lines: [(String, String, String)] = [
        (sha256.lowercased(), "certificate", "tls.server.hash.sha256"),
        (sha1.lowercased(), "certificate", "tls.server.hash.sha1"),
        ("sha1:\(sha1)", "certificate", "tls.server.hash.sha1"),
        (spki, "key", "hallmark.certificate.spki_sha256"),
        ("serial:a1b2", "serial", "tls.server.x509.serial_number"),
        ("serial: 00:A1:B2", "serial", "tls.server.x509.serial_number"),
        (jarm.uppercased(), "jarm", "tls.server.jarm"),
        ("203.0.113.7", "address", "server.ip"),
        ("203.0.113.7:8443", "endpoint", "server.ip"),
        ("203.0.112.0/23", "range", "server.ip"),
        ("203.0.113.5-203.0.113.9", "range", "server.ip"),
        ("0.0.0.0/0", "range", "server.ip"),
        ("gate[.]example", "name", "server.domain"),
        ("wild.example", "name", "tls.server.x509.alternative_names"),
        ("*.wild.example", "name", "tls.server.x509.alternative_names"),
        ("*.deep.example", "name", "tls.server.x509.alternative_names"),
        (".b.deep.example", "name", "tls.server.x509.alternative_names"),
    ]

    /// A certificate with very many names hides none of them.
    @Test func theLastOfManyNamesIsFound() throws {
        let scratch = Scratch()
        let file = try scratch.write("ours.txt", "the-last.example\n")
        let names = (0..<20_000).map { "\"n\($0).example\"" } + ["\"the-last.example\""]
        let list = names.joined(separator: ",")
        let record = #"{"tls":{"server":{"x509":{"alternative_names":[\#(list)]}}}}"#
        #expect(try Self.look([file], record).map(\.kind) == [.name])
    }

    @Test(arguments: lines)
    func whatIsListedIsFound(_ line: String, _ kind: String, _ field: String) throws {
        let scratch = Scratch()
        let file = try scratch.write("ours.txt", "# a remark\n\n\(line) # seen in a case, twice\n")
        let marks = try Self.look([file])
        let mark = try #require(marks.first, "\(line)")
        #expect(marks.count == 1, "\(marks)")
        #expect(mark.kind.rawValue == kind && mark.field == field, "\(mark)")
        #expect(mark.feed == "ours" && mark.description == "seen in a case, twice")
    }

    @Test(arguments: [
        "203.0.113.8", "203.0.113.7:443", "203.0.114.0/24", "example", "deep.example", "*.gate.example",
        "b.wild.example", "serial:a1b200", "key:\(sha256)", "sha256:\(spki)",
    ])
    func whatIsNotListedIsNot(_ line: String) throws {
        let scratch = Scratch()
        // A name of one label is none in a list; every other line can be read.
        let text = line == "example" ? "x.example\n" : "\(line)\n"
        #expect(try Self.look([scratch.write("ours.txt", text)]).isEmpty)
    }

    @Test func addressesOfBothFamilies() throws {
        let scratch = Scratch()
        let record = #"{"@timestamp":"2026-11-18T10:00:00Z","server":{"ip":"2001:db8::7","port":443}}"#
        for line in [
            "2001:db8::7", "[2001:db8::7]:443", "2001:db8::/32", "::/0", "2001:db8::7/128",
            "2001:db8::-2001:db8::f",
        ] {
            #expect(try Self.look([scratch.write("six.txt", line)], record).count == 1, "\(line)")
        }
        for line in ["2001:db8::8", "0.0.0.0/0", "2001:db9::/32"] {
            #expect(try Self.look([scratch.write("six.txt", line)], record).isEmpty, "\(line)")
        }
        let mapped = #"{"@timestamp":"2026-11-18T10:00:00Z","server":{"ip":"::ffff:203.0.113.7","port":443}}"#
        #expect(try Self.look([scratch.write("four.txt", "203.0.113.0/24")], mapped).count == 1)
    }

    @Test func theSSLBlacklistTellsDateAndReason() throws {
        let scratch = Scratch()
        let text = """
            ################################################################\r
            # abuse.ch SSLBL SSL Certificate Blacklist (SHA1 Fingerprints) #\r
            # Last updated: 2026-10-27 11:14:53 UTC                        #\r
            ################################################################\r
            #\r
            # Listingdate,SHA1,Listingreason\r
            2026-10-02 12:10:08,\(Self.sha1.lowercased()),Dridex C&C\r
            2026-10-01 06:36:07,0123456789abcdef0123456789abcdef01234567,Malware, in two words C&C\r
            # END (2) entries\r

            """
        let mark = try #require(try Self.look([scratch.write("sslblacklist.csv", text)]).first)
        #expect(mark.feed == "SSLBL" && mark.description == "Dridex C&C" && mark.software?.name == "Dridex")
        #expect(mark.date == RFC3339.milliseconds("2026-10-02") && !mark.isAged && mark.tlp == nil)
        let addresses = "# Firstseen,DstIP,DstPort\n2026-10-02 12:10:08,203.0.113.7,8443\n"
        let endpoint = try #require(try Self.look([scratch.write("sslipblacklist.csv", addresses)]).first)
        #expect(endpoint.kind == .endpoint && endpoint.feed == "SSLBL")
        let old = "2014-05-04 08:01:09,\(Self.sha1.lowercased()),KINS C&C\n"
        #expect(try Self.look([scratch.write("old.csv", old)]).first?.isAged == true)
    }

    @Test func settingsHoldFromTheirLineOn() throws {
        let scratch = Scratch()
        let text = """
            #! feed: Our cases
            #! date: 2026-11-02
            #! tlp: TLP:AMBER
            #! confirmed: yes
            #! case: T-4711
            #! software: Sliver
            203.0.113.7 # first
            #! confirmed: no
            #! until: 2026-11-10
            #! kind: serial
            A1B2
            #! kind: any
            gate.example
            """
        let marks = try Self.look([scratch.write("x.txt", text)])
        #expect(marks.map(\.kind) == [.serial, .address, .name])
        let address = try #require(marks.first { $0.kind == .address })
        #expect(address.feed == "Our cases" && address.tlp == "amber" && address.isConfirmed)
        #expect(address.reference == "T-4711" && address.software?.name == "Sliver")
        #expect(address.date == RFC3339.milliseconds("2026-11-02") && !address.isAged)
        let name = try #require(marks.first { $0.kind == .name })
        #expect(!name.isConfirmed && name.until == RFC3339.milliseconds("2026-11-10") && name.isAged)
    }

    @Test func whatCannotBeReadIsSaidWithItsLineEachTime() throws {
        let scratch = Scratch()
        let file = try scratch.write(
            "mixed.txt",
            "203.0.113.7\nwhat is this\n#! tlp: blue\n#! nonsense: 1\n2026-01-01,a,b\na,b\nsha1:00\n#! date: today\n"
        )
        let cache = CacheFolder(scratch.file("cache"))
        for isSecond in [false, true] {
            let lists = try IndicatorLists([file], cache: cache)
            #expect(lists.isFromCache == isSecond)
            #expect(lists.index.count == 1 && lists.index.faultCount == 7)
            let lines = lists.index.faults.map { $0.dropFirst(file.count + 1).prefix { $0 != ":" } }
            #expect(lines == ["2", "3", "4", "5", "6", "7", "8"], "\(lists.index.faults)")
        }
        let empty = try IndicatorLists([scratch.write("empty.txt", "# nothing\n")], cache: nil)
        #expect(empty.index.faults.first?.contains("there is no indicator in it") == true)
        #expect(throws: FileError.self) { try IndicatorLists([scratch.file("missing")], cache: nil) }
    }

    @Test func theCacheIsOfWhatTheListsHold() throws {
        let scratch = Scratch()
        let cache = CacheFolder(scratch.file("cache"))
        let file = try scratch.write("ours.txt", "203.0.113.7\n")
        #expect(try !IndicatorLists([file], cache: cache).isFromCache)
        #expect(try IndicatorLists([file], cache: cache).isFromCache)
        try scratch.write("ours.txt", "203.0.113.8\n")
        let changed = try IndicatorLists([file], cache: cache)
        #expect(!changed.isFromCache)
        #expect(try Self.look(changed.index, Self.record).isEmpty)
        // Whatever somebody did to the index: it is made anew, and nothing is left over but what is kept.
        let folder = scratch.file("cache")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let path = folder + "/" + name
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            for length in [0, 100, 512, bytes.count - 1] {
                try bytes.prefix(length).write(to: URL(fileURLWithPath: path))
                let descriptor = open(path, O_RDONLY)
                #expect(IndicatorIndex(descriptor) == nil, "\(length)")
                close(descriptor)
            }
            try (bytes + [0]).write(to: URL(fileURLWithPath: path))
        }
        #expect(try !IndicatorLists([file], cache: cache).isFromCache)
        #expect(try IndicatorLists([file], cache: cache).isFromCache)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).allSatisfy { $0.count == 37 })
    }

    @Test func manyEntriesAreAllFoundAndNoOthers() throws {
        let scratch = Scratch()
        var text = ""
        for number in 0..<30_000 {
            let digest = BodyDigest.sha256(Array("entry \(number)".utf8).span)
            text += (number.isMultiple(of: 2) ? "sha256:" : "key:") + Array(digest).hex + "\n"
        }
        // Many of one value and one bucket.
        for number in 0..<3000 { text += "198.51.100.1 # \(number)\n" }
        let lists = try IndicatorLists([scratch.write("many.txt", text)], cache: nil)
        #expect(lists.index.count == 33_000 && lists.index.faultCount == 0)
        for number in stride(from: 0, to: 30_050, by: 7) {
            let digest = Array(BodyDigest.sha256(Array("entry \(number)".utf8).span)).hex
            let record =
                #"{"tls":{"server":{"hash":{"sha256":"\#(digest)"}}},"hallmark":{"certificate":{"spki_sha256":"\#(digest)"}}}"#
            let kinds = try Self.look(lists.index, record).map(\.kind)
            #expect(
                kinds == (number >= 30_000 ? [] : number.isMultiple(of: 2) ? [.certificate] : [.key]),
                "\(number)"
            )
        }
        let record = #"{"server":{"ip":"198.51.100.1"}}"#
        #expect(try Self.look(lists.index, record).count == 8)
    }
}
