import Foundation
import TestSupport
import Testing

/// A rule that asks for what a source cannot have has neither matched nor not.
@Suite struct UndecidedTests {
    private let scratch = Scratch()

    private func rule(_ title: String, _ detection: String) -> String {
        """
        title: \(title)
        logsource: {product: hallmark}
        level: high
        detection:
        \(detection)

        """
    }

    /// What matches of rules over one record, and the summary.
    private func match(_ file: String) throws -> (matched: Set<String>, said: String) {
        let rules = [
            rule("by name", "  s: {tls.server.x509.subject.common_name: seen.example}\n  condition: s"),
            rule("by jarm", "  s: {tls.server.jarm: abc}\n  condition: s"),
            rule(
                "but not with a policy",
                "  s: {tls.server.x509.subject.common_name: seen.example}\n"
                    + "  f: {hallmark.certificate.policies: 1.2.3}\n  condition: s and not f"
            ),
            rule(
                "by the whole name",
                "  s: {tls.server.x509.subject.distinguished_name: 'C=US, O=Text, CN=seen.example'}\n  condition: s"
            ),
            rule("by another name", "  s: {tls.server.x509.subject.common_name: other}\n  condition: s"),
            rule(
                "decided all the same",
                "  s: {tls.server.x509.subject.common_name: other}\n  j: {tls.server.jarm: abc}\n"
                    + "  condition: s and j"
            ),
        ]
        try FileManager.default.createDirectory(
            atPath: scratch.file("rules"),
            withIntermediateDirectories: true
        )
        for (number, text) in rules.enumerated() { try scratch.write("rules/\(number).yml", text) }
        let arguments = ["match", "--no-default-signatures", "--signatures", scratch.file("rules"), file]
        let result = try run(programPath, arguments)
        #expect(result.status == 0, "\(result.errors)")
        let record = try #require(try records(result).first)
        let matches = value(record, "hallmark.matches") as? [Record] ?? []
        return (Set(matches.compactMap { text($0, "rule.name") ?? text($0, "title") }), result.errors)
    }

    @Test func textLeavesOpenWhatItCannotKnow() throws {
        try scratch.write(
            "eve.json",
            """
            {"timestamp":"2026-01-02T03:04:05.199672+0000","flow_id":1,"event_type":"tls","dest_ip":"203.0.113.7",\
            "dest_port":443,"proto":"TCP","tls":{"subject":"CN=seen.example,O=Text,C=US","issuerdn":"CN=x",\
            "fingerprint":"00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00:11:22:33"}}

            """
        )
        try scratch.write("text.ndjson", try run(programPath, ["import", scratch.file("eve.json")]).text)
        let found = try match(scratch.file("text.ndjson"))
        #expect(found.matched == ["by name"])
        #expect(found.said.contains("undecided: 3 rules for 1 observation, for want of "), "\(found.said)")
        for name in [
            "tls.server.jarm (1)", "hallmark.certificate.policies (1)",
            "tls.server.x509.subject.distinguished_name (1)",
        ] {
            #expect(found.said.contains(name), "\(found.said)")
        }
    }

    /// What a name's order or escapes decide stays open on text, and what a part alone decides does not.
    @Test(arguments: [
        ("startswith", "CN=seen", false), ("contains", "CN=seen.example,O=Text", false),
        ("contains", "seen.example", true), ("contains", "O=Text", true), ("endswith", "C=US", false),
        ("re", "CN=seen.*US", false), ("re", "seen|other", true),
    ])
    func orderStaysOpenOnText(_ modifier: String, _ text: String, _ holds: Bool) throws {
        let rules = ["tls.server.x509.subject.distinguished_name", "tls.server.subject"].map {
            rule("by \($0)", "  s: {\($0)|\(modifier): '\(text)'}\n  condition: s")
        }
        try FileManager.default.createDirectory(
            atPath: scratch.file("names"),
            withIntermediateDirectories: true
        )
        for (number, text) in rules.enumerated() { try scratch.write("names/\(number).yml", text) }
        try scratch.write(
            "eve.json",
            """
            {"timestamp":"2026-01-02T03:04:05.199672+0000","flow_id":1,"event_type":"tls","dest_ip":"203.0.113.7",\
            "dest_port":443,"proto":"TCP","tls":{"subject":"CN=seen.example,O=Text,C=US","issuerdn":"CN=x"}}

            """
        )
        let arguments = ["match", "--no-default-signatures", "--signatures", scratch.file("names")]
        let result = try run(programPath, arguments + [scratch.file("eve.json")])
        let record = try #require(try records(result).first)
        #expect((value(record, "hallmark.matches") as? [Record] ?? []).count == (holds ? 2 : 0))
        #expect(result.errors.contains("undecided: 2 rules") != holds, "\(result.errors)")
    }

    /// Of a leaf alone what hangs on the rest of the chain is open, and its own relations are not.
    @Test func theChainStaysOpenOfALeafAlone() throws {
        let rules = [
            rule("by length", "  s: {hallmark.certificate.chain_length: 1}\n  condition: s"),
            rule(
                "by the next",
                "  s: {hallmark.certificate.relations: key_equals_chain_key}\n  condition: s"
            ),
            rule("by another", "  s: {hallmark.certificate.chain.subject: CN=x}\n  condition: s"),
            rule(
                "by the leaf",
                "  s: {hallmark.certificate.relations: subject_equals_issuer}\n  condition: s"
            ),
            rule("by no leaf", "  s: {hallmark.certificate.relations: o_equals_cn}\n  condition: s"),
            rule("by status", "  s: {http.response.status_code: 200}\n  condition: s"),
        ]
        try FileManager.default.createDirectory(
            atPath: scratch.file("chain"),
            withIntermediateDirectories: true
        )
        for (number, text) in rules.enumerated() { try scratch.write("chain/\(number).yml", text) }
        let pair = try TestCertificate(subject: "/C=US/O=Text/CN=seen.example")
        try scratch.write("der.ndjson", try run(programPath, ["import", pair.certificate]).text)
        let arguments = ["match", "--no-default-signatures", "--signatures", scratch.file("chain")]
        let result = try run(programPath, arguments + [scratch.file("der.ndjson")])
        let record = try #require(try records(result).first)
        let matches = value(record, "hallmark.matches") as? [Record] ?? []
        #expect(matches.compactMap { text($0, "rule.name") ?? text($0, "title") } == ["by the leaf"])
        #expect(result.errors.contains("undecided: 4 rules"), "\(result.errors)")
    }

    @Test func bytesDecideWhatTheyHold() throws {
        let pair = try TestCertificate(subject: "/C=US/O=Text/CN=seen.example")
        try scratch.write("der.ndjson", try run(programPath, ["import", pair.certificate]).text)
        let found = try match(scratch.file("der.ndjson"))
        #expect(found.matched == ["by name", "but not with a policy", "by the whole name"])
        #expect(found.said.contains("undecided: 1 rule for 1 observation, for want of tls.server.jarm (1)"))
    }
}
