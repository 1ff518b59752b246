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

    @Test func bytesDecideWhatTheyHold() throws {
        let pair = try TestCertificate(subject: "/C=US/O=Text/CN=seen.example")
        try scratch.write("der.ndjson", try run(programPath, ["import", pair.certificate]).text)
        let found = try match(scratch.file("der.ndjson"))
        #expect(found.matched == ["by name", "but not with a policy", "by the whole name"])
        #expect(found.said.contains("undecided: 1 rule for 1 observation, for want of tls.server.jarm (1)"))
    }
}
