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
        let found = try asked("unknown.test", ["scan", "-q", "--probe", "full", "--maximum-requests", "4"])
        #expect(found == ["/", "/asked-twice", "/unique", "/favicon.ico"])
    }

    @Test func softwareThatTheCertificateShowsComesFirst() throws {
        let found = try asked("known.test", ["scan", "-q", "--probe", "adaptive", "--maximum-requests", "4"])
        #expect(found == ["/", "/known", "/asked-twice", "/unique"])
    }

    /// The record says that there would have been more to ask for, and so do the report and the summary.
    @Test func whatTheLimitLeftOutIsSaid() throws {
        let rules = Scratch()
        let server = try LabServer.nginx.start(LabCertificate("/CN=known.test"), [LabAnswer(body: "ok")])
        for limit in [3, 64] {
            let more = ["127.0.0.1:\(server.port)", "--maximum-requests", "\(limit)"] + (try library(rules))
            let record = try #require(
                try Program.records(Program.run(["validate", "--json"] + more).text).first
            )
            let probes = try #require(record["hallmark.probes"] as? [[String: Any]])
            let limits = probes.filter { $0["kind"] as? String == "http" }.map { $0["limit"] as? String }
            #expect(limits == [limit == 3 ? "requests" : nil])
            let marks = try #require(record["hallmark.marks"] as? [String: Any])
            #expect(
                marks["known"] as? Int == 8 && marks["tested"] as? Int == (limit == 3 ? 3 : 8),
                "\(marks)"
            )
            #expect(try schemaErrors(record.line) == "")
            let report = try Program.run(["validate"] + more).text
            #expect(report.contains("--maximum-requests allows more") == (limit == 3), "\(report)")
            #expect(report.contains("5 of 8 could not be looked for: ") == (limit == 3), "\(report)")
            let scan = try Program.run(["scan", "--probe", "full"] + more)
            let isSaid = scan.errors.contains("marks not looked for: 5 on 1 endpoint ")
            #expect(isSaid == (limit == 3), "\(scan.errors)")
        }
    }

    /// What the certificate refutes is not asked for, whatever room there is; without a limit there is room.
    @Test func allThatCanStillTell() throws {
        let all = ["/", "/known", "/asked-twice", "/unique", "/strong", "/weak", "/favicon.ico"]
        #expect(try asked("known.test", ["validate"]) == all.map { $0[...] })
        #expect(try asked("known.test", ["scan", "-q", "--probe", "full"]) == all.map { $0[...] })
        #expect(try asked("another.test", ["validate", "--maximum-requests", "2"]) == ["/", "/favicon.ico"])
        #expect(try asked("another.test", ["validate", "--maximum-requests", "1"]) == ["/"])
    }
}
