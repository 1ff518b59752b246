import Bytes
import Foundation
import Observations
import Testing

/// Whatever stands in the place of a part of a record, all three readers of records say the same of the line.
@Suite struct MutatedRecordTests {
    private static let digest = String(repeating: "AB", count: 32)

    /// One part of each kind that records have, and all that a verdict hangs on.
    private static var record: [String: Any] {
        [
            "@timestamp": "2026-11-22T03:31:00.123Z",
            "event": [
                "dataset": "hallmark.observation", "kind": "alert", "outcome": "success",
                "module": "hallmark",
                "ingested": "2026-11-22T03:31:00.123Z", "duration": 5, "risk_score": 90,
            ],
            "error": ["code": "none", "message": "none"],
            "server": ["address": "203.0.113.7", "ip": "203.0.113.7", "port": 443, "domain": "a.example"],
            "network": ["transport": "tcp"],
            "url": ["scheme": "https", "path": "/"],
            "http": ["response": ["status_code": 200, "title": "x", "header": ["server": ["x"]]]],
            "tls": [
                "version": "1.3", "established": true, "client": ["server_name": "a.example"],
                "server": [
                    "hash": ["sha256": digest], "jarm": "x", "not_before": "2026-01-01T00:00:00Z",
                    "not_after": "2027-01-01T00:00:00Z", "certificate_chain": ["AAAA"],
                    "x509": [
                        "not_before": "2026-01-01T00:00:00Z", "not_after": "2027-01-01T00:00:00Z",
                        "public_key_algorithm": "RSA", "public_key_size": 2048,
                        "signature_algorithm": "SHA256-RSA", "alternative_names": ["a.example"],
                        "subject": ["distinguished_name": "CN=a", "common_name": ["a"]],
                        "issuer": ["distinguished_name": "CN=a"],
                    ],
                ],
            ],
            "hallmark": [
                "certificate": [
                    "spki_sha256": digest, "tbs_no_ct_sha256": digest, "validity_seconds": 31_536_000,
                    "self_signed": true, "anomalies": ["x"], "serial": ["bytes": 8, "integer": "5"],
                ],
                "sightings": [
                    "count": 3, "first": "2026-01-01T00:00:00Z", "last": "2026-01-01T00:00:00Z",
                ],
                "leads": [
                    [
                        "software": ["name": "Sliver", "id": "S0633"], "confidence": 90, "label": "high",
                        "kinds": ["certificate"],
                    ]
                ],
                "matches": [["rule": ["id": "a", "name": "b"], "software": ["name": "Sliver"]]],
                "findings": [["name": "expired", "severity": "high"]],
                "indicators": [["feed": "x", "field": "server.ip", "value": "203.0.113.7"]],
                "decisions": [["verdict": "dismiss", "dismissed": ["Sliver"]]],
                "clients": [["ip": "192.0.2.1", "count": 3]],
                "source": ["fidelity": "der"], "http": [["url": ["path": "/a"]]],
            ],
        ]
    }

    private static var values: [Any] {
        [
            NSNull(), 5, -1, 1.5, 1e18, 1e300, true, "", "x", "true", "2026-01-01T00:00:00Z", [Any](), [5],
            ["x"],
            [[String: Any]()], [String: Any](), ["x": 1], [[["x": 1]]], ["software": ["name": "a"]],
        ]
    }

    /// The paths of all parts; numbers are places in lists.
    private static func paths(_ value: Any) -> [[any Sendable]] {
        if let object = value as? [String: Any] {
            return object.sorted { $0.key < $1.key }.flatMap { name, part in
                [[name]] + paths(part).map { [name] + $0 }
            }
        }
        if let list = value as? [Any] {
            return list.indices.flatMap { place in [[place]] + paths(list[place]).map { [place] + $0 } }
        }
        return []
    }

    /// The value with another one at a path; without one where it is nil.
    private static func setting(_ path: ArraySlice<any Sendable>, _ new: Any?, in value: Any) -> Any? {
        guard let step = path.first else { return new }
        let rest = path.dropFirst()
        if var object = value as? [String: Any], let name = step as? String, let part = object[name] {
            object[name] = setting(rest, new, in: part)
            return object
        }
        if var list = value as? [Any], let place = step as? Int {
            if let changed = setting(rest, new, in: list[place]) {
                list[place] = changed
            } else {
                list.remove(at: place)
            }
            return list
        }
        return value
    }

    /// The record with the member at a path drawn out of its objects, by one dotted name.
    private static func dotted(_ path: [any Sendable]) -> Any? {
        let names = path.compactMap { $0 as? String }
        guard names.count == path.count, names.count > 1 else { return nil }
        var part: Any = record
        for name in names {
            guard let inner = (part as? [String: Any])?[name] else { return nil }
            part = inner
        }
        guard var changed = setting(path[...], nil, in: record) as? [String: Any] else { return nil }
        changed[names.joined(separator: ".")] = part
        return changed
    }

    /// The record with a member besides under one dotted name.
    private static func doubled(_ path: [any Sendable], _ value: Any?) -> Any? {
        let names = path.compactMap { $0 as? String }
        guard names.count == path.count, names.count > 1,
            let changed = dotted(path) as? [String: Any]
        else { return nil }
        var both = record
        both[names.joined(separator: ".")] = value ?? changed[names.joined(separator: ".")]
        return both
    }

    static func lines() throws -> [String] {
        var records: [Any] = [record]
        for path in paths(record) {
            records += ([nil] + values.map(Optional.some)).compactMap { setting(path[...], $0, in: record) }
            if let changed = dotted(path) { records.append(changed) }
            records += [doubled(path, nil), doubled(path, NSNull())].compactMap(\.self)
        }
        return try records.map {
            let options: JSONSerialization.WritingOptions = [.sortedKeys, .fragmentsAllowed]
            let data = try JSONSerialization.data(withJSONObject: $0, options: options)
            return String(decoding: data, as: UTF8.self)
        }
    }

    @Test func allReadersSayTheSame() throws {
        let picker = RecordPicker(RecordField.judged)
        let tree = JSONTree()
        let reader = ObservationReader(skipping: [])
        let judge = RecordJudge(names: reader.names)
        let lines = try Self.lines()
        #expect(lines.count > 2000)
        var refused = 0
        var differing: [String] = []
        for line in lines {
            let bytes = Array(line.utf8)
            let picked = (try? picker.read(bytes)).map { picker.verdict }
            let (tree, read) = try bytes.withUnsafeBufferPointer { bytes in
                (
                    try tree.read(UnsafeRawBufferPointer(bytes), isRecord: true).verdict,
                    (try? reader.read(bytes)).map { judge.judge($0) }
                )
            }
            if picked?.fault != nil { refused += 1 }
            if picked != tree || read != tree {
                differing.append(
                    "\(String(describing: picked)) \(tree) \(String(describing: read)): \(line)"
                )
            }
        }
        #expect(refused > 500 && refused < lines.count / 2)
        #expect(differing.isEmpty, "\(differing.count): \(differing.prefix(12).joined(separator: "\n"))")
    }

    /// Whoever writes more leads than any record has does not fill a report with them.
    @Test(arguments: [(1, true), (1000, true), (1001, false)]) func leadsAreBounded(
        _ count: Int,
        _ isWell: Bool
    )
        throws
    {
        let lead = #"{"software":{"name":"a"},"confidence":9}"#
        let leads = Array(repeating: lead, count: count).joined(separator: ",")
        let picker = RecordPicker(RecordField.judged)
        try picker.read(
            #"{"@timestamp":"2026-11-22T03:31:00Z","server":{"ip":"192.0.2.1"},"hallmark":{"leads":[\#(leads)]}}"#
                .utf8
        )
        #expect(picker.verdict == (isWell ? .endpoint : .refused(.lead)))
        #expect(picker.leads.count == (isWell ? count : 0))
    }

    /// Whoever takes a name away from a certificate has it cover less: what is no name makes no record.
    @Test(arguments: [
        ("[\"a.example\"]", true), ("\"a.example\"", true), ("[]", true), ("null", true),
        ("[\"a.example\",null]", true), ("5", false), ("true", false), ("{\"a\":1}", false), ("[5]", false),
        ("[\"a.example\",false]", false), ("[[\"a.example\"]]", false), ("[{\"dns\":\"a.example\"}]", false),
    ]) func namesAreTexts(_ names: String, _ isWell: Bool) throws {
        let start =
            #"{"@timestamp":"2026-11-22T03:31:00Z","server":{"ip":"192.0.2.1"},"tls":{"server":{"x509":{"#
        for member in [
            #""alternative_names":\#(names)"#, #""subject":{"common_name":\#(names)}"#,
            #""issuer.distinguished_name":\#(names)"#,
        ] {
            let picker = RecordPicker(RecordField.judged)
            try picker.read("\(start)\(member)}}}}".utf8)
            #expect(picker.verdict.isRecord == isWell, "\(member)")
        }
    }

    /// A frame is a list where its field is one.
    @Test func framesAgreeWithTheFields() {
        #expect(Set(RecordFact.allCases.map(\.field)) == Set(RecordFrame.all.filter(\.isValue).map(\.path)))
        for frame in RecordFrame.all where !frame.isValue {
            if let field = Field.named(frame.path) {
                #expect((field.kind == .objects) == frame.isList, "\(frame.path)")
            } else {
                #expect(!frame.isList, "\(frame.path)")
                #expect(Field.all.contains { $0.name.hasPrefix(frame.path + ".") }, "\(frame.path)")
            }
        }
    }
}
