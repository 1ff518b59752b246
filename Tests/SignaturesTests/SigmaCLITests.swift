import Foundation
import TestSupport
import Testing

/// The shipped rules in the hands of another Sigma tool, sigma-cli.
@Suite(.enabled(if: !PythonPackages.isOffline)) struct SigmaCLITests {
    private static let root = #filePath.replacing("/Tests/SignaturesTests/SigmaCLITests.swift", with: "")

    private static func sigma(_ arguments: [String]) throws -> CommandResult {
        try check("python3", ["-B", root + "/Tests/Tools/sigma_cli.py"] + arguments)
    }

    private static var ruleFiles: Int {
        get throws {
            try FileManager.default.subpathsOfDirectory(atPath: root + "/signatures").count {
                $0.hasSuffix(".yml")
            }
        }
    }

    /// Every file below the folder is a rule, and none has a finding of high severity without a reason.
    @Test func checkFindsNothingHigh() throws {
        let text = try Self.sigma([
            "check", "--validation-config", Self.root + "/vocabulary/sigma-check.yml",
            Self.root + "/signatures",
        ]).text
        #expect(text.contains("No rule errors found."), "\(text.suffix(500))")
        #expect(text.contains("No condition errors found."))
        let high = text.split(separator: "\n").filter { $0.contains("severity=high") }
        #expect(high.isEmpty, "\(high.joined(separator: "\n"))")
    }

    @Test func convertTakesEveryRule() throws {
        let text = try Self.sigma([
            "convert", "-t", "sqlite", "--without-pipeline", Self.root + "/signatures",
        ]).text
        let queries = text.split(separator: "\n").count { $0.contains("SELECT ") && $0.contains(" WHERE ") }
        #expect(queries >= (try Self.ruleFiles))
    }
}
