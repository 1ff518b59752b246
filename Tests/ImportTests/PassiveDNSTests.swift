import Foundation
import Import
import Observations
import TestSupport
import Testing
import Wire

/// Files of passive DNS, each against what its maker was asked to write.
@Suite struct PassiveDNSTests {
    private struct Read {
        var sightings: [NameSighting] = []
        var faults: [String] = []
        var counts = PassiveDNSFile.Counts()

        /// `name target count`, in the file's order, each once.
        var led: [String] {
            var texts: [String] = []
            for sighting in sightings {
                let target =
                    switch sighting.target {
                    case .address(let address): address.description
                    case .name(let name): name
                    }
                let text = "\(sighting.name) \(target)"
                if !texts.contains(text) { texts.append(text) }
            }
            return texts
        }
    }

    private func read(_ text: String, _ path: String = "file") throws -> Read {
        try read(ImportInput(Array(text.utf8), path: path))
    }

    private func read(_ input: ImportInput) throws -> Read {
        var read = Read()
        let file = PassiveDNSFile(input.path, opened: input)
        read.counts = try file.read {
            read.sightings.append($0)
        } unread: {
            read.faults.append($0.description)
        }
        return read
    }

    private func read(written name: String) throws -> Read {
        try read(ImportInput("\(projectFolder)/Tests/PassiveDNS/\(name)"))
    }

    /// Clocks and zones of time differ by a day at most: what was seen later was not seen.
    @Test func timesBeyondTomorrowAreNotTaken() throws {
        let hour = Int(Date.now.timeIntervalSince1970) + 3600
        func lines(_ seconds: Int) -> [String] {
            let day = Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
            return [
                #"{"rrname":"a.test","rrtype":"A","rdata":"192.0.2.1","time_first":1277353744,"time_last":\#(seconds)}"#,
                #"{"_path":"dns","ts":\#(seconds).5,"query":"a.test","qtype_name":"A","answers":["192.0.2.1"]}"#,
                """
                type: MESSAGE
                message:
                  response_time: !!timestamp \(day)
                  response_message_data:
                    ANSWER_SECTION:
                      - a.test. 300 IN A 192.0.2.1
                """,
            ]
        }
        for text in lines(hour) {
            let near = try read(text + "\n")
            #expect(near.led == ["a.test 192.0.2.1"] && near.faults.isEmpty, "\(text): \(near)")
        }
        for text in [lines(99_999_999_999)[0]] + lines(hour + 2 * 86_400) {
            let far = try read(text + "\n")
            #expect(far.led.isEmpty && far.counts.unread == 1, "\(text): \(far)")
            #expect(far.faults.first?.contains("a time beyond tomorrow") == true, "\(far)")
        }
    }

    // MARK: Common Output Format

    /// After the examples of draft-dulaunoy-dnsop-passive-dns-cof, section 2.
    @Test func linesOfTheCommonOutputFormat() throws {
        let read = try read(
            """
            {"count":97167,"time_first":1277353744,"rrtype":"A","rrname":"WWW.Example.org.","rdata":"198.51.100.1","time_last":1386405372}
            {"count":241,"time_first":1374481440,"rrtype":"AAAA","rrname":"www.example.org","rdata":["2001:db8::1","2001:db8::2"],"time_last":1374485640}
            {"rrtype":"CNAME","rrname":"alias.example.org","rdata":"www.example.org.","zone_time_first":1374481440,"zone_time_last":1374485640}
            {"count":2,"time_first":1374481440,"rrtype":"MX","rrname":"example.org","rdata":["10 mail.example.org"],"time_last":1374485640}
            {"count":2,"time_first":"2013-07-22T08:24:00Z","rrtype":1,"rrname":"*.wild.example.org","rdata":"::ffff:192.0.2.1","time_last":"2013-07-22T09:34:00Z"}

            """
        )
        #expect(read.faults == [])
        #expect(
            read.led == [
                "www.example.org 198.51.100.1", "www.example.org 2001:db8::1", "www.example.org 2001:db8::2",
                "alias.example.org www.example.org", "*.wild.example.org 192.0.2.1",
            ]
        )
        #expect(read.counts == PassiveDNSFile.Counts(lines: 5, sightings: 5, passed: 1, unread: 0))
        #expect(read.sightings[0].first == 1_277_353_744_000)
        #expect(read.sightings[0].last == 1_386_405_372_000)
        #expect(read.sightings[0].count == 97_167)
        #expect(read.sightings[3].first == 1_374_481_440_000)
        #expect(read.sightings[4].first == 1_374_481_440_000)
    }

    @Test func farsightsWrappedLines() throws {
        let read = try read(
            """
            {"cond":"begin"}
            {"obj":{"count":5,"time_first":1374481440,"time_last":1374485640,"rrname":"a.example.","rrtype":"A","rdata":["192.0.2.1"]}}
            {"cond":"limited","msg":"Result limit reached"}

            """
        )
        #expect(read.led == ["a.example 192.0.2.1"])
        #expect(read.faults == ["file:3: the server says that its answer is not whole"])
    }

    /// What can't be read is named with its line, and takes nothing with it.
    @Test func brokenLinesAreNamed() throws {
        let good =
            #"{"rrname":"a.example","rrtype":"A","rdata":"192.0.2.1","time_first":1374481440,"time_last":1374485640}"#
        let broken: [(String, String)] = [
            ("{", "no JSON object"),
            ("[]", "no JSON object"),
            (good.replacing("rrname", with: "name"), "no name (rrname)"),
            (good.replacing("rrtype", with: "type"), "no type (rrtype)"),
            (good.replacing(#""192.0.2.1""#, with: "7"), "no data (rdata)"),
            (good.replacing("time_first", with: "first"), "no times that can be read"),
            (good.replacing("1374481440", with: "9e300"), "no times that can be read"),
            (good.replacing("1374481440", with: "1374485641"), "its last time lies before its first"),
            (good.replacing("192.0.2.1", with: "192.0.2.256"), "an address record without an address"),
            (
                good.replacing(
                    #""192.0.2.1""#,
                    with: "[" + Array(repeating: #""192.0.2.1""#, count: 4097).joined(separator: ",") + "]"
                ),
                "more than 4,096 values in one record; the others are not read"
            ),
        ]
        let text = ([good] + broken.map(\.0) + [good]).joined(separator: "\n")
        let read = try read(text)
        // Each reason once, where it came first.
        var expected: [String] = []
        for (place, line) in broken.enumerated() where !expected.contains(where: { $0.contains(line.1) }) {
            expected.append("file:\(place + 2): \(line.1)")
        }
        #expect(read.faults.map { String($0.split(separator: ", the first of")[0]) } == expected)
        #expect(read.counts.unread == broken.count)
        #expect(read.led == ["a.example 192.0.2.1"])
        #expect(read.sightings.count == 2 + 4096)
    }

    @Test func anotherKindOfFileIsRefused() throws {
        let read = try read("{\"a\":1}\n")
        #expect(read.faults.count == 1)
        #expect(read.faults[0].hasPrefix("file: is no passive DNS that is known; tried "), "\(read.faults)")
        #expect(read.counts.unread == 1)
    }

    // MARK: Zeek

    private static let zeekFields = [
        "ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "query", "qtype_name",
        "answers",
        "TTLs",
    ]

    private func zeek(_ rows: [[String]]) -> String {
        """
        #separator \\x09
        #set_separator\t,
        #empty_field\t(empty)
        #unset_field\t-
        #path\tdns
        #fields\t\(Self.zeekFields.joined(separator: "\t"))

        """
            + rows.map { row in
                (["\(row[0])", "C1", "192.0.2.7", "50000", "192.0.2.53", "53", "udp"] + row.dropFirst())
                    .joined(separator: "\t") + "\n"
            }.joined()
    }

    @Test func zeeksLogInBothForms() throws {
        let tsv = try read(
            zeek([
                [
                    "1764235335.747612", "www.example.test", "A", "shop.example.test,192.0.2.10,192.0.2.11",
                    "60.0,60.0,60.0",
                ],
                ["1764235336.000000", "www.example.test", "AAAA", "2001:db8::10", "60.0"],
                ["1764235336.000000", "example.test", "MX", "mail.example.test", "60.0"],
                ["1764235336.000000", "text.example.test", "TXT", "TXT 13 v=spf1\\x2c a", "60.0"],
                ["1764235336.000000", "gone.example.test", "A", "-", "-"],
                ["short"],
            ])
        )
        #expect(tsv.faults == ["file:12: fewer fields than the head names"])
        let led = [
            "www.example.test shop.example.test", "www.example.test 192.0.2.10",
            "www.example.test 192.0.2.11",
            "www.example.test 2001:db8::10",
        ]
        #expect(tsv.led == led)
        #expect(tsv.sightings[0].first == 1_764_235_335_747)
        let json = try read(
            """
            {"ts":1764235335.747612,"uid":"C1","id.orig_h":"192.0.2.7","id.resp_h":"192.0.2.53","query":"www.example.test","qtype_name":"A","rcode_name":"NOERROR","answers":["shop.example.test","192.0.2.10","192.0.2.11"],"TTLs":[60.0,60.0,60.0]}
            {"_path":"dns","ts":"2026-11-27T09:22:16.000000Z","query":"www.example.test","qtype_name":"AAAA","answers":["2001:db8::10"]}
            {"_path":"conn","ts":1764235336.0,"uid":"C2","id.resp_h":"192.0.2.10"}
            {"ts":1764235336.0,"query":"nothing.example.test","qtype_name":"A","rcode_name":"NXDOMAIN"}

            """
        )
        #expect(json.faults == [])
        #expect(json.led == led)
        #expect(json.counts == PassiveDNSFile.Counts(lines: 4, sightings: 4, passed: 2, unread: 0))
    }

    // MARK: dnstap

    private static let written = [
        "ns.example.test 192.0.2.53", "www.example.test 192.0.2.10", "www.example.test 192.0.2.11",
        "www.example.test 2001:db8::10", "deep.example.test shop.example.test",
        "shop.example.test www.example.test", "under_score.example.test 192.0.2.99",
    ]

    /// All programs tell the same of one log: what a zone's records led to, and neither the addresses beside
    /// an answer nor what texts say.
    @Test(arguments: [
        "dnstap-read.yaml", "dnstap-read.txt", "dnstap.yaml", "dnstap.json", "dnstap-ldns.yaml",
    ])
    func textsOfDNSTap(name: String) throws {
        let read = try read(written: name)
        #expect(read.faults == [])
        #expect(read.led.sorted() == Self.written.sorted())
        // Four answers had an address of www, each of them once, and whoever waited for the server asked for
        // ns.
        #expect(read.sightings.count { $0.name == "www.example.test" } == 5)
        let time = try #require(read.sightings.first?.first)
        #expect(time / 60_000 == 1_795_772_264_000 / 60_000)
    }

    @Test(arguments: ["dnstap-read-quiet.txt", "dnstap-quiet.txt", "dnstap-ldns-quiet.txt"])
    func quietTextHasNoAnswers(name: String) throws {
        let read = try read(written: name)
        #expect(read.led == [])
        #expect(read.faults.count == 1)
        #expect(read.faults[0].contains("tells what was asked and not what was answered"), "\(read.faults)")
    }

    @Test func brokenTextOfDNSTapIsNamed() throws {
        let head =
            "type: MESSAGE\nmessage:\n  response_time: !!timestamp 2026-11-27 09:22:15.8\n  response_message: |\n"
        let answers = [
            "a.example. 300 IN A 192.0.2.1", "a.example. 300 IN A 192.0.2.300", "a.example. 300 IN",
            "a.example. IN A 192.0.2.1 x", "a.example. 300 CH A 192.0.2.9",
        ]
        let text = head + "    ;; ANSWER SECTION:\n" + answers.map { "    \($0)\n" }.joined()
        let read = try read(text)
        #expect(read.led == ["a.example 192.0.2.1"])
        #expect(
            read.faults == [
                "file:7: an address record without an address",
                "file:8: no resource record where one has to stand, the first of 2",
            ]
        )
        // Without a time nothing is known of when.
        let untimed = try self.read(text.replacing("2026-11-27 09:22:15.8", with: "soon"))
        #expect(untimed.led == [])
        #expect(untimed.faults.contains("file:6: an answer before any time"), "\(untimed.faults)")
    }

    /// A list as long as a disk, in bytes that a few hundred kilobytes make: a file gives no more than its
    /// lines hold.
    @Test func aLongNameIsNone() throws {
        let name = String(repeating: "a.", count: 10_000) + "example"
        let read = try read(
            #"{"rrname":"\#(name)","rrtype":"A","rdata":"192.0.2.1","time_first":1374481440,"time_last":1374485640}"#
        )
        #expect(read.counts == PassiveDNSFile.Counts(lines: 1, sightings: 0, passed: 1, unread: 0))
    }
}
