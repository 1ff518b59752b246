import Bytes
import Foundation
import Observations
import Testing
import Wire

@testable import Signatures

/// What an assessment does to a line.
@Suite struct AssessmentTests {
    private static let tool = """
        title: A title
        id: 0c4b8a0e-6f5e-4a5c-9a53-3f1d7f0a1b52
        logsource: {product: hallmark}
        detection: {s: {tls.server.jarm: aa}, condition: s}
        level: medium
        tags: [attack.command-and-control, attack.t1105, attack.t1071.001, attack.s0001]
        hallmark: {software: {name: Tool, id: S0001}, specificity: strong}
        """

    private static func assess(_ line: String) throws -> String {
        let assessor = Assessor(try load([tool]))
        var buffer = ByteBuffer()
        buffer.append("before\n")
        buffer.append(line)
        _ = try assessor.assess(&buffer, from: 7)
        return buffer.withSpan { span in
            String(decoding: span.indices.dropFirst(7).map { span[$0] }, as: UTF8.self)
        }
    }

    /// The strongest lead in the names of ECS.
    private static let summary = """
        "rule":{"id":"0c4b8a0e-6f5e-4a5c-9a53-3f1d7f0a1b52","name":"A title","ruleset":"hallmark"},\
        "threat":{"framework":"MITRE ATT&CK","software":{"id":"S0001","name":"Tool"},\
        "technique":{"id":["T1071.001","T1105"]}}
        """

    private static let matches = """
        "matches":[{"rule":{"id":"0c4b8a0e-6f5e-4a5c-9a53-3f1d7f0a1b52","name":"A title","level":"medium"},\
        "software":{"id":"S0001","name":"Tool"},"specificity":"strong",\
        "evidence":[{"kind":"tls","field":"tls.server.jarm","value":"AA"}]}]
        """

    private static let leads = """
        "leads":[{"software":{"id":"S0001","name":"Tool"},"confidence":60,"label":"medium","kinds":["tls"]}]
        """

    @Test(arguments: [
        (
            #"{"event":{"kind":"event"},"tls":{"server":{"jarm":"AA"}},"hallmark":{"proof":"presented"}}"#,
            #"{"event":{"kind":"alert","risk_score":60},$,"hallmark":{%,"proof":"presented",@},"tls":{"server":{"jarm":"AA"}}}"#
        ),
        (
            #"{"tls":{"server":{"jarm":"AA"}},"hallmark":{}}"#,
            #"{"tls":{"server":{"jarm":"AA"}},"hallmark":{%,@}}"#
        ),
        (#"{"tls":{"server":{"jarm":"AA"}}}"#, #"{"tls":{"server":{"jarm":"AA"}},"hallmark":{%,@}}"#),
        (
            #"{"hallmark":{"x":"}{\"]"},"tls":{"server":{"jarm":"AA"}}}"#,
            #"{"hallmark":{%,"x":"}{\"]",@},"tls":{"server":{"jarm":"AA"}}}"#
        ),
        // Runs of backslashes before quotes: even ones end a string, odd ones do not.
        (
            #"{"hallmark":{"a":"\\","b":"\\\"}","c":"\\\\","\"":"\"\"","d":""},"tls":{"server":{"jarm":"AA"}}}"#,
            #"{"hallmark":{%,"a":"\\","b":"\\\"}","c":"\\\\","\"":"\"\"","d":"",@},"tls":{"server":{"jarm":"AA"}}}"#
        ),
        (
            #"{"hallmark":{"matches":[1],"leads":[{"a":"]"}],"x":1,"assessment":[]},"tls":{"server":{"jarm":"AA"}}}"#,
            #"{"hallmark":{%,"x":1,@},"tls":{"server":{"jarm":"AA"}}}"#
        ),
        (
            #"{ "hallmark" : { "matches" : [1] } , "tls.server.jarm": "AA", "event.kind": "event" }"#,
            #"{ "hallmark" : {%,@ } , "tls.server.jarm": "AA", "event.kind": "alert" }"#
        ),
        (
            #"{"hallmark":{"x":1},"event":{"kind":"event"},"tls":{"server":{"jarm":"AA"}}}"#,
            #"{"hallmark":{%,"x":1,@},"event":{"kind":"alert","risk_score":60},$,"tls":{"server":{"jarm":"AA"}}}"#
        ),
        (
            #"{"event":{"kind":"state"},"tls":{"server":{"jarm":"AA"}},"hallmark":{}}"#,
            #"{"event":{"kind":"state","risk_score":60},$,"hallmark":{%,@},"tls":{"server":{"jarm":"AA"}}}"#
        ),
        (
            #"{"event":{"kind":"event"} , "rule":1, "hallmark" : {"x":1, "leads":[2] }, "tls.server.jarm":"AA"}"#,
            #"{"event":{"kind":"alert","risk_score":60},$, "hallmark" : {%,"x":1,@ }, "tls.server.jarm":"AA"}"#
        ),
        (
            #"{"event":{},"tls":{"server":{"jarm":"AA"}},"rule":1,"hallmark":{"leads":1},"threat":{},"z":1}"#,
            #"{"event":{"risk_score":60},$,"hallmark":{%,@},"tls":{"server":{"jarm":"AA"}},"z":1}"#
        ),
        (
            #"{"event":{},"tls":{"server":{"jarm":"AA"}},"z":1}"#,
            #"{"event":{"risk_score":60},$,"hallmark":{%,@},"tls":{"server":{"jarm":"AA"}},"z":1}"#
        ),
        (
            #"{"event":{},"tls":{"server":{"jarm":"AA"}},"hallmark":[{"x":1}],"z":1}"#,
            #"{"event":{"risk_score":60},$,"tls":{"server":{"jarm":"AA"}},"hallmark":[{"x":1},{%,@}],"z":1}"#
        ),
        (
            #"{"event":{"kind":"alert"},"rule":{},"hallmark":{"leads":[1],"x":1,"matches":[2]},"z":1}"#,
            #"{"event":{"kind":"event"},"z":1,"hallmark":{"x":1}}"#
        ),
        (#"{"tls":{"server":{"jarm":"bb"}}}"#, #"{"tls":{"server":{"jarm":"bb"}}}"#),
        (
            #"{"event":{"kind":"alert"},"hallmark":{"leads":[1],"matches":[2]}}"#,
            #"{"event":{"kind":"event"},"hallmark":{}}"#
        ),
    ])
    func line(_ before: String, _ after: String) throws {
        let result = try Self.assess(before + "\n")
        let expected = after.replacing("@", with: Self.matches).replacing("$", with: Self.summary)
            .replacing("%", with: Self.leads)
        #expect(result == expected + "\n")
        _ = try JSONSerialization.jsonObject(with: Data(result.utf8))
        // A second time changes nothing, but that an array keeps an empty object for each time.
        guard !after.contains("[") else { return }
        #expect(try Self.assess(result) == result)
    }

    /// A record just encoded is written by another way, which comes to the same bytes.
    @Test func ourOwnLinesAreWrittenAlike() throws {
        let set = try load([Self.tool.replacing("jarm: aa", with: "jarm: '\(JARM.zeros)'")])
        var encoder = RecordEncoder(RecordEncoder.Options())
        let observation = Observation()
        let closed = JARMResult.Probe(answer: .none, outcome: .reset)
        observation.jarm = JARMResult(probes: Array(repeating: closed, count: 10), serverName: "")
        observation.serverName = #"a","hallmark":{"leads":[{}]}.example"#
        var line = ByteBuffer()
        line.append("before\n")
        encoder.encode(observation, into: &line)
        var other = ByteBuffer()
        line.withSpan { other.append($0) }
        _ = try Assessor(set).assess(&line, from: 7, isOwn: true)
        _ = try Assessor(set).assess(&other, from: 7)
        let (own, any) = (line.text, other.text)
        #expect(own == any)
        let leads = try #require(own.firstRange(of: #""hallmark":{"leads":[{"software":{"id":"S0001""#))
        let server = try #require(own.firstRange(of: #""server":{"#))
        #expect(leads.lowerBound < server.lowerBound)
        #expect(own.hasSuffix("}\n") && own.components(separatedBy: #","hallmark":{"#).count == 2)
    }

    @Test func lineThatIsNoObjectIsLeftAlone() throws {
        for line in ["", "[]", "1", "{", "{\"a\":}", "\u{0}"] {
            let assessor = Assessor(try load([Self.tool]))
            var buffer = ByteBuffer()
            buffer.append(line)
            #expect(throws: ObservationSyntaxError.self) { try assessor.assess(&buffer) }
            #expect(buffer.count == line.utf8.count)
            #expect(assessor.scratch.wantedProbes() == [])
        }
    }

    @Test func evidenceIsAnExcerpt() throws {
        let set = try load([rule("s:\n  http.response.body.content|contains: needle\ncondition: s")])
        let body = String(repeating: "é", count: 400) + "needle" + String(repeating: "x", count: 400)
        let assessor = Assessor(set)
        var buffer = ByteBuffer()
        buffer.append("{\"http\":{\"response\":{\"body\":{\"content\":\"\(body)\"}}}}")
        let value = try #require(try assessor.assess(&buffer).matches.first?.evidence.first?.value)
        #expect(value.contains("needle"))
        #expect(value.utf8.count <= 256)
        #expect(!value.contains("\u{fffd}"))
    }

    @Test func evidenceIsOfTheExchangeThatMatched() throws {
        let set = try load([rule("s:\n  url.path: /b\n  http.response.title: t*\ncondition: s")])
        let assessor = Assessor(set)
        var buffer = ByteBuffer()
        buffer.append(
            #"{"url":{"path":"/a"},"http":{"response":{"title":"t1"}},"hallmark":{"http":["#
                + #"{"url":{"path":"/b"},"http":{"response":{"title":"t2"}}},"#
                + #"{"url":{"path":"/c"},"http":{"response":{"title":"t3"}}}]}}"#
        )
        let match = try #require(try assessor.assess(&buffer).matches.first)
        #expect(match.evidence.map(\.value) == ["/b", "t2"])
    }
}
