import Corpus
import Foundation
import TestSupport

/// Records drawn by lot, with much in common and odd texts, in a corpus and as plain values.
struct SearchedSweep {
    let scratch = Scratch()
    let corpus: CorpusFile
    let lines: [String]
    /// By what is no two sightings' (`http.response.header_order_hash`).
    private(set) var sightings: [String: PlainRecord] = [:]

    private static let organizations = [
        "Acme Ltd", "Acme, Inc.", "ACME", "Ünïcode GmbH", "a*b?c[d]", "O'Brien & \"Sons\"", "Example Ltd",
        "Line\u{7}Bell", "Two  Blanks", "acme-labs.example",
    ]
    private static let titles = [
        "Welcome to nginx!", "Login - Acme", "größe", "404 Not Found", "", "x_y-z 1.2",
    ]

    init(_ count: Int, seed: UInt64 = 1) throws {
        var random = SeededNumbers(state: seed)
        var lines: [String] = []
        for index in 0..<count {
            let record = Self.record(index, &random)
            // One sighting may be several observations.
            for moment in 0..<Int.random(in: 1...3, using: &random) {
                var record = record
                let second = index * 10_000 + moment * 86_400 * 3
                record["@timestamp"] = Date(timeIntervalSince1970: 1_793_500_000.25 + Double(second))
                    .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
                let data = try JSONSerialization.data(
                    withJSONObject: record,
                    options: [.sortedKeys, .withoutEscapingSlashes]
                )
                lines.append(String(decoding: data, as: UTF8.self))
            }
        }
        self.lines = lines
        corpus = try CorpusFile(scratch.file("c.sqlite"), .write)
        _ = try corpus.add(sweep: scratch.write("sweep.ndjson", lines.joined(separator: "\n") + "\n"))
        for line in lines {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            let record = PlainRecord(object)
            let key = record.values["http.response.header_order_hash"]?.first ?? ""
            sightings[key, default: record].times += [record.values["@timestamp"]?.first].compactMap {
                $0.flatMap(PlainLeaf.date)
            }
        }
    }

    private static func record(_ index: Int, _ random: inout SeededNumbers) -> [String: Any] {
        func lot(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
        let certificate = lot(60)
        var inner = SeededNumbers(state: UInt64(certificate) + 77)
        func fixed(_ count: Int) -> Int { Int.random(in: 0..<count, using: &inner) }
        var subject: [String: Any] = ["common_name": ["host\(certificate).example"]]
        let first = organizations[fixed(organizations.count)]
        var organization = [first]
        if fixed(4) == 0 { organization.append(organizations[fixed(organizations.count)]) }
        let hasOrganization = fixed(5) > 0
        if hasOrganization { subject["organization"] = organization }
        let shown = organization.map { $0.replacing(",", with: "\\,").replacing("\u{7}", with: "\\07") }
        subject["distinguished_name"] =
            (hasOrganization ? shown.map { "O=\($0), " }.joined() : "") + "CN=host\(certificate).example"
        // A name without any part is one; nothing known of it is another thing.
        let name = fixed(9)
        if name == 0 { subject = ["distinguished_name": ""] }
        let issuer = fixed(7)
        let issuedBy = issuer == 6 ? "" : "C=US, O=Authority \(issuer), CN=CA \(issuer)"
        var authority: [String: Any] = ["distinguished_name": issuedBy]
        if issuer != 6 {
            authority["organization"] = ["Authority \(issuer)"]
            authority["common_name"] = ["CA \(issuer)"]
        }
        let begin = 1_780_000_000 + fixed(20_000_000)
        func time(_ seconds: Int) -> String {
            Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
        }
        var names = ["host\(certificate).example", "www.host\(certificate).example"]
        if fixed(3) == 0 { names.append("*.Site\(fixed(5)).test") }
        func hex(_ kind: Int) -> String {
            let text = String(certificate * 16 + kind, radix: 16, uppercase: true)
            return String(repeating: String(repeating: "0", count: 16 - text.count) + text, count: 4)
        }
        var x509: [String: Any] = [
            "issuer": authority,
            "serial_number": "0\(fixed(9))A\(100 + certificate)", "not_before": time(begin),
            "not_after": time(begin + 7_776_000), "alternative_names": names,
            "public_key_size": [256, 2048, 4096][fixed(3)],
            "public_key_algorithm": "RSA",
        ]
        if name != 1 { x509["subject"] = subject }
        var hallmark: [String: Any] = [
            "scan": ["id": "s"],
            "certificate": [
                "spki_sha256": hex(2), "tbs_no_ct_sha256": hex(3), "self_signed": fixed(2) == 0,
                "validity_seconds": [7_776_000, 31_536_000][fixed(2)],
            ],
        ]
        if lot(3) == 0 {
            hallmark["leads"] = ["Cobalt Strike", "Sliver", "Mythic"].shuffled(using: &random).prefix(
                1 + lot(2)
            ).map { name in
                let confidence = lot(100)
                return [
                    "software": ["name": name, "id": "S0\(name.count)"], "confidence": confidence,
                    "label": confidence < 50 ? "low" : confidence < 80 ? "medium" : "high",
                ]
            }
        }
        let domain = lot(3) == 0 ? nil : "site\(lot(12)).\(["example", "test", "acme.example"][lot(3)])"
        var server: [String: Any] = [
            "ip": "192.\(lot(3)).\(lot(4)).\(lot(250))", "port": [443, 8443, 993][lot(3)],
        ]
        server["address"] = domain ?? server["ip"]
        if let domain { server["domain"] = domain }
        var response: [String: Any] = ["header_order_hash": "hhh:1:\(index)"]
        let title = titles[lot(titles.count)]
        if !title.isEmpty { response["title"] = title }
        if lot(2) == 0 { response["header"] = ["server": ["nginx/1.\(lot(4)).0 (Debian)"]] }
        var shownTLS: [String: Any] = [
            "hash": ["sha256": hex(1)], "x509": x509, "jarm": String(repeating: "\(lot(5))ab", count: 20),
            "issuer": issuedBy,
        ]
        if name != 1 { shownTLS["subject"] = subject["distinguished_name"] }
        var tls: [String: Any] = ["version": ["1.2", "1.3"][lot(2)], "server": shownTLS]
        if let domain { tls["client"] = ["server_name": domain] }
        return [
            "event": ["kind": "event", "outcome": "success", "dataset": "hallmark.observation"],
            "server": server,
            "tls": tls, "hallmark": hallmark, "http": ["response": response],
        ]
    }
}
