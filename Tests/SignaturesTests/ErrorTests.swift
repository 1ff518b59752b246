import Bytes
import Foundation
import TestSupport
import Testing

@testable import Signatures
import YAML

/// What is refused is refused by name, where it stands.
@Suite struct ErrorTests {
    private static let head = "title: T\nlogsource: {product: hallmark}\n"

    @Test(arguments: [
        ("s:\n    - word\n  condition: s", "5:7: keyword searches are not supported: name a field"),
        ("s: word\n  condition: s", "4:6: keyword searches are not supported: name a field"),
        ("s: {'|contains': a}\n  condition: s", "4:7: keyword searches are not supported: name a field"),
        ("s: {jarm: a}\n  condition: s", "4:7: unknown field jarm; is it tls.server.jarm?"),
        (
            "s: {tls.server.x509.subject.commonname: a}\n  condition: s",
            "4:7: unknown field tls.server.x509.subject.commonname; is it tls.server.x509.subject.common_name?"
        ),
        (
            "s: {http.response.header.Server: a}\n  condition: s",
            "4:7: unknown field http.response.header.Server; is it http.response.header.server?"
        ),
        ("s: {nothing.such: a}\n  condition: s", "4:7: unknown field nothing.such"),
        ("s: {hallmark.leads.label: low}\n  condition: s", "4:7: unknown field hallmark.leads.label"),
        ("s: {tls.server.jarm|windash: a}\n  condition: s", "4:7: the modifier windash is not supported"),
        ("s: {tls.server.jarm|expand: a}\n  condition: s", "4:7: the modifier expand is not supported"),
        ("s: {tls.server.jarm|like: a}\n  condition: s", "4:7: unknown modifier like"),
        (
            "s: {tls.server.jarm|contians: a}\n  condition: s",
            "4:7: unknown modifier contians; is it contains?"
        ),
        (
            "s: {tls.server.jarm|start_with: a}\n  condition: s",
            "4:7: unknown modifier start_with; is it startswith?"
        ),
        ("s: {tls.server.jarm|i: a}\n  condition: s", "4:7: the modifier i stands after re"),
        ("s: {tls.server.jarm|re|contains: a}\n  condition: s", "4:7: contains does not go with re"),
        ("s: {tls.server.jarm|contains|base64: a}\n  condition: s", "4:7: base64 stands before contains"),
        (
            "s: {tls.server.jarm|contains|endswith: a}\n  condition: s",
            "4:7: contains, startswith and endswith exclude each other"
        ),
        ("s: {tls.server.jarm: [a, [b]]}\n  condition: s", "4:28: expected a value or a list of values"),
        ("s: {tls.server.jarm: []}\n  condition: s", "4:24: an empty list of values"),
        ("s: {}\n  condition: s", "4:6: an empty search"),
        (
            "s: {tls.server.jarm|gt: 5}\n  condition: s",
            "4:27: tls.server.jarm is neither a number nor a date"
        ),
        ("s: {server.port: x}\n  condition: s", "4:20: server.port holds integers"),
        ("s: {server.port|gt: x}\n  condition: s", "4:23: expected an integer"),
        ("s: {tls.established: 1}\n  condition: s", "4:24: tls.established is true or false"),
        ("s: {server.ip|cidr: 10.0.0.1/8}\n  condition: s", "4:23: no network: 10.0.0.1/8"),
        ("s: {tls.server.jarm|fieldref: x}\n  condition: s", "4:33: unknown field x"),
        ("s: {tls.server.jarm|base64: a*}\n  condition: s", "4:31: no wildcards in a value that is encoded"),
        ("s: {tls.server.jarm|exists: 1}\n  condition: s", "4:31: expected true or false"),
        ("s: {hallmark.probes: a}\n  condition: s", "4:24: hallmark.probes can only be tested with exists"),
        (
            "s: {http.response.header: a}\n  condition: s",
            "4:7: http.response.header has no value of its own: name one of its members"
        ),
        ("s: {tls.server.not_after: x}\n  condition: s", "4:29: expected a time (RFC 3339) or a date"),
        (
            "s: {tls.server.jarm|re: '(?=a)b'}\n  condition: s",
            "4:27: regular expression not supported: Zero-width assertions are not supported."
        ),
        (
            "s: {tls.server.jarm|re: '(a)\\1'}\n  condition: s",
            "4:27: regular expression not supported: Back-references are unsupported."
        ),
        (
            "s: {tls.server.jarm|re: '\(String(repeating: "(", count: 13))a\(String(repeating: ")*", count: 13))'}\n  condition: s",
            "4:27: regular expression not supported: groups nested more than 12 deep"
        ),
        (
            "s: {tls.server.jarm|re: '[a-z]{2,1001}'}\n  condition: s",
            "4:27: regular expression not supported: repeats more than 1000 times"
        ),
        (
            "s: {tls.server.jarm: '\(String(repeating: "a*", count: 33))'}\n  condition: s",
            "4:24: a value has at most 32 wildcards"
        ),
        ("s: {tls.server.jarm: a}\n  condition: s and", "5:14: condition: ends too early"),
        ("s: {tls.server.jarm: a}\n  condition: t", "5:14: condition: no search is named t"),
        ("s: {tls.server.jarm: a}\n  condition: (s", "5:14: condition: a closing parenthesis is missing"),
        ("s: {tls.server.jarm: a}\n  condition: s s", "5:14: condition: s is not expected here"),
        ("s: {tls.server.jarm: a}\n  condition: 2 of them", "5:14: condition: 2 of is not supported"),
        ("s: {tls.server.jarm: a}\n  condition: 1 of t*", "5:14: condition: no search is named t*"),
        ("s: {tls.server.jarm: a}\n  condition: s AND s", "5:14: condition: AND is not expected here"),
        (
            "s: {tls.server.jarm: a}\n  condition: s | count() > 5",
            "5:14: condition: aggregations (|) are not supported: write a correlation rule"
        ),
        ("s: {tls.server.jarm: a}\n  condition: [s, s]", "5:14: a list of conditions is not supported"),
        ("s: {tls.server.jarm: a}\n  timeframe: 5m\n  condition: s", "5:3: timeframe is not supported"),
        ("s: {tls.server.jarm: a}", "4:3: condition is missing"),
        (
            "s: {server.port: 1}\n  condition: s",
            "1:1: the rule tests no field of a certificate, a TLS stack or an HTTP answer"
        ),
    ])
    func detection(_ detection: String, _ message: String) {
        expect(Self.head + "detection:\n  " + detection, message)
    }

    private static let good = "detection: {s: {tls.server.jarm: a}, condition: s}\n"

    @Test(arguments: [
        ("title: T\n" + good, "1:1: logsource is missing"),
        ("logsource: {product: hallmark}\n" + good, "1:1: title is missing"),
        (
            "title: T\nlogsource: {product: windows}\n" + good,
            "2:12: not our log source: product hallmark, category tls_observation"
        ),
        (head + good + "lvel: high\n", "4:1: unknown key lvel; is it level?"),
        (head + good + "hallmrak: {}\n", "4:1: unknown key hallmrak; is it hallmark?"),
        ("title: T\nlogsorce: {product: hallmark}\n" + good, "2:1: unknown key logsorce; is it logsource?"),
        (
            head + "detections: {s: {tls.server.jarm: a}, condition: s}\n",
            "3:1: unknown key detections; is it detection?"
        ),
        (
            head + good + "hallmark: {software: A, specifity: weak}\n",
            "4:25: unknown key specifity; is it specificity?"
        ),
        (head + good + "level: hihg\n", "4:8: no level: hihg; is it high?"),
        (head + good + "id: 5\n", "4:5: the id is no UUID"),
        (head + good + "level: urgent\n", "4:8: no level: urgent"),
        (head + good + "status: new\n", "4:9: no status: new"),
        (head + good + "tags: [attack]\n", "4:8: a tag is namespace.name"),
        (head + good + "title: U\n", "1:1: the key title stands twice"),
        (head + good + "hallmark: {software: {name: A}}\n", "4:11: specificity is missing"),
        (
            head + good + "hallmark: {software: {name: A}, specificity: sure}\n",
            "4:46: specificity is unique, strong or weak"
        ),
        (
            head + good + "hallmark: {software: A, benign: {name: B}}\n",
            "4:33: a rule has either software or benign"
        ),
        (
            head + good + "hallmark: {requests: [{path: x}]}\n",
            "4:30: a path begins with / and is printable ASCII"
        ),
        (
            head + good + "hallmark: {requests: [{path: /, method: PUT}]}\n",
            "4:23: no method that is sent: PUT"
        ),
        (head + good + "hallmark: {expires: soon}\n", "4:21: expected a date"),
        (
            head + good + "hallmark: {examples: {match: [{jarm: a}]}}\n",
            "4:32: unknown field jarm; is it tls.server.jarm?"
        ),
        ("action: global\n", "1:1: collections of Sigma 1 (action) are not supported"),
        ("- a\n", "1:1: expected a map"),
        ("a: [\n", "2:1: did not find expected node content"),
        (
            "title: T\ncorrelation: {type: value_sum, rules: [a], group-by: [b], timespan: 1d}\n",
            "2:21: the correlation type value_sum is not supported"
        ),
        (
            "title: T\ncorrelation: {type: event_count, rules: [a], group-by: [b], timespan: 1d}\n",
            "2:56: unknown field b"
        ),
        (
            "title: T\ncorrelation: {type: temporal, rules: [a], group-by: [server.ip], timespan: 1}\n",
            "2:76: a time span is a number and s, m, h, d, w, M or y"
        ),
        (
            "title: T\nlogsource: {product: hallmark}\nfilter: {rules: [], s: {tls.server.jarm: a}, condition: s}\n",
            "3:17: an empty list; any means all rules"
        ),
    ])
    func document(_ text: String, _ message: String) {
        expect(text, message)
    }

    private func expect(_ text: String, _ message: String) {
        do throws(YAMLError) {
            _ = try RuleReader.read(text, file: "r.yml")
            Issue.record("read without an error; expected \(message)")
        } catch {
            #expect(error.description == "r.yml:" + message)
        }
    }

    @Test func bombsAreRefused() {
        let bomb =
            "a: &a [x, x]\n"
            + (0..<40).map {
                "b\($0): &b\($0) [*\($0 == 0 ? "a" : "b\($0 - 1)"), *\($0 == 0 ? "a" : "b\($0 - 1)")]\n"
            }.joined()
        let texts = [
            bomb, String(repeating: "[", count: 100_000), String(repeating: "- ", count: 100_000),
            String(repeating: "{a: ", count: 5_000),
            (0..<600).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
        ]
        for text in texts {
            #expect(throws: YAMLError.self) { try YAMLReader.parse(text, file: "bomb") }
        }
    }

    @Test func aliasesAreReadWithinBounds() throws {
        let node = try YAMLReader.parse("a: &x [1, 2]\nb: *x\n", file: "f").first
        #expect(node?["b"]?.elements?.count == 2)
    }

    @Test func aliasBombsAsKeysAreRefused() throws {
        let levels = (1...20).map { level in
            "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",")
                + "]\n"
        }
        let bomb = "a0: &a0 [x,x]\n" + levels.joined()
        let texts = [
            bomb + "? *a20\n: x\n", "a: &a [x]\n*a : y\n", "? [a, b]\n: x\n", "? {a: b}\n: x\n", "{[a]: b}\n",
            "{? *b : c}\n", "&b {x: *b}\n", "a: &a {k: v}\nb: {*a : c}\n",
            String(repeating: "k", count: 1025) + ": x\n",
            "a: &a x\nb: [" + Array(repeating: "*a", count: 1001).joined(separator: ",") + "]\n",
            (0..<40).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
                + String(repeating: " ", count: 40) + "x\n",
        ]
        for text in texts {
            #expect(throws: YAMLError.self, "\(text.prefix(80))") { try YAMLReader.parse(text, file: "bomb") }
        }
    }

    /// What an alias stands for counts each time, so that nesting can't hide behind it.
    @Test func aliasesCountAsWhatTheyStandFor() throws {
        let wide = "a: &a [" + Array(repeating: "x", count: 1000).joined(separator: ",") + "]\n"
        let few = wide + (0..<100).map { "b\($0): *a\n" }.joined()
        #expect(try YAMLReader.parse(few, file: "f").first?["b99"]?.elements?.count == 1000)
        let many = wide + (0..<200).map { "b\($0): *a\n" }.joined()
        #expect(throws: YAMLError.self) { try YAMLReader.parse(many, file: "f") }
        let deep = "a: &a " + String(repeating: "[", count: 20) + String(repeating: "]", count: 20) + "\n"
        let deeper =
            deep + "b: " + String(repeating: "[", count: 20) + "*a" + String(repeating: "]", count: 20)
        #expect(throws: YAMLError.self) { try YAMLReader.parse(deeper, file: "f") }
    }

    @Test func byteOrderMarksAreRead() throws {
        let text = "a: é\n"
        #expect(try YAMLReader.parse("\u{feff}" + text, file: "f").first?["a"]?.text == "é")
        for encoding in [String.Encoding.utf16LittleEndian, .utf16BigEndian] {
            let bytes = try #require(("\u{feff}" + text).data(using: encoding))
            #expect(try YAMLReader.parse([UInt8](bytes), file: "f").first?["a"]?.text == "é")
        }
    }

    /// Tags and quotes decide whether a scalar may be a number; several documents keep their lines.
    @Test func scalarsKeepTheirKind() throws {
        let nodes = try YAMLReader.parse("a: 1\nb: '1'\nc: !!str 1\nd:\n--- \n- ~\n...\n---\nx\n", file: "f")
        #expect(nodes.count == 3)
        #expect(try nodes[0]["a"]?.integer() == 1)
        for key in ["b", "c"] { #expect(throws: YAMLError.self) { try nodes[0][key]?.integer() } }
        #expect(nodes[0]["d"]?.isNull == true)
        #expect(nodes[1].elements?.first?.isNull == true)
        #expect(nodes[2].text == "x" && nodes[2].line == 9)
    }
}
