import Testing

@testable import Signatures

/// Random rules over random observations: the matcher agrees with the plain evaluator.
@Suite struct PropertyTests {
    @Test(arguments: 0..<40)
    func matcherAgreesWithPlainEvaluation(_ seed: Int) throws {
        var generator = RuleGenerator(seed: UInt64(seed))
        let texts = (0..<40).map { generator.rule($0) }
        let set = try load(texts)
        let scratch = MatchScratch(set)
        for _ in 0..<60 {
            let line = generator.observation()
            try scratch.match(line)
            let plain = try NaiveEvaluator(line)
            let expected = set.rules.indices.filter { plain.matches(set.rules[$0].condition) }
            let found = scratch.matched.map(\.rule).sorted()
            #expect(
                found == expected,
                "\(line)\n\(Set(found).symmetricDifference(expected).map { texts[$0] })"
            )
        }
    }
}

/// Makes rules and observations over few fields and few values, so that they meet often.
struct RuleGenerator {
    private var state: UInt64
    /// How many values an array has at most.
    var maximumValues = 2

    init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

    mutating func number(_ limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % limit
    }

    mutating func pick<Element>(_ list: [Element]) -> Element { list[number(list.count)] }

    static let keywords = [
        "tls.server.jarm", "tls.server.subject", "http.response.title", "http.response.header.server",
        "url.path", "tls.server.x509.subject.common_name", "hallmark.certificate.anomalies",
    ]
    static let words = [
        "", "a", "A", "b", "ab", "aB", "abc", "ca", "x*y", "a b", "é", "a\\\\b", "bab", "aab",
    ]

    mutating func test() -> String {
        let field = pick(Self.keywords)
        let word = pick(["a", "b", "ab", "abc", "c", "a*c", "*b", "a?", "?", "*", "x\\*y", "é", "''", "A b"])
        let quoted = word == "''" ? word : "'\(word)'"
        switch number(14) {
        case 0, 1, 2: return "\(field): \(quoted)"
        case 3: return "\(field)|contains: \(quoted)"
        case 4: return "\(field)|startswith: \(quoted)"
        case 5: return "\(field)|endswith|cased: \(quoted)"
        case 6: return "\(field): ['a', \(quoted), 'bab']"
        case 7: return "\(field)|contains|all: ['a', \(quoted)]"
        case 8: return "\(field): null"
        case 9: return "\(field)|exists: \(pick(["true", "false"]))"
        case 10: return "http.response.status_code|\(pick(["gt", "lte"])): \(number(5))"
        case 11: return "\(field)|re: '\(pick(["^a", "b$", "a.c", "^[ab]+$", "b|c", "^$", "a{2}b"]))'"
        case 12:
            return "\(field)|fieldref|\(pick(["neq", "contains", "startswith"])): \(pick(Self.keywords))"
        default: return "http.response.status_code: \(number(5))"
        }
    }

    mutating func rule(_ number: Int) -> String {
        var searches: [String] = []
        for name in ["s1", "s2", "t"] {
            // A field stands once in a map; the second test is a map of its own.
            let tests = [test(), test()].prefix(self.number(2) + 1)
            searches.append("\(name):\n" + tests.map { "  - \($0)" }.joined(separator: "\n"))
        }
        let condition = pick([
            "s1", "s1 and s2", "s1 or s2", "s1 and not s2", "not s1 and t", "1 of s*", "all of s*",
            "1 of them",
            "all of them", "not (s1 or s2) and t", "not s1", "s1 and (s2 or not t)",
        ])
        return numbered(searches.joined(separator: "\n") + "\ncondition: \(condition)", number)
    }

    mutating func values() -> String {
        let list = (0..<number(maximumValues + 1)).map { _ in "\"\(pick(Self.words))\"" }
        return "[\(list.joined(separator: ","))]"
    }

    mutating func exchange() -> String {
        var members: [String] = []
        if number(3) > 0 { members.append(#""url":{"path":"\#(pick(Self.words))"}"#) }
        var response: [String] = []
        if number(3) > 0 { response.append(#""status_code":\#(number(5))"#) }
        if number(3) > 0 { response.append(#""title":"\#(pick(Self.words))""#) }
        if number(3) > 0 { response.append(#""header":{"server":\#(values()),"other":["a"]}"#) }
        if number(4) > 0 { members.append(#""http":{"response":{\#(response.joined(separator: ","))}}"#) }
        return members.joined(separator: ",")
    }

    mutating func observation() -> String {
        var server: [String] = []
        if number(3) > 0 { server.append(#""jarm":"\#(pick(Self.words))""#) }
        if number(3) > 0 { server.append(#""subject":"\#(pick(Self.words))""#) }
        if number(3) > 0 { server.append(#""x509":{"subject":{"common_name":\#(values())}}"#) }
        var members = [#""tls":{"server":{\#(server.joined(separator: ","))}}"#]
        let first = exchange()
        if !first.isEmpty { members.append(first) }
        var hallmark = [#""certificate":{"anomalies":\#(values())}"#]
        if number(2) == 0 {
            let further = (0..<number(3)).map { _ in "{\(exchange())}" }
            hallmark.append(#""http":[\#(further.joined(separator: ","))]"#)
        }
        members.append(#""hallmark":{\#(hallmark.joined(separator: ","))}"#)
        return "{\(members.joined(separator: ","))}"
    }
}

/// A rule by its number around a detection.
private func numbered(_ detection: String, _ number: Int) -> String {
    rule(detection, title: "Rule \(number)")
}
