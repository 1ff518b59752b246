import Decisions
import Foundation
import Observations

/// A record of the corpus as pages show it: its fields by name, each as one text.
struct SeenRecord: Sendable {
    /// The record's JSON.
    var line = ""
    /// In the record's order.
    var fields: [(name: String, value: String)] = []
    /// What was decided of its endpoint, certificate, key or marks.
    var decisions: [Decision] = []
    var leads: [Lead] = []
    /// What others list of it, a line each.
    var listed: [String] = []

    struct Lead: Sendable {
        let software: String
        let confidence: Int
        /// What speaks against it; nil where the corpus does not know.
        let against: [String]?

        var label: String { LeadLabel(confidence: confidence).rawValue }
    }

    subscript(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }

    var ip: String { self["server.ip"] }
    var port: String { self["server.port"] }
    var certificate: String { self["tls.server.hash.sha256"] }

    /// Address and port, as decisions name an endpoint.
    var endpoint: String { ip.contains(":") ? "[\(ip)]:\(port)" : "\(ip):\(port)" }

    /// When it was seen last, on which port and by which name: several may be of one time.
    var moment: String {
        [self["@timestamp"], port, self["server.domain"]].filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// The same for people; no more of a name than names have.
    var momentText: String {
        let name = self["server.domain"].prefix(256)
        return "\(self["@timestamp"]), port \(port)" + (name.isEmpty ? "" : ", \(name)")
    }

    /// Whether what was decided leaves nothing to do: a lead to another software, or a stronger one, does.
    var isDecided = false

    /// Fields of which another one, where it is there, says the same.
    private static let again = [
        "tls.server.subject": "tls.server.x509.subject.distinguished_name",
        "tls.server.issuer": "tls.server.x509.issuer.distinguished_name",
        "tls.server.not_before": "tls.server.x509.not_before",
        "tls.server.not_after": "tls.server.x509.not_after",
    ]

    /// The fields in which two records differ.
    func differences(to other: SeenRecord) -> [(name: String, before: String, after: String)] {
        let ignored = [
            "@timestamp", "hallmark.sightings.", "hallmark.scan.", "event.", "tls.server.certificate_chain",
        ]
        var names = fields.map(\.name)
        names += other.fields.map(\.name).filter { name in !names.contains(name) }
        return names.compactMap { name in
            guard !ignored.contains(where: { name.hasPrefix($0) }) else { return nil }
            // Names and times stand there twice.
            if let again = Self.again[name], names.contains(again) { return nil }
            let (before, after) = (self[name], other[name])
            return before == after ? nil : (name, before, after)
        }
    }
}

/// Reads records out of the lines that a corpus gives out; one thread uses one reader.
struct SeenRecordReader {
    private let tree = JSONTree()
    private let index: DecisionIndex?
    private static let mostFields = 400
    private static let mostElements = 64
    private static let longest = 4000

    init(_ index: DecisionIndex?) { self.index = index }

    func read(_ line: Span<UInt8>) -> SeenRecord? {
        let text = line.withUnsafeBufferPointer { bytes in
            String(decoding: bytes.last == 0x0a ? bytes.dropLast() : bytes[...], as: UTF8.self)
        }
        let root = line.withUnsafeBytes { try? tree.read($0) }
        guard let root, root.isObject else { return nil }
        var record = SeenRecord(line: text)
        add(root, "", to: &record.fields)
        record.decisions = index?.decisions(on: root) ?? []
        record.isDecided = index?.isDecided(root) ?? false
        record.leads = leads(root)
        record.listed = listed(root)
        return record
    }

    private func add(_ node: JSONNode, _ name: String, to fields: inout [(name: String, value: String)]) {
        guard fields.count < Self.mostFields else { return }
        if node.isObject {
            for part in node.parts {
                add(part, name.isEmpty ? part.name : name + "." + part.name, to: &fields)
            }
        } else if node.isArray {
            let parts = Array(node.parts.prefix(Self.mostElements))
            guard !parts.contains(where: \.isObject) else { return }
            let more = parts.count == Self.mostElements ? ", …" : ""
            fields.append((name, shortened(parts.map(text).joined(separator: ", ")) + more))
        } else if !node.isNull {
            fields.append((name, shortened(text(node))))
        }
    }

    private func shortened(_ text: String) -> String {
        text.utf8.count <= Self.longest ? text : text.prefix(Self.longest / 4) + "…"
    }

    private func text(_ node: JSONNode) -> String {
        node.string ?? node.integer.map(String.init) ?? node.truth.map(String.init)
            ?? node.number.map { String($0) } ?? ""
    }

    private func listed(_ root: JSONNode) -> [String] {
        (root.at("hallmark.indicators")?.objects ?? []).prefix(Self.mostElements).map { mark in
            KnownInfrastructure.evidence(
                isConfirmed: mark["confirmed"]?.truth ?? false,
                isAged: mark["aged"]?.truth ?? false
            ) { mark.at($0).map(text) }
        }
    }

    private func leads(_ root: JSONNode) -> [SeenRecord.Lead] {
        root.leads.prefix(16).map { lead in
            SeenRecord.Lead(
                software: lead.software,
                confidence: lead.confidence,
                against: lead.against.map { Array($0.prefix(Self.mostElements)) }
            )
        }
    }
}
