import Bytes
import Observations
import Testing

@testable import Signatures

/// Endpoints that differ in anything that leads hang on never share leads.
@Suite struct LeadInputsTests {
    /// Two observations that differ in one input of their leads alone.
    struct Variation: Sendable, CustomTestStringConvertible {
        let input: String
        let rules: [String]
        let one: String
        let other: String
        var testDescription: String { "\(input): \(one), \(other)" }
    }

    private static let tool = "hallmark: {software: {name: Tool}, specificity: strong}"
    private static let jarm = rule("s: {tls.server.jarm: aa}\ncondition: s", hallmark: tool, title: "One")

    static let variations = [
        Variation(
            input: "matches",
            rules: [rule("s: {tls.server.ja3s|startswith: aa}\ncondition: s", hallmark: tool)],
            one: #"{"tls.server.ja3s":"aab"}"#,
            other: #"{"tls.server.ja3s":"aac"}"#
        ),
        Variation(
            input: "matches",
            rules: [
                jarm, rule("s: {tls.server.jarm|exists: true, server.port: 1}\ncondition: s", title: "Two"),
            ],
            one: #"{"tls.server.jarm":"aa","server.port":1}"#,
            other: #"{"tls.server.jarm":"aa","server.port":2}"#
        ),
        // One page or the other, in whichever exchange.
        Variation(
            input: "matches",
            rules: [rule("s: {http.response.body.content|contains: [x, y]}\ncondition: s", hallmark: tool)],
            one:
                #"{"hallmark.http":[{"http.response.body.content":"-"},{"http.response.body.content":"x"}]}"#,
            other:
                #"{"hallmark.http":[{"http.response.body.content":"-"},{"http.response.body.content":"y"}]}"#
        ),
        // The same text, of one field or the other.
        Variation(
            input: "matches",
            rules: [
                rule(
                    """
                    s: {tls.server.x509.subject.common_name: x}
                    t: {tls.server.x509.issuer.common_name: x}
                    condition: s or t
                    """,
                    hallmark: tool
                )
            ],
            one: #"{"tls.server.x509.subject.common_name":"x"}"#,
            other: #"{"tls.server.x509.issuer.common_name":"x"}"#
        ),
        Variation(
            input: "time",
            rules: [
                rule(
                    "s: {tls.server.jarm: aa}\ncondition: s",
                    hallmark: "hallmark: {software: {name: Tool}, specificity: strong, expires: 2026-06-01}"
                )
            ],
            one: #"{"@timestamp":"2026-05-31T23:59:59.999Z","tls.server.jarm":"aa"}"#,
            other: #"{"@timestamp":"2026-06-01T00:00:00.000Z","tls.server.jarm":"aa"}"#
        ),
        Variation(
            input: "isSelfSignatureUnseen",
            rules: [
                rule(
                    "s: {hallmark.certificate.self_issued: true, tls.server.jarm: aa}\ncondition: s",
                    hallmark: tool
                )
            ],
            one: #"{"hallmark.certificate.self_issued":true,"tls.server.jarm":"aa"}"#,
            other: """
                {"hallmark.certificate.self_issued":true,"tls.server.jarm":"aa",\
                "hallmark.limits":["certificate_bytes"]}
                """
        ),
        Variation(
            input: "lookedAt",
            rules: [
                jarm, rule("s: {http.response.status_code: 418}\ncondition: s", hallmark: tool, title: "Two"),
            ],
            one: #"{"tls.server.jarm":"aa"}"#,
            other: #"{"tls.server.jarm":"aa","http.response.status_code":200}"#
        ),
        Variation(
            input: "undecided",
            rules: [
                jarm,
                rule(
                    "s: {tls.server.x509.alternative_names: x}\ncondition: s",
                    hallmark: tool,
                    title: "Two"
                ),
            ],
            one: #"{"tls.server.jarm":"aa"}"#,
            other: #"{"tls.server.jarm":"aa","hallmark.limits":["certificate_bytes"]}"#
        ),
    ]

    private static func assess(_ line: String, _ assessor: Assessor) throws -> String {
        var buffer = ByteBuffer()
        buffer.append(line)
        try assessor.assess(&buffer)
        return buffer.withSpan { span in
            span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// What stands in a line behind what was observed.
    private static func told(_ line: String, _ assessor: Assessor) throws -> Substring {
        let text = try assess(line, assessor)
        let start = try #require(text.firstRange(of: "\"leads\"") ?? text.firstRange(of: "\"matches\""))
        return text[start.lowerBound...]
    }

    private static func parts(_ inputs: LeadInputs) -> [String: String] {
        let children = Mirror(reflecting: inputs).children
        return Dictionary(
            uniqueKeysWithValues: children.map { ($0.label ?? "", String(reflecting: $0.value)) }
        )
    }

    private static func inputs(_ line: String, _ assessor: Assessor) throws -> LeadInputs {
        try assessor.scratch.match(line)
        return assessor.leadInputs()
    }

    /// Whoever adds an input says here what it changes.
    @Test func everyInputIsVaried() throws {
        let inputs = try Self.inputs("{}", Assessor(load([Self.jarm])))
        #expect(Set(Self.parts(inputs).keys) == Set(Self.variations.map(\.input)))
    }

    @Test(arguments: variations) func whatDiffersInOneIsToldApart(_ variation: Variation) throws {
        let set = try load(variation.rules)
        let one = Self.parts(try Self.inputs(variation.one, Assessor(set)))
        let other = Self.parts(try Self.inputs(variation.other, Assessor(set)))
        #expect(one.keys.filter { one[$0] != other[$0] } == [variation.input])
        let alone = [
            variation.one: try Self.told(variation.one, Assessor(set)),
            variation.other: try Self.told(variation.other, Assessor(set)),
        ]
        #expect(alone[variation.one] != alone[variation.other])
        for lines in [[variation.one, variation.other], [variation.other, variation.one]] {
            let assessor = Assessor(set)
            for line in lines + lines { #expect(try Self.told(line, assessor) == alone[line]) }
        }
    }

    /// The examples of some of the shipped rules, whole and cut, with more and with less looked at.
    private static func lines(_ set: RuleSet) throws -> [String] {
        var lines: [String] = []
        var buffer = ByteBuffer()
        for (number, rule) in set.rules.enumerated() where number.isMultiple(of: 12) {
            for example in rule.hallmark.matches + rule.hallmark.nearMisses {
                buffer.removeAll()
                try example.encode(into: &buffer)
                let text = buffer.withSpan { span in
                    span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
                }
                lines.append(text)
                guard text.hasPrefix("{\"") else { continue }
                for more in [
                    #""hallmark.limits":["certificate_bytes"]"#, #""hallmark.limits":["certificates"]"#,
                    #""@timestamp":"2031-01-01T00:00:00Z""#, #""hallmark.source.fidelity":"text""#,
                    #""tls.version":"1.3","hallmark.favicon.mmh3":1"#,
                ] {
                    let names = more.split(separator: "\"").filter { $0.contains(".") }
                    guard !names.contains(where: { text.contains("\"\($0)\"") }) else { continue }
                    lines.append("{\(more),\(text.dropFirst())")
                }
            }
        }
        return lines
    }

    @Test func shippedRulesTellTheSameOfTheSame() throws {
        let set = try ShippedRules.withOwn.get()
        let lines = try Self.lines(set)
        #expect(lines.count > 300)
        let (remembering, forgetful) = (Assessor(set), Assessor(set))
        var known: [[UInt8]: LeadInputs] = [:]
        var (same, keyless) = (0, 0)
        for line in lines + lines.reversed() {
            forgetful.forget()
            #expect(try Self.assess(line, remembering) == Self.assess(line, forgetful))
            guard !forgetful.scratch.matched.isEmpty else { continue }
            var key: [UInt8] = []
            guard forgetful.appendKey(to: &key) else {
                keyless += 1
                continue
            }
            let inputs = forgetful.leadInputs()
            guard let first = known.updateValue(inputs, forKey: key) else { continue }
            same += 1
            if first == inputs { continue }
            let (one, other) = (Self.parts(first), Self.parts(inputs))
            #expect(one.keys.filter { $0 != "time" && one[$0] != other[$0] } == [])
        }
        #expect(same > 100 && keyless > 10)
    }
}
