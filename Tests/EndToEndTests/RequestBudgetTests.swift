import Foundation
import TestSupport
import Testing

/// How many requests an endpoint gets, and which.
@Suite(.serialized) struct RequestBudgetTests {
    /// Rules for requests of their own: the name of the software, how sure, and a path.
    private static let rules = [
        ("Rare", "weak", "/weak"), ("Sure", "unique", "/unique"), ("Good", "strong", "/strong"),
        ("Good", "strong", "/asked-twice"), ("Other", "strong", "/asked-twice"), ("Known", "weak", "/known"),
    ]

    private func library(_ scratch: Scratch) throws -> [String] {
        for (index, (name, specificity, path)) in Self.rules.enumerated() {
            try scratch.write(
                "rule-\(index).yml",
                """
                title: Rule \(index)
                logsource: {product: hallmark}
                detection: {s: {url.path: \(path), http.response.title: 'mark \(index)'}, condition: s}
                hallmark: {software: {name: \(name)}, specificity: \(specificity), requests: [{path: \(path)}]}
                """
            )
        }
        try scratch.write(
            "certificate.yml",
            """
            title: Certificate
            logsource: {product: hallmark}
            detection: {s: {tls.server.x509.subject.common_name: known.test}, condition: s}
            hallmark: {software: {name: Known}, specificity: strong}
            """
        )
        try scratch.write(
            "refuted.yml",
            """
            title: Refuted
            logsource: {product: hallmark}
            detection: {s: {tls.server.x509.subject.common_name: another.test, url.path: /refuted}, condition: s}
            hallmark: {software: {name: Refuted}, specificity: unique, requests: [{path: /refuted}]}
            """
        )
        return ["--no-default-signatures", "--signatures", scratch.path]
    }

    /// The paths that a real server was asked for, in order.
    private func asked(_ name: String, _ command: [String]) throws -> [Substring] {
        let (scratch, rules) = (Scratch(), Scratch())
        let certificate = try LabCertificate("/CN=\(name)")
        let log = scratch.file("access")
        let server = try ServerProcess("nginx", scratch: scratch, keeping: [certificate.scratch]) {
            port,
            scratch in
            let answer = "access_log \(log) asked; location / { return 200 $request_uri; }"
            let path = try LabServer.nginxArguments(certificate, port, scratch, answer)
            let file = scratch.file("nginx.conf")
            let text = try String(contentsOfFile: file, encoding: .utf8)
            try scratch.write(
                "nginx.conf",
                text.replacing("access_log off;", with: "log_format asked $request_uri;")
            )
            return path
        }
        let target = "127.0.0.1:\(server.port)"
        let result = try Program.run(command + [target] + library(rules))
        #expect(result.status == 0, "\(result.errors)")
        return try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
    }

    /// Four: the first page, the two most telling requests, the icon.
    @Test func theMostTellingWithinTheBudget() throws {
        let found = try asked("unknown.test", ["scan", "-q", "--probe", "full"])
        #expect(found == ["/", "/asked-twice", "/unique", "/favicon.ico"])
    }

    @Test func softwareThatTheCertificateShowsComesFirst() throws {
        let found = try asked("known.test", ["scan", "-q", "--probe", "adaptive"])
        #expect(found.prefix(4) == ["/", "/known", "/asked-twice", "/unique"])
        #expect(found.count == 4)
        #expect(try asked("known.test", ["validate"]) == ["/", "/known", "/asked-twice", "/favicon.ico"])
    }

    /// The record says that there would have been more to ask for, and so does the report.
    @Test(arguments: [4, 64]) func whatTheLimitLeftOutIsSaid(_ limit: Int) throws {
        let rules = Scratch()
        let server = try LabServer.nginx.start(LabCertificate("/CN=known.test"), [LabAnswer(body: "ok")])
        let arguments =
            ["validate", "127.0.0.1:\(server.port)", "--maximum-requests", "\(limit)"] + (try library(rules))
        let record = try #require(try Program.records(Program.run(arguments + ["--json"]).text).first)
        let probes = try #require(record["hallmark.probes"] as? [[String: Any]])
        let limits = probes.filter { $0["kind"] as? String == "http" }.map { $0["limit"] as? String }
        #expect(limits == [limit == 4 ? "requests" : nil])
        let report = try Program.run(arguments).text
        #expect(report.contains("--maximum-requests allows more") == (limit == 4), "\(report)")
    }

    /// What the certificate refutes is not asked for, whatever room there is.
    @Test func allThatCanStillTell() throws {
        let found = try asked("known.test", ["validate", "--maximum-requests", "64"])
        #expect(
            found == ["/", "/known", "/asked-twice", "/unique", "/strong", "/weak", "/favicon.ico"]
        )
        #expect(try asked("another.test", ["validate", "--maximum-requests", "2"]) == ["/", "/favicon.ico"])
        #expect(try asked("another.test", ["validate", "--maximum-requests", "1"]) == ["/"])
    }
}
