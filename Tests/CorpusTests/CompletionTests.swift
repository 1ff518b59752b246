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
                    "hash": [
                        "sha256": digest, "sha1": String(repeating: "E1", count: 20),
                        "md5": String(repeating: "F1", count: 16),
                    ],
                    "x509": [
                        "version_number": "3", "serial_number": serial,
                        "subject": [
                            "distinguished_name": "O=Acme, CN=a.example", "common_name": ["a.example"],
                            "organization": ["Acme"],
                        ] as [String: Any],
                        "issuer": [
                            "distinguished_name": "CN=Acme CA", "common_name": ["Acme CA"],
                        ] as [String: Any],
                        "not_before": "2026-01-01T00:00:00Z", "not_after": "2027-01-01T00:00:00Z",
                        "signature_algorithm": "sha256WithRSAEncryption", "public_key_algorithm": "RSA",
                        "public_key_size": 2048, "public_key_exponent": 65537,
                        "alternative_names": ["a.example", "b.example"],
                    ] as [String: Any],
                ] as [String: Any],
            ] as [String: Any],
            "hallmark": [
                "certificate": [
                    "spki_sha256": String(repeating: "B1", count: 32),
                    "tbs_no_ct_sha256": String(repeating: "C1", count: 32), "validity_seconds": 31_536_000,
                    "validity_days": 365, "self_signed": false, "self_issued": false, "is_ca": false,
                    "relations": ["some_relation"], "anomalies": ["some_anomaly"], "subject_key_id": "A1B2",
                    "serial": ["bytes": 1, "bits": 4],
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

    private static func isRecord(_ object: [String: Any]) throws -> Bool {
        let picker = RecordPicker(RecordField.judged)
        return (try? picker.read(try line(object).utf8)) != nil && picker.verdict.isRecord
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

    /// Every member of a certificate's parts, and every object in them.
    private static let paths: [String] = {
        func paths(_ value: Any, _ path: String) -> [String] {
            guard let object = value as? [String: Any] else { return [path] }
            return [path] + object.sorted { $0.key < $1.key }.flatMap { paths($1, "\(path).\($0)") }
        }
        let record = whole(endpoint: 1)
        return ToldMembers.parts.flatMap { part in
            let object = part.split(separator: ".").reduce(record as Any) { value, name in
                (value as? [String: Any])?[String(name)] ?? 0
            }
            return paths(object, part)
        }
    }()

    /// Whatever a record lacked or held in a wrong form, the certificate is as if it had come whole.
    @Test(arguments: paths) func aLaterRecordMakesItWhole(path: String) throws {
        guard path != "tls.server.hash", path != "tls.server.hash.sha256" else { return }
        let whole = Self.whole(endpoint: 1)
        // Shares all marks but that of its serial number.
        let other = Self.whole(endpoint: 3, digest: String(repeating: "D1", count: 32))
        let good = try told([[whole, Self.whole(endpoint: 2), other]])
        var count = 0
        let empty: [String: Any] = [:]
        let isObject = Self.paths.contains { $0.hasPrefix(path + ".") }
        for value: Any? in [
            nil, NSNull(), "", -1.5, [] as [Any], empty, [empty], [[] as [Any]], isObject ? nil : ["x": 1],
        ] {
            let damaged = Self.changed(Self.whole(endpoint: 2), path.split(separator: ".")[...], value)
            guard try Self.isRecord(damaged) else { continue }
            count += 1
            var orders = [[[damaged], [whole], [other]], [[damaged, other, whole, damaged]]]
            if value == nil {
                orders += [
                    [[other], [damaged], [whole]], [[damaged, whole, other]], [[whole, other], [damaged]],
                ]
            }
            for sweeps in orders { #expect(try told(sweeps) == good, "\(path) \(String(describing: value))") }
        }
        #expect(count > 1, "\(path)")
    }

    /// A record all of whose members stand under dotted names, of which a few may be left out.
    private static func flat(_ record: [String: Any], without: Set<String> = []) -> [String: Any] {
        func flat(_ value: Any, _ path: String) -> [(String, Any)] {
            guard let object = value as? [String: Any] else { return [(path, value)] }
            return object.flatMap { flat($1, path.isEmpty ? $0 : "\(path).\($0)") }
        }
        return Dictionary(uniqueKeysWithValues: flat(record, "").filter { !without.contains($0.0) })
    }

    /// Nested and dotted names mean the same, also of one certificate.
    @Test func dottedNamesAreKept() throws {
        let (one, two) = (Self.whole(endpoint: 1), Self.whole(endpoint: 2))
        let good = try told([[one, two]])
        #expect(good.contains { $0.contains("Acme CA") })
        #expect(try told([[Self.flat(one), two]]) == good)
        #expect(try told([[Self.flat(one)], [Self.flat(two)]]) == good)
        let part = Self.flat(
            one,
            without: [
                "tls.server.x509.subject.organization", "hallmark.certificate.is_ca", "tls.server.hash.sha1",
            ]
        )
        #expect(try told([[part]]) != good)
        #expect(try told([[part], [Self.flat(two)]]) == good)
        #expect(try told([[part], [two]]) == good)
        var mixed = one
        mixed["hallmark"] = nil
        mixed.merge(Self.flat(one).filter { $0.key.hasPrefix("hallmark.") }) { $1 }
        #expect(try told([[mixed], [two]]) == good)
        // Nobody's members beyond any count make nobody forget what was kept.
        var filled = one
        let many = Dictionary(uniqueKeysWithValues: (0..<100_001).map { ("m\($0)", $0 as Any) })
        filled = Self.changed(filled, ["tls", "server", "hash", "more"], many)
        let corpus = try told([[filled], [two]])
        #expect(corpus.contains { $0.contains("b.example") } && corpus.contains { $0.contains("Acme CA") })
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
