import Foundation
import TestSupport
import Testing

/// One endpoint whose address is spelled in several ways is one, whoever keeps account of endpoints.
@Suite struct AddressSpellingTests {
    private let scratch = Scratch()

    /// A record of each spelling, an hour after the other.
    private func sweep(_ name: String, _ spellings: [String]) throws -> String {
        let lines = spellings.enumerated().map { hour, ip in
            FaultMatrix.record.replacing("203.0.113.7", with: ip)
                .replacing("T03:31", with: "T0\(hour + 3):31")
        }
        return try scratch.write(name, lines.joined())
    }

    @Test(arguments: [
        ["203.0.113.7", "::ffff:203.0.113.7", "::FFFF:cb00:7107"],
        ["2001:db8::7", "2001:DB8:0:0::7", "2001:0db8::0007"],
    ])
    func anEndpointIsOne(spellings: [String]) throws {
        for (place, spelling) in spellings.enumerated() {
            let drift = try Program.run([
                "compare", try sweep("new", [spelling]), "--baseline", try sweep("old", [spellings[0]]),
                "--format", "ndjson",
            ])
            #expect(drift.status == 0 && drift.text.isEmpty, "\(spelling): \(drift.text)\(drift.errors)")
            let file = try sweep("add\(place)", spellings)
            let corpus = scratch.file("\(place).sqlite")
            #expect(try Program.run(["corpus", "add", file, "--corpus", corpus]).status == 0)
            let search = ["search", "*", "--of", "endpoints", "--count", "--corpus", corpus]
            #expect(try Program.run(search).text == "1\n")
            let found = try Program.run([
                "search", "server.ip: \"\(spelling)\"", "--count", "--corpus", corpus,
            ])
            #expect(found.text == "1\n", "\(spelling): \(found.text)\(found.errors)")
            let pivot = try Program.run(["pivot", spelling, "--corpus", corpus])
            #expect(pivot.status == 2, "\(spelling): \(pivot.text)\(pivot.errors)")
        }
        let assets = try scratch.write("assets.csv", "address,ports\n\(spellings[1]),443\n")
        let known = try Program.run(["compare", try sweep("seen", spellings), "--inventory", assets])
        #expect(!known.text.contains("unknown") && !known.text.contains("missing"), "\(known.text)")
    }
}
