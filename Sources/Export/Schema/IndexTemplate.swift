import Bytes
import Observations

/// A composable index template for Elasticsearch or OpenSearch.
///
/// Names that are no field of the record are kept and not indexed (`dynamic` is false), and a map of names
/// that the server chose is one field of the store: so no server can add a field.
struct IndexTemplate {
    enum Store {
        case elasticsearch, openSearch
    }

    private let store: Store

    init(_ store: Store) { self.store = store }

    /// The type of a field that ECS 9 gives another one than `keyword`, and of what is too long for one.
    private static let types: [String: String] = [
        "error.message": "match_only_text",
        "url.full": "wildcard",
        "url.path": "wildcard",
        "http.response.body.content": "wildcard",
        "http.response.raw_head": "wildcard",
        "event.risk_score": "float",
    ]

    /// Base64 of kilobytes, which is kept and never searched.
    private static let kept: Set = [
        "tls.server.certificate_chain", "hallmark.connections.certificate_chain",
        "hallmark.tls.ocsp_response", "hallmark.tls.scts", "hallmark.not_tls.bytes",
    ]

    /// Longer keywords are kept and not indexed, as ECS has it.
    ///
    /// In characters; the store's bound is 32,766 bytes, which four times as many can't reach.
    private static let longest = 1024

    var text: String {
        var out = ByteBuffer(capacity: 1 << 16)
        out.append("{")
        out.strings("index_patterns", ["hallmark-*"])
        out.member("priority", 300)
        out.append(",\"data_stream\":{},\"template\":{\"settings\":{\"index\":{\"mapping\":{")
        out.append("\"total_fields\":{\"limit\":1000}}}},\"mappings\":{\"dynamic\":false,\"properties\":")
        properties(Node(Field.all), &out)
        out.append("}}")
        out.object("_meta")
        out.member(
            "description",
            "Records of hallmark, named by ECS 9. Written by 'hallmark schema'." as String
        )
        out.append("}}\n")
        return out.text
    }

    private func properties(_ node: Node, _ out: inout ByteBuffer) {
        out.append("{")
        for (name, member) in node.members {
            out.comma()
            out.string(name)
            out.append(":{")
            value(member, &out)
            out.append("}")
        }
        out.append("}")
    }

    private func value(_ node: Node, _ out: inout ByteBuffer) {
        if let field = node.field, node.members.isEmpty { return leaf(field, &out) }
        out.append("\"properties\":")
        properties(node, &out)
    }

    private func leaf(_ field: Field, _ out: inout ByteBuffer) {
        switch field.kind {
        case .long, .boolean, .date, .ip: out.member("type", Self.types[field.name] ?? field.kind.rawValue)
        case .map:
            out.member("type", store == .elasticsearch ? "flattened" : "flat_object" as String)
            if store == .elasticsearch { out.member("ignore_above", Self.longest) }
        case .objects: out.member("type", "object" as String)
        case .keyword, .pairs:
            let type = Self.types[field.name] ?? "keyword"
            out.member("type", type)
            if Self.kept.contains(field.name) {
                out.member("index", false)
                out.member("doc_values", false)
            } else if type == "keyword" {
                out.member("ignore_above", Self.longest)
            }
        }
    }

    /// One place in the record.
    private final class Node {
        var field: Field?
        var members: [(name: String, node: Node)] = []

        init() {}

        /// The tree of all fields; the exchanges after the first look like the first.
        init(_ fields: [Field]) {
            for field in fields {
                var node: Node = self
                for part in field.name.split(separator: ".") { node = node.member(part) }
                node.field = field
            }
            let further = member("hallmark").member("http")
            for name in ["url", "http"] { further.members.append((name, member(Substring(name)))) }
        }

        func member(_ name: Substring) -> Node {
            if let found = members.first(where: { $0.name == name }) { return found.node }
            let node = Node()
            members.append((String(name), node))
            return node
        }
    }
}
