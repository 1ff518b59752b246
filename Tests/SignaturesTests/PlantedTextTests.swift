import Foundation
import Observations
import Testing
import YAML

@testable import Signatures

/// What an outsider can put on an innocent server makes no lead above low, whichever shipped rule it is made
/// for.
@Suite struct PlantedTextTests {
    private static let root = #filePath.replacing("/Tests/SignaturesTests/PlantedTextTests.swift", with: "")
    private static let rules = Result { try SignatureLibrary.load([root + "/signatures"], cache: nil) }

    private let set: RuleSet
    private let assessor: Assessor

    init() throws {
        set = try Self.rules.get()
        assessor = Assessor(set)
    }

    private func leads(_ record: [String: Any]) throws -> [Lead] {
        let bytes = [UInt8](try JSONSerialization.data(withJSONObject: record))
        try bytes.withUnsafeBufferPointer { try assessor.scratch.match($0) }
        return assessor.assessLast().leads
    }

    /// An innocent page, with what somebody planted.
    private func page(
        status: Int = 200,
        title: String = "Village bakery",
        body: String = "",
        path: String = "/",
        headers: [String: [String]] = [:]
    ) -> [String: Any] {
        let text = "<html><head><title>\(title)</title></head><body><h1>Guest book</h1>\(body)</body></html>"
        return [
            "url.path": path,
            "http": [
                "response": [
                    "status_code": status, "title": title, "body": ["content": text],
                    "header": ["server": ["nginx"]].merging(headers) { $1 },
                ] as [String: Any]
            ],
        ]
    }

    /// The literal texts that a rule looks for in an HTTP answer, by field.
    private func marks(_ rule: SigmaRule) -> [(field: String, text: String)] {
        rule.condition.positiveTests.flatMap { test -> [(String, String)] in
            guard EvidenceKind.of(test.field) == .http else { return [] }
            switch test.predicate {
            case .text(let text, _):
                let parts = text.parts.compactMap { part -> String? in
                    if case .literal(let bytes) = part { String(decoding: bytes, as: UTF8.self) } else { nil }
                }
                return parts.isEmpty ? [] : [(test.field, parts.joined(separator: " "))]
            default: return []
            }
        }
    }

    @Test func textMarksOfShippedRulesStayLow() throws {
        var planted = 0
        for rule in set.rules where !rule.hallmark.software.isEmpty {
            let marks = marks(rule)
            let all = marks.map(\.text).joined(separator: "\n")
            guard !marks.isEmpty else { continue }
            var headers: [String: [String]] = [:]
            for (field, text) in marks where field.hasPrefix("http.response.header.") {
                headers[String(field.dropFirst("http.response.header.".count)), default: []].append(text)
            }
            var records = [
                page(body: "<p>\(all)</p>"), page(body: "<!-- \(all) -->"), page(headers: headers),
            ]
            for (_, text) in marks {
                records.append(page(title: text))
                records.append(
                    page(status: 404, title: "Not Found", body: "/\(text) was not found", path: "/\(text)")
                )
                records.append(page(status: 404, title: text, body: all, path: text, headers: headers))
                records.append(page(title: text, body: all, headers: headers))
            }
            for record in records {
                planted += 1
                let leads = try leads(record).filter { $0.label > .low }
                #expect(
                    leads.isEmpty,
                    "\(rule.title): \(leads.map { "\($0.software.name) \($0.confidence)" })"
                )
            }
        }
        #expect(planted > 1000)
    }

    /// All that a rule's examples hold of text, together with any status and path, but without what only a
    /// server's owner decides.
    @Test func examplesWithoutTheirStructureStayLow() throws {
        for rule in set.rules where !rule.hallmark.software.isEmpty {
            for example in rule.hallmark.matches {
                let record = strip(example.node)
                guard !record.isEmpty else { continue }
                let leads = try leads(record).filter { $0.label > .low }
                #expect(
                    leads.isEmpty,
                    "\(rule.title): \(leads.map { "\($0.software.name) \($0.confidence)" })"
                )
            }
        }
    }

    private func strip(_ example: YAMLNode) -> [String: Any] {
        var record: [String: Any] = [:]
        for entry in example.entries ?? [] {
            if entry.name == "hallmark.http" {
                record[entry.name] = (entry.value.elements ?? []).map(strip)
                continue
            }
            guard EvidenceKind.of(entry.name) == .http else { continue }
            let test = FieldTest(field: entry.name, predicate: .exists)
            guard test.form != .structure else { continue }
            let values = (entry.value.elements ?? [entry.value]).compactMap(\.text)
            if entry.name == "http.response.body.content" {
                record[entry.name] = values.map { "<p>\($0)</p>" }
            } else if entry.name == "http.response.status_code" {
                record[entry.name] = values.first.flatMap { Int($0) } ?? 200
            } else {
                record[entry.name] = values
            }
        }
        return record
    }

    /// Structure restores what the text is worth.
    @Test(arguments: [
        (#""tls.server.jarm":"none""#, 45), (#""tls.server.jarm":"weak""#, 59),
        (#""tls.server.jarm":"strong""#, 96), (#""hallmark.favicon.mmh3":7"#, 90),
        (#""tls.server.jarm":"runtime""#, 49),
    ])
    func structureAgrees(_ structure: String, _ confidence: Int) throws {
        func tool(_ title: String, _ search: String, _ specificity: String) -> String {
            rule(
                "s:\n  \(search)\ncondition: s",
                hallmark: "hallmark: {software: {name: Tool}, specificity: \(specificity)}",
                title: title
            )
        }
        let set = try load([
            tool("a", "http.response.title: Tool", "unique"), tool("b", "tls.server.jarm: weak", "weak"),
            tool("c", "tls.server.jarm: strong", "strong"), tool("d", "hallmark.favicon.mmh3: 7", "strong"),
            tool("e", "tls.server.jarm: runtime", "weak"),
            rule(
                "s:\n  tls.server.jarm: runtime\ncondition: s",
                hallmark: "hallmark: {benign: {name: Runtime}, specificity: weak}",
                title: "f"
            ),
        ])
        let assessor = Assessor(set)
        try assessor.scratch.match(#"{"http.response.title":"Tool",\#(structure)}"#)
        let lead = try #require(assessor.assessLast().leads.first)
        #expect(lead.confidence == confidence)
        #expect(lead.against.contains("text that anybody can put on a page") == (confidence < 60))
    }
}
