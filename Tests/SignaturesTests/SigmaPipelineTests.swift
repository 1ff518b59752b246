import Foundation
import TestSupport
import Testing

/// The pipelines for pySigma that are shipped, over the shipped rules.
@Suite(.enabled(if: !PythonPackages.isOffline)) struct SigmaPipelineTests {
    private struct Answer: Decodable {
        let rules: Int
        let refused: [String: [String: [String]]]
        let agreed: Int
        let different: [String]
        let arrays: [String]
        let fields: [String]
    }

    private struct Typed: Decodable {
        struct Step: Decodable {
            let command: String
            let status: Int32
            let errors: String
        }

        let steps: [Step]
        let lines: [String: Int]
    }

    /// Every rule is converted for three stores, or the reason is one that is known; SQL finds what we find.
    @Test func everyRuleIsConvertedAndFindsTheSame() throws {
        let root = #filePath.replacing("/Tests/SignaturesTests/SigmaPipelineTests.swift", with: "")
        let output = try check(
            "python3",
            ["-B", root + "/Tests/Tools/sigma_pipelines.py", programPath]
        ).output
        let answer = try JSONDecoder().decode(Answer.self, from: Data(output))
        #expect(answer.different.isEmpty, "\(answer.different.joined(separator: "\n"))")
        #expect(answer.agreed > answer.rules && answer.rules > 1000)
        #expect(answer.arrays.isEmpty, "Packaging/pysigma does not know these lists: \(answer.arrays)")
        #expect(answer.fields.isEmpty, "Packaging/pysigma does not know these fields: \(answer.fields)")
        #expect(answer.refused["hallmark_sqlite"] == nil, "\(answer.refused)")
        let reasons = answer.refused.flatMap { pipeline, reasons in reasons.keys.map { "\(pipeline): \($0)" }
        }
        let known = [
            "hallmark_elasticsearch: ES Lucene backend can't handle field references.",
            "hallmark_elasticsearch: Field equals timestamp part value expressions",
            "hallmark_splunk: Field equals timestamp part value expressions",
            "hallmark_splunk: Splunk: a regular expression can't be asked of a list",
            "hallmark_splunk: ORing FieldRef matching is not yet supported by Splunk backend",
        ]
        for reason in reasons {
            #expect(known.contains { reason.hasPrefix($0) }, "\(reason)")
        }
        // What can't be said is the exception.
        for (pipeline, reasons) in answer.refused {
            let count = reasons.values.reduce(0) { $0 + $1.count }
            #expect(count * 20 < answer.rules, "\(pipeline) refuses \(count)")
        }
    }

    /// The README's commands work, also over a record with more headers than a table has columns.
    @Test func theCommandsOfTheREADMEWork() throws {
        let root = #filePath.replacing("/Tests/SignaturesTests/SigmaPipelineTests.swift", with: "")
        let scratch = Scratch()
        let headers = (0..<900).map { "\"x-\($0)\":[\"\($0)\"]" }.joined(separator: ",")
        let records = [
            "{\"server\":{\"ip\":\"192.0.2.1\"},\"http\":{\"response\":{\"header\":{\(headers)}}}}",
            "{\"server\":{\"ip\":\"192.0.2.2\",\"port\":99999999999999999999,\"domain\":\"\\ud800\"}}",
            "{\"tls\":{\"server\":{\"hash\":{\"sha1\":\"6ECE5ECE4192683D2D84E25B0BA7E04F9CB7EB7C\"}}}}",
        ]
        let path = try scratch.write("sweep.ndjson", records.joined(separator: "\n") + "\n")
        let output = try check("python3", ["-B", root + "/Tests/Tools/sigma_readme.py", path]).output
        let typed = try JSONDecoder().decode(Typed.self, from: Data(output))
        #expect(typed.steps.count == 10)
        for step in typed.steps { #expect(step.status == 0, "\(step.command): \(step.errors)") }
        let said = typed.steps.map(\.errors).joined()
        #expect(said.contains("3 records, 0 lines that are none") && said.contains(", 0 queries failed"))
        for file in ["lucene.ndjson", "splunk.ndjson", "sqlite.ndjson", "savedsearches.conf"] {
            #expect(typed.lines[file, default: 0] > 1000, "\(file)")
        }
        #expect(typed.lines["found", default: 0] > 0)
    }

    /// What is no record stops none of the others, and is said; so does a rule that can't be asked.
    @Test func oneOfManyStopsNoOther() throws {
        let root = #filePath.replacing("/Tests/SignaturesTests/SigmaPipelineTests.swift", with: "")
        let scratch = Scratch()
        let deep = String(repeating: "[", count: 200_000)
        let lines = ["{\"server\":{\"ip\":\"192.0.2.1\"}}", "no record", "7", deep, "{\"hallmark\":[1]}"]
        let records = try scratch.write("records", lines.joined(separator: "\n") + "\n")
        let output = try check(
            "python3",
            ["-B", root + "/Tests/Tools/sigma_pipelines.py", "--hostile", records, root + "/signatures"]
        ).text
        #expect(output.contains("table 1: 1 records, 4 lines that are none"), "\(output)")
        #expect(output.contains("splunk 1: "), "\(output)")
        #expect(output.contains("elasticsearch 1: "), "\(output)")
    }
}
