import Foundation
import Observations
import TestSupport
import Testing

@testable import Corpus

/// Certificates whose first record was not whole.
@Suite struct CompletionTests {
    private static let digest = String(repeating: "A1", count: 32)
    private let scratch = Scratch()

    private static func whole(endpoint: Int, digest: String = digest) -> [String: Any] {
        let serial = digest == self.digest ? "0A" : "0B"
        return [
            "@timestamp": "2026-11-01T00:00:00Z",
            "event": ["dataset": "hallmark.observation", "outcome": "success"],
            "server": ["address": "192.0.2.\(endpoint)", "ip": "192.0.2.\(endpoint)", "port": 443],
            "tls": [
                "version": "1.3",
                "server": [
                    "hash": ["sha256": digest],
                    "x509": [
                        "version_number": "3", "serial_number": serial,
                        "subject": [
                            "distinguished_name": "O=Acme, CN=a.example", "common_name": ["a.example"],
                        ] as [String: Any],
                        "issuer": [
                            "distinguished_name": "CN=Acme CA", "common_name": ["Acme CA"],
                        ] as [String: Any],
                        "not_before": "2026-01-01T00:00:00Z", "not_after": "2027-01-01T00:00:00Z",
                        "signature_algorithm": "sha256WithRSAEncryption", "public_key_algorithm": "RSA",
                        "public_key_size": 2048, "alternative_names": ["a.example", "b.example"],
                    ] as [String: Any],
                ] as [String: Any],
            ] as [String: Any],
            "hallmark": [
                "certificate": [
                    "spki_sha256": String(repeating: "B1", count: 32),
                    "tbs_no_ct_sha256": String(repeating: "C1", count: 32), "validity_seconds": 31_536_000,
                    "validity_days": 365, "serial": ["bytes": 1, "bits": 4],
                    "subject_attributes": "O CN", "issuer_attributes": "CN", "extension_oids": "2.5.29.17",
                ] as [String: Any]
            ],
        ]
    }

    /// A record in which something else stands at a path, or nothing.
    private static func changed(
        _ object: [String: Any],
        _ path: ArraySlice<Substring>,
        _ value: Any?
    ) -> [String: Any] {
        guard let name = path.first.map(String.init) else { return object }
        var object = object
        if path.count == 1 {
            object[name] = value
        } else {
            object[name] = changed(object[name] as? [String: Any] ?? [:], path.dropFirst(), value)
        }
        return object
    }

    private static func line(_ object: [String: Any]) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self) + "\n"
    }

    /// What a corpus tells, without the numbers that each has of its own.
    private func told(_ sweeps: [[[String: Any]]]) throws -> [String] {
        let corpus = try CorpusFile(scratch.file("\(UUID().uuidString).sqlite"), .write)
        for (index, sweep) in sweeps.enumerated() {
            let path = try scratch.write("sweep\(index)", sweep.map(Self.line).joined())
            guard case .added(let counts) = try corpus.add(sweep: path) else { continue }
            #expect(counts.malformed == 0)
        }
        return try corpus.read { db in
            var texts: [String] = []
            for column in ["hashes", "x509", "details"] {
                texts += try db.rows("SELECT \(column) FROM certificates ORDER BY sha256") { row in
                    let object = try JSONSerialization.jsonObject(with: Data(try row.text(0).utf8))
                    let data = try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
                    return String(decoding: data, as: UTF8.self)
                }
            }
            for (columns, table) in [
                (
                    "subject, issuer, serial, not_before, not_after, hex(spki), hex(tbs), shape",
                    "certificates"
                ), ("kind, value, count", "marks"),
                ("name, hex(sha256)", "names JOIN certificates ON id = certificate"),
                ("hex(sha256)", "certificates WHERE id IN (SELECT rowid FROM certificate_words('acme'))"),
                ("hex(sha256)", "certificates WHERE id IN (SELECT rowid FROM certificate_words('wrong'))"),
            ] {
                texts += try db.rows("SELECT json_array(\(columns)) AS told FROM \(table) ORDER BY 1") {
                    table + " " + (try $0.text(0))
                }
            }
            let marks = try db.rows("SELECT count(*) FROM certificate_marks") { try $0.count(0) }
            return texts + ["marks \(marks)"]
        }
    }

    @Test(
        arguments: [
            ("tls.server.x509", nil), ("hallmark.certificate", nil), ("tls.server.x509.not_after", nil),
            ("tls.server.x509.not_before", nil), ("tls.server.x509.public_key_size", nil),
            ("tls.server.x509.serial_number", nil), ("tls.server.x509.subject", nil),
            ("tls.server.x509.issuer.distinguished_name", nil), ("hallmark.certificate.spki_sha256", nil),
            ("hallmark.certificate.extension_oids", nil), ("hallmark.certificate.subject_attributes", nil),
            ("tls.server.x509.issuer", "wrong"), ("tls.server.x509.subject", "wrong"),
        ] as [(String, String?)]
    )
    func aLaterRecordMakesItWhole(path: String, value: String?) throws {
        let whole = Self.whole(endpoint: 1)
        let damaged = Self.changed(Self.whole(endpoint: 2), path.split(separator: ".")[...], value)
        // Shares all marks but that of its serial number.
        let other = Self.whole(endpoint: 3, digest: String(repeating: "D1", count: 32))
        let good = try told([[whole, Self.whole(endpoint: 2), other]])
        #expect(try told([[damaged], [whole], [other]]) == good)
        #expect(try told([[other], [damaged], [whole]]) == good)
        #expect(try told([[damaged, whole, other]]) == good)
        #expect(try told([[damaged, other, whole, damaged]]) == good)
        #expect(try told([[whole, other], [damaged]]) == good)
    }

    /// Somebody's text becomes a certificate that was read.
    @Test func textIsMadeWhole() throws {
        var text = Self.whole(endpoint: 2)
        text["event"] = ["dataset": "hallmark.import", "outcome": "success"]
        text["hallmark"] = ["source": ["product": "zeek", "format": "ssl.log", "fidelity": "text"]]
        let whole = Self.whole(endpoint: 1)
        let good = try told([[whole, Self.whole(endpoint: 2)]])
        #expect(try told([[text], [whole]]) == good)
        #expect(try told([[whole], [text]]) == good)
    }
}
