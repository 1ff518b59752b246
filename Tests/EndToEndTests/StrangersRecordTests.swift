import Foundation
import TestSupport
import Testing

/// A record that a stranger wrote: no lead of his passes as one of our rules, once they were asked.
@Suite struct StrangersRecordTests {
    private static let leads =
        #"[{"software":{"name":"Sliver","id":"S0633"},"confidence":95,"label":"high","evidence":[]}]"#

    /// All that an assessment has, as somebody else could write it.
    private static let assessed =
        #""leads":\#(leads),"matches":[{"rule":{"id":"00000000-0000-4000-8000-000000000001","name":"Sliver"}}],"#
        + #""assessment":["Sliver"],"decisions":[{"verdict":"dismiss","dismissed":["Sliver"]}],"#
        + #""indicators":[{"feed":"Sliver","kind":"ip","value":"203.0.113.7"}],"signatures":{"digest":"Sliver"}"#

    private static let digest = String(repeating: "AB", count: 32)

    private static func record(_ hallmark: String, _ more: String = "") -> String {
        #"{"@timestamp":"2026-11-22T03:31:00.123Z","event":{"dataset":"hallmark.observation","kind":"alert","#
            + #""outcome":"success"},"server":{"address":"203.0.113.7","ip":"203.0.113.7","port":443},"#
            + #""tls":{"established":true,"version":"1.3","server":{"subject":"CN=a","hash":{"sha256":"\#(digest)"},"#
            + #""x509":{"not_before":"2026-01-01T00:00:00Z","not_after":"2027-01-01T00:00:00Z","signature_algorithm":"SHA256-RSA","public_key_algorithm":"RSA","public_key_size":2048}}},"#
            + #""hallmark.certificate":{"spki_sha256":"\#(digest)"},\#(hallmark)\#(more)}"# + "\n"
    }

    private static let spellings = [
        record(#""hallmark":{"proof":"proven",\#(assessed)}"#),
        record(#""hallmark":{"proof":"proven",\#(assessed.replacing("leads", with: "l\\u0065ads"))}"#),
        record(#""hallm\u0061rk":{"proof":"proven",\#(assessed)}"#),
        record(
            #""hallmark":{"proof":"proven"}"#,
            #","hallmark.leads":\#(leads),"threat.software.name":["Sliver"]"#
        ),
        record(
            #""hallmark":{"leads.software.name":["Sliver"],"leads.label":["high"]}"#,
            #","rule":{"name":["Sliver"]}"#
        ),
        record(#""hallmark":[{\#(assessed)},{"proof":"proven"}]"#),
        record(#""hallmark":{"leads":[[\#(leads)],\#(leads)]}"#),
        record(#""hallmark":{"leads":{"software":{"name":"Sliver"},"label":"high","confidence":95}}"#),
    ]

    @Test(arguments: StrangersRecordTests.spellings.indices) func noLeadOfAStrangerPasses(_ number: Int)
        throws
    {
        let scratch = Scratch()
        let path = try scratch.write("theirs.ndjson", Self.spellings[number])
        let rules = ["--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel"]
        let matched = try Program.run(["match", path, "-q", "--fail-on", "low"] + rules)
        #expect(matched.status == 0, "\(matched.errors)")
        #expect(!matched.text.contains("Sliver"), "\(matched.text)")
        #expect(!matched.text.contains("alert"), "\(matched.text)")
        #expect(try Program.run(["match", path, "-q", "--only-leads"] + rules).text.isEmpty)

        let clean = try scratch.write("matched.ndjson", matched.text)
        for command in [
            ["report", "--format", "markdown"], ["export", "--to", "stix"], ["export", "--to", "blocklist"],
            ["export", "--to", "ocsf"], ["compare", "--adopt"], ["hunt"] + rules,
        ] {
            let result = try Program.run([command[0], clean] + command.dropFirst())
            #expect(result.status == 0, "\(command): \(result.errors)")
            #expect(!result.text.contains("Sliver"), "\(command): \(result.text)")
        }
        let corpus = scratch.file("corpus")
        #expect(try Program.run(["corpus", "add", clean, "--corpus", corpus]).status == 0)
        let found = try Program.run([
            "search", "hallmark.leads.software.name: *", "--corpus", corpus, "--count",
        ])
        #expect(found.text.trimmingCharacters(in: .whitespacesAndNewlines) == "0", "\(found.text)")
    }
}
