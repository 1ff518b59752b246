import Bytes
import Observations

/// Templates for Elasticsearch or OpenSearch: a component with the mappings, and an index template of it.
///
/// Names that are no field of the record are kept and not indexed (`dynamic` is false). A map of names that
/// the server chose is one field in Elasticsearch (`flattened`). OpenSearch's `flat_object` takes no
/// `ignore_above` and refuses a record for one value of 32,767 bytes, so that there such a map has the
/// headers that rules ask for as keywords, and keeps the others. So no server can add a field, and none can
/// have a record refused.
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

    /// The name under which the index template looks for the component.
    private static let component = "hallmark-mappings"

    /// The component template: the mappings, and the bound of fields that they want.
    var componentText: String {
        var out = ByteBuffer(capacity: 1 << 16)
        out.append("{\"template\":{\"settings\":{\"index\":{\"mapping\":{")
        out.append("\"total_fields\":{\"limit\":1000}}}},\"mappings\":{\"dynamic\":false,\"properties\":")
        properties(Node(Field.all), &out)
        out.append("}}")
        describe("Fields of records of hallmark, named by ECS 9.", &out)
        return out.text
    }

    /// The index template: data streams that are made of the component.
    var text: String {
        var out = ByteBuffer(capacity: 512)
        out.append("{")
        out.strings("index_patterns", ["hallmark-*"])
        out.strings("composed_of", [Self.component])
        out.member("priority", 300)
        out.append(",\"data_stream\":{}")
        describe("Data streams of records of hallmark.", &out)
        return out.text
    }

    private func describe(_ text: String, _ out: inout ByteBuffer) {
        out.object("_meta")
        out.member("description", text + " Written by 'hallmark schema'.")
        out.append("}}\n")
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
        case .map where store == .openSearch:
            out.append("\"dynamic\":false")
            out.object("properties")
            for name in RuleHeaders.names {
                out.comma()
                out.string(name)
                out.append(":{")
                out.member("type", "keyword" as String)
                out.member("ignore_above", Self.longest)
                out.endObject()
            }
            out.endObject()
        case .map:
            out.member("type", "flattened" as String)
            out.member("ignore_above", Self.longest)
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
