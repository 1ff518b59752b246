import Bytes

extension PivotGraph {
    /// Nodes and edges for programs: an edge names its nodes by their places in the list.
    ///
    /// - Parameter missing: starts of which there is nothing.
    package func json(missing: [String] = []) -> String {
        var out = ByteBuffer(capacity: 1 << 16)
        out.append("{")
        out.array("nodes")
        for node in nodes {
            out.element()
            out.member("id", node.id)
            out.member("kind", node.kind.rawValue)
            out.member("label", node.label)
            if !node.query.isEmpty { out.member("query", node.query) }
            out.append(",\"bits\":\(Self.bits(node.weight))")
            out.array("details")
            for (name, value) in node.details {
                out.element()
                out.member("name", name)
                out.member("value", value)
                out.endObject()
            }
            out.endArray()
            out.endObject()
        }
        out.endArray()
        out.array("edges")
        for edge in edges {
            out.element()
            out.member("from", edge.from)
            out.member("to", edge.to)
            out.append(",\"bits\":\(Self.bits(edge.weight))")
            out.endObject()
        }
        out.endArray()
        out.array("missing")
        for start in missing {
            out.comma()
            out.string(start)
        }
        out.endArray()
        out.member("cut", isCut)
        out.append("}\n")
        return out.text
    }

    /// With two digits behind the point.
    private static func bits(_ weight: Double) -> String {
        guard weight.isFinite, abs(weight) < 1e6 else { return "0" }
        return "\((weight * 100).rounded() / 100)"
    }
}
