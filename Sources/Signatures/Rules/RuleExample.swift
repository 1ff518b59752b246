package import Bytes
import Observations
package import YAML

/// An observation in small, as an example of a rule gives it: field names and values.
package struct RuleExample: Sendable {
    let node: YAMLNode

    /// Checks the names; the values are read when the example is run.
    init(_ node: YAMLNode) throws(YAMLError) {
        self.node = node
        for entry in try node.map() {
            if entry.name == "hallmark.http" {
                for exchange in try entry.value.list() { _ = try RuleExample(exchange) }
            } else if FieldCatalog.kind(of: entry.name) == nil {
                throw entry.key.error(FieldCatalog.unknown(entry.name))
            }
        }
    }

    /// Appends it as one line of JSON with dotted names, which the reader takes like nested objects.
    package func encode(into buffer: inout ByteBuffer) throws(YAMLError) {
        try encode(node, into: &buffer)
        buffer.append(0x0a)
    }

    private func encode(_ node: YAMLNode, into buffer: inout ByteBuffer) throws(YAMLError) {
        buffer.append(0x7b)
        for entry in try node.map() {
            buffer.comma()
            buffer.string(entry.name)
            buffer.append(0x3a)
            if entry.name == "hallmark.http" {
                buffer.append(0x5b)
                for exchange in try entry.value.list() {
                    buffer.comma()
                    try encode(exchange, into: &buffer)
                }
                buffer.append(0x5d)
            } else {
                try encode(entry.value, FieldCatalog.kind(of: entry.name) ?? .keyword, into: &buffer)
            }
        }
        buffer.append(0x7d)
    }

    private func encode(
        _ value: YAMLNode,
        _ kind: Field.Kind,
        into buffer: inout ByteBuffer
    ) throws(YAMLError) {
        if let elements = value.elements {
            buffer.append(0x5b)
            for element in elements {
                buffer.comma()
                try encode(element, kind, into: &buffer)
            }
            buffer.append(0x5d)
            return
        }
        switch kind {
        case .long: buffer.append(decimal: try value.integer())
        case .boolean: buffer.append(try value.boolean() ? "true" : "false")
        case .pairs, .map, .objects: throw value.error("a field of this kind can't stand in an example")
        case .keyword, .date, .ip:
            guard let text = value.text else { throw value.error("expected text") }
            if value.isNull && text != "" { buffer.append("null") } else { buffer.string(text) }
        }
    }
}
