package import Bytes
import Foundation

extension HuntResult {
    /// The endpoint as one line of JSON with its end.
    ///
    /// - Parameter rank: from 1 on.
    package func append(rank: Int, to line: inout ByteBuffer) {
        line.append("{")
        if time != 0 { line.member("@timestamp", RFC3339.text(time)) }
        line.member("rank", rank)
        line.append(",\"bits\":\(Self.text(bits))")
        line.object("server")
        line.member("ip", ip)
        line.member("port", port)
        if !name.isEmpty { line.member("domain", name) }
        line.endObject()
        if !lead.isEmpty { line.member("lead", lead) }
        line.array("marks")
        for mark in marks {
            line.element()
            line.member("field", mark.field)
            line.member("value", mark.value)
            if let given = mark.given {
                line.object("given")
                line.member("field", given.field)
                line.member("value", given.value)
                line.endObject()
            }
            line.member("count", mark.count)
            line.member("as_rare", mark.asRare)
            line.member("of", mark.of)
            line.append(",\"bits\":\(Self.text(mark.bits))")
            line.endObject()
        }
        line.append("]}\n")
    }

    /// A number of bits, as people read it.
    package static func text(_ bits: Double) -> String { String(format: "%.1f", bits) }
}
