import TestSupport
import Testing

@testable import Fleet

/// NKeys as text.
@Suite struct NKeyTests {
    @Test func whatIsWrittenIsReadAgain() throws {
        let key = try NKey()
        #expect(key.seedText.count == 58 && key.seedText.hasPrefix("SU"))
        #expect(key.publicText.count == 56 && key.publicText.hasPrefix("U"))
        let scratch = Scratch()
        let file = try scratch.write("seed", "# a comment\n\(key.seedText)\n")
        #expect(try NKey(seedFile: file).publicText == key.publicText)
        for text in [
            "", "SU", String(key.seedText.dropLast()), key.publicText,
            key.seedText.replacing(key.seedText.suffix(2), with: "AA"), String(repeating: "SU", count: 4000),
        ] where text != key.seedText {
            let wrong = try scratch.write("wrong", text)
            #expect(throws: FleetError.self, "\(text)") { try NKey(seedFile: wrong) }
        }
    }

    /// What nats-server takes: it reads the configuration and says that it is in order.
    @Test func theBrokerReadsTheConfiguration() throws {
        let scratch = Scratch()
        var configuration = try BrokerConfiguration()
        configuration.store = scratch.file("streams")
        let file = try scratch.write("broker.conf", configuration.text)
        try check("nats-server", ["-t", "-c", file])
    }

    @Test(arguments: ["hallmark.work.eu.j1.7", "hallmark.results.any.j-1_a.4294967295"]) func subjects(
        text: String
    ) {
        let place = ShardPlace(subject: text)
        #expect(place?.workSubject == text || place?.resultSubject == text)
    }

    @Test(arguments: [
        "", "hallmark.work.eu.j1", "hallmark.work.eu.j1.0", "hallmark.work.eu.j1.x",
        "hallmark.work.eu.j1.4294967296",
        "other.work.eu.j1.1", "hallmark.work..j1.1", "hallmark.work.eu.../.1", "hallmark.work.EU.j1.1",
    ]) func noSubjects(text: String) {
        #expect(ShardPlace(subject: text) == nil)
    }
}
