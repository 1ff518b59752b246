import Inventory
import Observations
import Testing

@testable import Signatures
import YAML

@Suite struct CorrelationTests {
    private static func rule(_ correlation: String) -> String {
        """
        title: Together
        correlation:
        \(indent(correlation))
        level: high
        """
    }

    private static let base = [
        "title: One\nname: one\nlogsource: {product: hallmark}\n"
            + "detection: {s: {tls.server.jarm: a}, condition: s}",
        "title: Two\nname: two\nlogsource: {product: hallmark}\n"
            + "detection: {s: {tls.server.jarm: b}, condition: s}",
    ]

    private static func line(_ minute: Int, _ jarm: String, _ ip: String) -> String {
        "{\"@timestamp\":\"2026-01-01T00:\(minute < 10 ? "0" : "")\(minute):00.000Z\",\"server\":{\"ip\":\"\(ip)\"},"
            + "\"tls\":{\"server\":{\"jarm\":\"\(jarm)\"}}}"
    }

    @Test(arguments: [
        (
            "type: event_count\nrules: [one]\ngroup-by: [tls.server.jarm]\ntimespan: 10m\ncondition: {gte: 3}",
            3
        ),
        (
            "type: event_count\nrules: [one]\ngroup-by: [tls.server.jarm]\ntimespan: 3m\ncondition: {gte: 3}",
            nil
        ),
        ("type: event_count\nrules: [one]\ngroup-by: [server.ip]\ntimespan: 10m\ncondition: {gt: 1}", 2),
        (
            "type: value_count\nrules: [one]\ngroup-by: [tls.server.jarm]\ntimespan: 10m\n"
                + "condition: {field: server.ip, gte: 2}", 2
        ),
        (
            "type: value_count\nrules: [one]\ngroup-by: [tls.server.jarm]\ntimespan: 10m\n"
                + "condition: {field: server.ip, gte: 3}", nil
        ),
        ("type: temporal\nrules: [one, two]\ngroup-by: [server.ip]\ntimespan: 10m", 3),
        ("type: temporal\nrules: [one, two]\ngroup-by: [server.ip]\ntimespan: 1m", nil),
        ("type: temporal_ordered\nrules: [one, two]\ngroup-by: [server.ip]\ntimespan: 10m", 3),
        ("type: temporal_ordered\nrules: [two, one]\ngroup-by: [server.ip]\ntimespan: 10m", nil),
    ])
    func finds(_ correlation: String, _ count: Int?) throws {
        let set = try load(Self.base + [Self.rule(correlation)])
        let scratch = MatchScratch(set)
        var correlator = Correlator(set)
        for line in [
            Self.line(0, "a", "10.0.0.1"), Self.line(5, "a", "10.0.0.1"), Self.line(8, "a", "10.0.0.2"),
            Self.line(9, "b", "10.0.0.1"),
        ] {
            try scratch.match(line)
            correlator.add(correlator.events(scratch))
        }
        let findings = correlator.finish()
        #expect(findings.map(\.count) == [count].compactMap(\.self))
    }

    private static func find(_ correlation: String, _ lines: [String], rules: [String] = base) throws
        -> [Correlator.Finding]
    {
        let set = try load(rules + [rule(correlation)])
        let scratch = MatchScratch(set)
        var correlator = Correlator(set)
        for line in lines {
            try scratch.match(line)
            correlator.add(correlator.events(scratch))
        }
        return correlator.finish()
    }

    /// An observation is one event, even if two of the rules match it.
    @Test func observationsCountOnce() throws {
        let again = Self.base[0].replacing("One", with: "Again").replacing("name: one", with: "name: again")
        let found = try Self.find(
            "type: event_count\nrules: [one, again]\ngroup-by: [server.ip]\ntimespan: 10m\ncondition: {gte: 1}",
            [Self.line(0, "a", "10.0.0.1"), Self.line(1, "a", "10.0.0.1")],
            rules: Self.base + [again]
        )
        #expect(found.map(\.count) == [2])
    }

    /// Matches at the same time have no order.
    @Test func orderIsStrict() throws {
        let ordered = "type: temporal_ordered\nrules: [one, two]\ngroup-by: [server.ip]\ntimespan: 10m"
        let first = Self.line(1, "a", "10.0.0.1")
        #expect(try Self.find(ordered, [first, Self.line(1, "b", "10.0.0.1")]).isEmpty)
        #expect(try Self.find(ordered, [first, Self.line(2, "b", "10.0.0.1")]).count == 1)
    }

    /// A group keeps its newest events, however many there are.
    @Test func groupsAreBounded() throws {
        let counted =
            "type: event_count\nrules: [one]\ngroup-by: [server.ip]\ntimespan: 2h\ncondition: {gte: 10000}"
        let set = try load(Self.base + [Self.rule(counted)])
        let scratch = MatchScratch(set)
        var correlator = Correlator(set)
        try scratch.match(Self.line(1, "a", "10.0.0.1"))
        let events = correlator.events(scratch)
        for _ in 0..<25_000 { correlator.add(events) }
        let found = correlator.finish()
        #expect(found.count == 1)
        #expect(found[0].count == 10_000 && found[0].isMost)
    }

    @Test(arguments: [
        (
            "type: temporal\nrules: [one, three]\ngroup-by: [server.ip]\ntimespan: 10m",
            "4:16: no rule is called three"
        ),
        (
            "type: event_count\nrules: [one]\ngroup-by: [server.ip]\ntimespan: 1d\ncondition: {gte: 10001}",
            "7:20: counts go from 0 to 10000"
        ),
    ])
    func isRefused(_ correlation: String, _ message: String) throws {
        do {
            _ = try load(Self.base + [Self.rule(correlation)])
            Issue.record("read without an error; expected \(message)")
        } catch let error as YAMLError {
            #expect(error.description == "rule.yml:" + message)
        }
    }
}
