import Foundation
import TestSupport
import Testing

/// Whether the lab can be set up here.
private let isLabPossible =
    !PythonPackages.isOffline
    && (try? run("unshare", ["-n", "ip", "link", "set", "lo", "up"]).status) == 0

/// Names, addresses and certificates in a network namespace with a name server of its own.
@Suite(.enabled(if: isLabPossible)) struct ContextLabTests {
    private typealias Record = [String: Any]

    private struct Lab {
        let scratch = Scratch()
        let times: [String: [String: Double]]

        init() throws {
            try PythonPackages.install()
            let tools = projectFolder + "/Tests/Tools"
            let text = try check(
                "env",
                [
                    "-C", tools, "PYTHONDONTWRITEBYTECODE=1", "unshare", "-n", "python3", "context_lab.py",
                    Program.path,
                    scratch.path,
                ]
            ).text
            times = try JSONDecoder().decode([String: [String: Double]].self, from: Data(text.utf8))
        }

        func text(_ file: String) throws -> String {
            try String(contentsOfFile: scratch.file(file), encoding: .utf8)
        }

        /// The records of a file by their address's last number.
        func records(_ file: String) throws -> [String: Record] {
            var records: [String: Record] = [:]
            for line in try text(file).split(separator: "\n") {
                let record = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? Record ?? [:]
                let ip = ((record["server"] as? Record)?["ip"] as? String) ?? ""
                records[ip.replacingOccurrences(of: "203.0.113.", with: "")] = record
            }
            return records
        }
    }

    private func part(_ record: Record?, _ path: String) -> Any? {
        path.split(separator: ".").reduce(record as Any?) { ($0 as? Record)?[String($1)] }
    }

    private func word(_ record: Record?, _ path: String) -> String? { part(record, path) as? String }

    private func words(_ record: Record?, _ path: String) -> [String] {
        part(record, path) as? [String] ?? []
    }

    /// One lab for all: it takes a few seconds to be there.
    @Test func everyHostIsSaidCorrectly() throws {
        let lab = try Lab()
        try whatStandsAround(lab)
        try aDeadResolverHoldsNothingUp(lab)
        try listsAreFetchedWithinBounds(lab)
    }

    private func whatStandsAround(_ lab: Lab) throws {
        for file in ["sweep.ndjson", "enrich.ndjson"] {
            let records = try lab.records(file)
            let errors = try lab.text(file + ".err")
            #expect(records.count == 12, "\(file): \(errors)")
            let names = "hallmark.context.names."
            let revocation = "hallmark.context.revocation."
            let points = records.mapValues { word($0, names + "points") }
            #expect(
                points == [
                    "10": "here", "66": "elsewhere", "20": "here", "30": "here", "31": "elsewhere",
                    "40": "elsewhere",
                    "50": "here", "51": "here", "52": "here", "53": "here", "60": "nowhere", "61": "here",
                ],
                "\(file)"
            )
            #expect(words(records["66"], names + "addresses") == ["203.0.113.10"])
            #expect(words(records["66"], names + "reverse") == ["shop.test"])
            #expect(words(records["66"], names + "reverse_confirmed").isEmpty)
            #expect(words(records["10"], names + "reverse_confirmed") == ["shop.test"])
            #expect(part(records["10"], names + "caa.agrees") as? Bool == true)
            #expect(words(records["40"], names + "caa.issuers") == ["digicert.com"])
            #expect(part(records["40"], names + "caa.agrees") as? Bool == false)
            #expect(part(records["50"], names + "caa") == nil)
            #expect(part(records["20"], names + "more") as? Int == 24)
            #expect(word(records["20"], "hallmark.context.hosting.kind") == "cdn")
            #expect(word(records["10"], "hallmark.context.hosting.kind") == "unknown")

            let status = records.compactMapValues { word($0, revocation + "status") }
            #expect(
                status == [
                    "10": "good", "66": "good", "50": "revoked", "51": "stale", "53": "invalid",
                ],
                "\(file)"
            )
            #expect(word(records["50"], revocation + "reason") == "key_compromise")
            #expect(words(records["52"], revocation + "anomalies") == ["must_staple_without_staple"])
            #expect(part(records["61"], revocation) == nil)
        }

        let findings = try lab.text("compare.ndjson").split(separator: "\n").map { line -> String in
            let record = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? Record
            let finding = (part(record, "hallmark.findings") as? [Record])?.first
            return "\(word(record, "server.ip") ?? "?") \(word(finding, "name") ?? "?")"
        }
        #expect(findings.contains("203.0.113.66 certificate_elsewhere"), "\(findings)")
        #expect(findings.contains("203.0.113.40 names_point_elsewhere"))
        #expect(findings.contains("203.0.113.50 revoked"))
        #expect(findings.count { $0.hasSuffix("certificate_elsewhere") } == 1)

        let report = try lab.text("report.txt")
        #expect(report.contains("none points here, they point to 203.0.113.10"))
        #expect(report.contains("key_compromise"))
    }

    private func aDeadResolverHoldsNothingUp(_ lab: Lab) throws {
        let records = try lab.records("dead.ndjson")
        #expect(records.count == 12)
        #expect(word(records["10"], "hallmark.context.names.state") == "not_asked")
        #expect(word(records["50"], "hallmark.context.revocation.status") == "revoked")
        #expect(
            records.allSatisfy { number, record in
                // An address in a certificate needs no name server.
                word(record, "hallmark.context.names.points") ?? "unknown"
                    == (number == "61" ? "here" : "unknown")
            }
        )
        #expect(try lab.text("dead.ndjson.err").contains("no name server could tell of any name"))
        #expect(lab.times["dead"]?["code"] == 1)
        // Generous: without context it takes less than a second, and a name server's silence costs another.
        let (dead, plain) = (lab.times["dead"]?["seconds"] ?? 0, lab.times["plain"]?["seconds"] ?? 0)
        #expect(dead < 2 * plain + 10)
    }

    private func listsAreFetchedWithinBounds(_ lab: Lab) throws {
        let list = "hallmark.context.revocation.crl."
        let records = try lab.records("lists.ndjson")
        let errors = try lab.text("lists.ndjson.err")
        #expect(
            records.compactMapValues { word($0, list + "status") } == [
                "70": "revoked", "71": "good", "72": "invalid", "73": "unavailable", "74": "unavailable",
                "75": "unavailable", "76": "other", "77": "unavailable",
            ],
            "\(errors)"
        )
        #expect(word(records["70"], "hallmark.context.revocation.status") == "revoked")
        #expect(word(records["70"], "hallmark.context.revocation.reason") == "superseded")
        #expect(word(records["70"], list + "url") == "http://203.0.113.70/list")
        let reasons = records.mapValues { word($0, list + "error") ?? "" }
        #expect(reasons["73"]?.contains("longer than") == true, "\(reasons)")
        #expect(reasons["74"]?.contains("redirect") == true, "\(reasons)")
        #expect(reasons["77"]?.contains("404") == true, "\(reasons)")
        #expect(reasons["75"]?.contains("must not be connected to") == true, "\(reasons)")
        #expect(errors.contains("revocation lists that could not be had"))
        #expect(lab.times["lists"]?["code"] == 0)

        // The server is gone: what was fetched speaks from the disk, and the rest is said to be missing.
        let kept = try lab.records("kept.ndjson").mapValues { word($0, list + "status") }
        #expect(kept["70"] == "revoked" && kept["71"] == "good")
        #expect(kept["73"] == "unavailable")
    }
}
