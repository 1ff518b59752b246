import Foundation
import TestSupport
import Testing

/// What rules say of certificates in logs, and what other commands make of what a watch has written.
@Suite(.enabled(if: !PythonPackages.isOffline)) struct LoggedRuleTests {
    private func rule(_ level: String, _ name: String) -> String {
        """
        title: A name with \(name)
        id: 0399a455-a6dd-55d7-bbf7-\(name == "first" ? "f394886cbd01" : "f394886cbd02")
        status: experimental
        author: Test
        date: 2026-11-27
        tags:
          - hallmark.trait
        logsource:
          product: hallmark
          category: tls_observation
        detection:
          name:
            tls.server.x509.alternative_names|contains: \(name)
          condition: name
        level: \(level)
        hallmark:
          examples:
            match:
              - tls.server.x509.alternative_names: \(name).test
            no_match:
              - tls.server.x509.alternative_names: other.test

        """
    }

    /// A rule that holds is what somebody asked for; one that is for information alone marks what is written.
    @Test func whatARuleHoldsForIsWritten() throws {
        let logs = try CTLogs(
            "[{\"name\": \"a\", \"kind\": \"rfc6962\", \"entries\": 4, \"names\": {\"1\": [\"first.test\"], "
                + "\"2\": [\"second.test\"]}}]"
        )
        let folder = logs.scratch.file("rules")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try logs.scratch.write("rules/first.yml", rule("low", "first"))
        try logs.scratch.write("rules/second.yml", rule("informational", "second"))
        let result = try logs.run([
            "watch", "--log-list", logs.list, "--from-start", "--until-head", "--rate", "500", "--signatures",
            folder, "--no-default-signatures",
        ])
        #expect(result.status == 0, "\(result.errors)")
        let records = try CTLogs.objects(result.text)
        #expect(records.compactMap { $0.at("hallmark.ct.index") as? Int } == [2])
        #expect(result.errors.contains("with a rule that holds, and no lead: 1"), "\(result.errors)")
        #expect(result.errors.contains("'hallmark match' over what --all writes"), "\(result.errors)")
    }

    @Test func otherCommandsTellWhatAWatchFound() throws {
        let logs = try CTLogs(
            "[{\"name\": \"a\", \"kind\": \"rfc6962\", \"entries\": 4, \"names\": {\"1\": [\"a.watched.test\"], "
                + "\"2\": [\"b.watched.test\"]}}]"
        )
        let found = logs.scratch.file("ct.ndjson")
        #expect(try logs.watch(["--watch", "watched.test", "-o", found]).status == 0)
        // Two certificates are two findings, though neither stands on an endpoint.
        let report = try run(programPath, ["report", found, "--format", "markdown"])
        #expect(report.status == 0, "\(report.errors)")
        for name in ["a.watched.test.", "b.watched.test."] {
            #expect(report.text.contains("authorised this certificate for \(name)"), "\(report.text)")
        }
        #expect(report.text.contains("0 endpoints in 2 records"), "\(report.text)")
        #expect(report.text.contains("2 certificates without an endpoint"), "\(report.text)")
        for format in ["sarif", "ocsf", "csv"] {
            let exported = try run(programPath, ["export", "--to", format, found])
            #expect(exported.status == 0 && exported.text.contains("unknown_certificate"), "\(format)")
            #expect(exported.text.contains("b.watched.test"), "\(format)")
        }
        // There is nothing that an endpoint could be compared with.
        let compared = try run(programPath, ["compare", found, "--expiring", "30"])
        #expect(
            compared.status == 1 && compared.errors.contains("ct watch --inventory"),
            "\(compared.errors)"
        )
    }
}
