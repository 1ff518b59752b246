import Bytes
import Foundation
import Indicators
import Observations
import TestSupport
import Testing
import Wire

@testable import Signatures

/// What is made of listed marks: evidence in the record, and leads that know how little a list says.
@Suite struct ListedLeadTests {
    private static func assess(
        _ list: String,
        _ record: String = ListTests.record,
        rules: [String] = []
    ) throws -> (line: String, assessment: Assessment) {
        let scratch = Scratch()
        let lists = try IndicatorLists([scratch.write("ours.txt", list)], cache: nil)
        #expect(lists.index.faults.isEmpty, "\(lists.index.faults)")
        return try assess(record, KnownMarks(lists.index), rules: rules)
    }

    private static func assess(_ record: String, _ lists: KnownMarks?, rules: [String] = []) throws
        -> (line: String, assessment: Assessment)
    {
        let set = try RuleSet(rules.flatMap { try RuleReader.read($0, file: "rule.yml") })
        var line = ByteBuffer()
        line.append(record)
        let assessment = try Assessor(set, lists: lists).assess(&line)
        return (line.text, assessment)
    }

    private static let rule = """
        title: Its serial
        logsource: {product: hallmark, category: tls_observation}
        detection: {s: {tls.server.x509.serial_number: 00A1B2}, condition: s}
        level: high
        hallmark: {software: [{name: Cobalt Strike, id: S0154}], specificity: strong}
        """

    /// A list, and the confidence of the lead that it makes.
    private static let lists: [(String, Int)] = [
        ("203.0.113.7", 20), ("#! date: 2026-11-01\n203.0.113.7", 50),
        ("#! date: 2026-06-01\n203.0.113.7", 20),
        ("#! date: 2026-11-01\n#! until: 2026-11-02\n203.0.113.7", 20), (ListTests.sha1, 60),
        ("#! date: 2020-01-01\n\(ListTests.sha1)", 40), ("#! date: 2026-01-01\n\(ListTests.sha1)", 60),
        ("#! date: 2026-11-01\n203.0.113.7:8443", 60), (ListTests.jarm, 10),
        ("#! date: 2026-11-01\n\(ListTests.jarm)", 25),
        // All lists are one piece of evidence.
        (
            "#! date: 2026-11-01\n203.0.113.7\ngate.example\nserial:a1b2\nkey:\(ListTests.spki)\n\(ListTests.sha1)",
            60
        ),
    ]

    @Test(arguments: lists)
    func aloneItNeverPassesMedium(_ list: String, _ confidence: Int) throws {
        let (line, assessment) = try Self.assess(list)
        let lead = try #require(assessment.leads.first)
        #expect(assessment.leads.count == 1 && lead.software.name == "known infrastructure")
        #expect(lead.confidence == confidence && lead.label < .high)
        #expect(lead.against.contains("a list's word: lists name the hacked and the innocent, too"))
        let record = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect((record["event"] as? [String: Any])?["kind"] as? String == "alert")
        let indicators = try #require(
            (record["hallmark"] as? [String: Any])?["indicators"] as? [[String: Any]]
        )
        #expect(indicators.count == list.split(separator: "\n").count { !$0.hasPrefix("#!") })
        #expect(indicators[0]["feed"] as? String == "ours")
    }

    @Test func whatTheUserConfirmedIsHigh() throws {
        let list = "#! confirmed: yes\n#! date: 2026-11-01\n"
        let (_, assessment) = try Self.assess(list + "203.0.113.7\n\(ListTests.sha1)")
        #expect(assessment.leads.map(\.confidence) == [90] && assessment.leads[0].against.isEmpty)
        // A stack that a million servers have is not confirmed by anybody's word.
        #expect(try Self.assess(list + ListTests.jarm).assessment.leads.map(\.confidence) == [50])
    }

    @Test func aListAndARuleSpeakForOneSoftware() throws {
        let both = try Self.assess("#! software: CobaltStrike\n\(ListTests.sha1)", rules: [Self.rule])
        let alone = try Self.assess(ListTests.record, nil, rules: [Self.rule]).assessment.leads[0]
        #expect(both.assessment.leads.count == 1)
        let lead = both.assessment.leads[0]
        #expect(lead.software == Software(name: "Cobalt Strike", id: "S0154"))
        #expect(lead.confidence == 100 - (100 - alone.confidence) * 40 / 100 && lead.label == .high)
        // The record spells the software as the rule does.
        #expect(!both.line.contains("CobaltStrike"))
        // And so do lists among themselves.
        let spelled = try Self.assess(
            "#! software: NoSuch C2\n\(ListTests.sha1)\n#! software: nosuchc2\n203.0.113.7"
        )
        #expect(spelled.assessment.leads.map(\.software.name) == ["NoSuch C2"])
        #expect(spelled.assessment.listed.compactMap(\.software?.name) == ["NoSuch C2", "NoSuch C2"])
        #expect(!spelled.line.contains("nosuchc2"))
        let other = try Self.assess("#! software: Sliver\n\(ListTests.sha1)", rules: [Self.rule])
        #expect(other.assessment.leads.map(\.software.name) == ["Cobalt Strike", "Sliver"])
    }

    @Test func aRecordKeepsWhatItTellsOfListsUntilOthersAreGiven() throws {
        let list =
            "#! confirmed: yes\n#! date: 2026-11-01\n#! tlp: amber\n#! case: T-1\n#! software: Sliver\n203.0.113.7 # why\n"
        let first = try Self.assess(list)
        // Without lists: the same again, byte for byte.
        #expect(try Self.assess(first.line, nil).line == first.line)
        // With others: nothing of the first is left.
        let second = try Self.assess("198.51.100.1", first.line)
        #expect(second.assessment.leads.isEmpty && second.line == ListTests.record)
        #expect(try Self.assess("198.51.100.1").line == ListTests.record)
    }

    /// An endpoint of a sweep that shows what one before it showed is known again by what rules see, and
    /// lists see more.
    @Test func eachEndpointOfASweepIsLookedUpForItself() throws {
        let scratch = Scratch()
        let lists = try IndicatorLists(
            [scratch.write("ours.txt", "#! date: 2026-05-01\n203.0.113.8\n")],
            cache: nil
        )
        let rule = Self.rule.replacing("00A1B2, condition", with: "00A1B3, condition")
        let set = try RuleSet(RuleReader.read(rule, file: "rule.yml"))
        let assessor = Assessor(set, lists: KnownMarks(lists.index))
        var encoder = RecordEncoder(RecordEncoder.Options(scanID: "test"))
        for last in [7, 8, 7, 9, 8, 8] {
            let observation = Observation()
            observation.startedAt = 1_780_000_000_000_000_000
            observation.address = "203.0.113.\(last)"
            observation.ip = IPAddress(observation.address)
            observation.port = 443
            var line = ByteBuffer()
            encoder.encode(observation, into: &line)
            let assessment = try assessor.assess(&line, isOwn: true)
            #expect(assessment.leads.count == (last == 8 ? 1 : 0), "\(last)")
            #expect(line.text.contains("\"indicators\"") == (last == 8), "\(line.text)")
        }
    }
}
