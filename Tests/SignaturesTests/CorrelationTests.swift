import Observations
import Testing

@testable import Signatures

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
}
