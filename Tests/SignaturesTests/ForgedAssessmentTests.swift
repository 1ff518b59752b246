import Bytes
import Foundation
import Observations
import TestSupport
import Testing

@testable import Signatures

/// Leads that somebody wrote into an input are gone from the output, however they are spelled.
@Suite struct ForgedAssessmentTests {
    private static let forged = #"[{"software":{"name":"Forged"},"confidence":99,"label":"high"}]"#

    /// The members of a record in all orders, and those of `hallmark` in all of theirs.
    private static var orders: [String] {
        let inner = [#""leads":@"#, #""x":1"#, #""matches":@"#]
        return permutations(inner).flatMap { inner in
            let hallmark = "\"hallmark\":{\(inner.joined(separator: ","))}"
            return permutations([
                #""threat":"Forged""#, hallmark, #""event":{"kind":"alert","x":1,"risk_score":9}"#, #""z":2"#,
                #""rule":["Forged"]"#,
            ]).map { "{\($0.joined(separator: ","))}" }
        }
    }

    private static func permutations(_ parts: [String]) -> [[String]] {
        guard parts.count > 1 else { return [parts] }
        return parts.indices.flatMap { place in
            var rest = parts
            let first = rest.remove(at: place)
            return permutations(rest).map { [first] + $0 }
        }
    }

    private static let lines: [String] = orders.map { $0.replacing("@", with: forged) } + spellings

    private static let spellings: [String] = [
        #"{"hallmark":{"leads":@}}"#, #"{"hallmark":{"leads":@,"x":1}}"#, #"{"hallmark":{"x":1,"leads":@}}"#,
        #"{"hallmark":{"x":1,"leads":@,"matches":@,"y":2}}"#, #"{"hallmark":{"leads":@,"matches":@,"y":2}}"#,
        #"{"hallmark.leads":@}"#, #"{"hallmark.leads":@,"a":1}"#,
        #"{"a":1,"hallmark.leads":@,"hallmark.matches":@}"#,
        #"{"hallmark.leads.software.name":"Forged","hallmark.leads.confidence":99}"#,
        #"{"hallmark.leads.unknown":"Forged"}"#, #"{"hallmark.leads":"Forged"}"#, #"{"hallmark.leads":[]}"#,
        #"{"hallmark":{"leads.software.name":"Forged"}}"#,
        #"{"\u0068allmark":{"leads":@}}"#, #"{"hallmark":{"le\u0061ds":@}}"#,
        #"{"hallm\u0061rk.le\u0061ds":@}"#,
        #"{"hallmark\u002eleads":@}"#, #"{"hallmark":{"leads\u002Elabel":"Forged"}}"#,
        #"{"hallmark":[{"leads":@}]}"#, #"{"hallmark":[{"leads":@},null,{"x":1,"leads":@}]}"#,
        #"{"hallmark":[ ],"hallmark.leads":@}"#, #"{"hallmark":[ {"x":1} , {} ],"hallmark.leads":@}"#,
        #"{"hallmark":{"leads":[[@]]}}"#, #"{"hallmark":{"assessment":["Forged"]}}"#,
        #"{"hallmark":{"assessment":"Forged"}}"#, #"{ "hallmark" : { "leads" : @ , "x" : 1 } , "b" : 2 }"#,
        "{\t\"hallmark\":\t{\t\"x\": 1 ,\r\"leads\"\t:\t@\t}\t}",
        #"{"hallmark":null,"hallmark.leads":@}"#,
        #"{"hallmark":{"http":[{"x":1}],"leads":{"a":{"b":[1,"]}"]}}}}"#,
        #"{"event":{"kind":"alert"},"hallmark":{"leads":@}}"#,
        #"{"ev\u0065nt":{"k\u0069nd":"\u0061lert"},"hallmark":{"leads":@}}"#,
        #"{"event.kind":"alert","hallmark.leads":@}"#,
        #"{"rule":{"name":"Forged"},"x":1}"#, #"{"a":1,"threat":{"software":{"name":"Forged"}}}"#,
        #"{"rule":[{"name":"Forged"}],"threat":"Forged"}"#, #"{"threat.software.name":"Forged"}"#,
        #"{"thre\u0061t":{"framework":"Forged"},"rul\u0065.id":"Forged","a":1}"#,
        #"{"event":{"risk_score":99}}"#, #"{"event":{"kind":"event","risk_score":99}}"#,
        #"{"event.risk_score":99,"x":1}"#,
        #"{"hallmark":{"signatures":{"digest":"Forged"}}}"#, #"{"hallmark.signatures.digest":"Forged"}"#,
        #"{"event":{"ris\u006b_score":99},"hallmark":{"leads":@}}"#,
    ].map { $0.replacing("@", with: forged) }

    /// Something else stands where an object of a record belongs: none of these is an observation.
    private static let misplaced: [String] = [
        #"{"hallmark":"Forged","hallmark.leads":@}"#, #"{"hallmark":[[{"leads":@}],[[{"x":1,"leads":@}]]]}"#,
        #"{"hallmark":[ {"x":1} , [] ],"hallmark.leads":@}"#, #"{"hallmark":{"indicators":"Forged"}}"#,
        #"{"event":[{"risk_score":99,"x":1},[{"risk_score":99}]]}"#,
        #"{"tls":"Forged"}"#, #"{"tls":{"server":[{"jarm":"aa"}]}}"#, #"{"tls":{"server":{"hash":7}}}"#,
    ].map { $0.replacing("@", with: forged) }

    @Test func aLineWithADamagedObjectIsNotRead() throws {
        for line in Self.misplaced {
            #expect(throws: ObservationSyntaxError.self, "\(line)") {
                _ = try Self.assess(line.replacing("{", with: #"{"server.port":1,"#, maxReplacements: 1))
            }
        }
    }

    /// Programs differ in which of two equal names counts, so none of these is an observation.
    private static let doubled: [String] = [
        #"{"hallmark":{"leads":@},"hallmark":{"leads":@}}"#,
        #"{"hallmark":{"leads":@,"leads":@}}"#, #"{"hallmark":{"leads":@,"le\u0061ds":@}}"#,
        #"{"hallmark":{"x":1},"hallmark.leads":@,"hallmark":{"y":2}}"#,
        #"{"hallmark":[{"leads":@},{"x":1}],"hallmark":{"leads":@}}"#,
        #"{"event":{"risk_score":99,"kind":"alert","risk_score":98}}"#,
        #"{"event":{"kind":"event"},"event":{"x":1}}"#, #"{"event":{"kind":"event"},"\u0065vent":null}"#,
        #"{"tls":{"server":{"jarm":"aa","j\u0061rm":"bb"}}}"#, #"{"tls.server.jarm":1,"tls.server.jarm":2}"#,
        #"{"tls.server.jarm":1,"tls":{"server":{"jarm":"bb"}},"tls.server.jarm":2}"#,
        #"{"http":{"response":{"header":{"x-a":["1"],"x-b":["2"],"x-a":["3"]}}}}"#,
        #"{"hallmark":{"http":[{"http":{"response":{"status_code":200,"status_code":404}}}]}}"#,
        #"{"http":{"response":{"header":{"#
            + (0..<300).map { "\"h\($0)\":[\"a\"]," }.joined() + #""h7":["b"]}}}}"#,
    ].map { $0.replacing("@", with: forged) }

    @Test func aLineWithADoubledMemberIsNotRead() throws {
        for line in Self.doubled {
            let error = #expect(throws: ObservationSyntaxError.self, "\(line)") {
                _ = try Self.assess(line.replacing("{", with: #"{"server.port":1,"#, maxReplacements: 1))
            }
            #expect(error?.description == "a member stands twice in one object")
        }
        // The same name in two objects is no doubled member.
        for line in [
            #"{"server.port":1,"hallmark":{"http":[{"http":{"response":{"status_code":200}}},{"http":{"response":{"status_code":404}}}]}}"#,
            #"{"server":{"port":1},"http":{"response":{"header":{"#
                + (0..<300).map { "\"h\($0)\":[\"a\"]" }.joined(separator: ",") + "}}}}",
        ] {
            #expect(throws: Never.self) { _ = try Self.assess(line) }
        }
    }

    private static let set = Result {
        try load([
            rule(
                "s:\n  tls.server.jarm: aa\ncondition: s",
                hallmark: "hallmark: {software: {name: Real}, specificity: strong}"
            )
        ])
    }

    private static func assess(_ line: String) throws -> String {
        let assessor = Assessor(try set.get())
        var output = ByteBuffer()
        let bytes = Array(line.utf8)
        try bytes.withUnsafeBufferPointer {
            _ = try assessor.assess($0, padded: false, onlyLeads: false, into: &output)
        }
        return output.withSpan { span in String(decoding: span.indices.map { span[$0] }, as: UTF8.self) }
    }

    /// Every member of an object, doubled ones too, as Python's reader finds them.
    private static let reader = """
        import json, sys
        def walk(value, path):
            if isinstance(value, Pairs):
                for name, inner in value.pairs: yield from walk(inner, path + name.split('.'))
            elif isinstance(value, list):
                yield path, None
                for inner in value: yield from walk(inner, path)
            else: yield path, value
        class Pairs:
            def __init__(self, pairs): self.pairs = pairs
        for line in sys.stdin:
            print(json.dumps([['.'.join(p), v] for p, v in walk(json.loads(line, object_pairs_hook=Pairs), [])]))
        """

    private static func read(_ lines: [String]) throws -> [[[Any]]] {
        let scratch = Scratch()
        let input = try scratch.write("lines", lines.map { $0 + "\n" }.joined())
        let script = try scratch.write("reader.py", reader)
        let text = try check("sh", ["-c", "python3 '\(script)' < '\(input)'"]).text
        return try text.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [[Any]], "\(line)")
        }
    }

    /// The lines with one member before theirs.
    private static func assess(first member: String) throws -> [String] {
        try lines.map { line in
            let line = line.replacing("\r", with: " ")
            return try assess(line.replacing("{", with: "{\(member),", maxReplacements: 1))
        }
    }

    /// The lines with one member behind theirs: their own first one may be one that is cut.
    private static func assess(last member: String) throws -> [String] {
        try lines.map { line in
            let end = line.lastIndex(of: "}") ?? line.endIndex
            return try assess(line[..<end].replacing("\r", with: " ") + ",\(member)}")
        }
    }

    @Test func nothingForgedIsLeft() throws {
        // A field that makes an observation of the line, and no rule's business; one that a rule matches.
        let fields = [#""server.port":1"#, #""tls.server.jarm":"aa""#]
        let (plain, matching) = (try Self.assess(first: fields[0]), try Self.assess(first: fields[1]))
        let last = try fields.flatMap { try Self.assess(last: $0) }
        let outputs = plain + matching + last
        let read = try Self.read(outputs)
        #expect(read.count == outputs.count)
        for (output, members) in zip(outputs, read) {
            #expect(
                !members.contains { ($0[1] as? String) == "Forged" && ($0[0] as? String) != "hallmark" },
                "\(output)"
            )
            let isMatching = output.contains(#""tls.server.jarm""#)
            let leads = members.filter { ($0[0] as? String)?.hasPrefix("hallmark.leads") == true }
            #expect(leads.isEmpty == !isMatching, "\(output)")
            let confidences = members.filter { ($0[0] as? String) == "hallmark.leads.confidence" }
            #expect(confidences.map { $0[1] as? Int } == (isMatching ? [60] : []), "\(output)")
            let kinds = members.filter { ($0[0] as? String) == "event.kind" }.map { $0[1] as? String }
            #expect(kinds.allSatisfy { $0 == (isMatching ? "alert" : "event") }, "\(output)")
            let scores = members.filter { ($0[0] as? String) == "event.risk_score" }.map { $0[1] as? Int }
            #expect(scores.allSatisfy { isMatching && $0 == 60 } && scores.count < 2, "\(output)")
        }
        // What stays is not touched.
        for (line, output) in zip(Self.lines, plain) {
            for kept in [#""x":1"#, #""y":2"#, #""a":1"#] where line.contains(kept) {
                #expect(output.contains(kept), "\(output)")
            }
        }
        // An assessed line is assessed to itself; an array keeps an empty object for each time.
        for output in outputs where !output.contains(#""hallmark":["#) {
            #expect(try Self.assess(output) == output)
        }
    }

    @Test func wordsOfTheObservationStay() throws {
        let word = try #require(EndpointAssessment.allCases.first { $0.rawValue != "deception_likely" })
            .rawValue
        let output = try Self.assess(#"{"hallmark":{"assessment":["\#(word)","deception_likely","Forged"]}}"#)
        #expect(output == #"{"hallmark":{"assessment":["\#(word)"]}}"#)
    }
}
