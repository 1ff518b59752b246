import Bytes
import Observations
import Testing

@testable import Signatures

/// What a source lacks decides of most rules at once; the others are evaluated for each record.
@Suite struct RuleFatesTests {
    /// As of an entry of a log, and of a program that read no certificates.
    static let lacks = [
        [
            "server.", "http.", "url.", "tls.version", "tls.cipher", "hallmark.tls.", "tls.server.ja3s",
            "tls.server.jarm", "hallmark.http",
        ],
        ["tls.server.x509.", "hallmark.certificate.", "hallmark.favicon."],
    ]

    private static func line(_ example: String, _ lacks: [String], _ fidelity: Fidelity) -> String {
        let names = lacks.map { "\"\($0)\"" }.joined(separator: ",")
        return
            "{\"@timestamp\":\"2026-01-01T00:00:00Z\",\"hallmark.source.fidelity\":\"\(fidelity.rawValue)\","
            + "\"hallmark.source.lacks\":[\(names)],\(example.dropFirst())"
    }

    private static func result(_ line: String, _ scratch: MatchScratch) throws -> [[Int]] {
        try scratch.match(line)
        return scratch.matched.map { [$0.rule, $0.exchange] } + [scratch.undecided]
    }

    /// A record that has a field which it says to lack has every rule evaluated; no rule asks for that one.
    @Test(arguments: lacks) func whatIsDecidedAtOnceIsWhatEachRuleSays(_ lacks: [String]) throws {
        let set = try ShippedRules.withOwn.get()
        let (atOnce, each) = (MatchScratch(set), MatchScratch(set))
        var (compared, matching, undecided) = (0, 0, 0)
        var buffer = ByteBuffer()
        for (number, rule) in set.rules.enumerated() where number.isMultiple(of: 24) {
            for example in rule.hallmark.matches + rule.hallmark.nearMisses {
                buffer.removeAll()
                try example.encode(into: &buffer)
                let text = buffer.withSpan { span in
                    span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
                }
                let isPlain = !text.contains("@timestamp") && !text.contains("hallmark.source")
                guard text.hasPrefix("{\""), isPlain, !lacks.contains(where: { text.contains("\"\($0)") })
                else { continue }
                for fidelity in [Fidelity.der, .text] {
                    let one = try Self.result(Self.line(text, lacks, fidelity), atOnce)
                    let other = try Self.result(Self.line(text, lacks + ["@timestamp"], fidelity), each)
                    #expect(one == other, "\(text)")
                    compared += 1
                    if one.count > 1 { matching += 1 }
                    if one.last?.isEmpty == false { undecided += 1 }
                }
            }
        }
        #expect(compared > 40 && matching > 10 && undecided == compared)
    }
}
