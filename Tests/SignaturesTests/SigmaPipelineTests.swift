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
        #expect(answer.refused["hallmark_sqlite"] == nil, "\(answer.refused)")
        let reasons = answer.refused.flatMap { pipeline, reasons in reasons.keys.map { "\(pipeline): \($0)" }
        }
        let known = [
            "hallmark_elasticsearch: ES Lucene backend can't handle field references.",
            "hallmark_elasticsearch: Field equals timestamp part value expressions",
            "hallmark_splunk: Field equals timestamp part value expressions",
            "hallmark_splunk: Splunk: a regular expression can't be asked of a list",
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
}
