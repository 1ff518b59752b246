package import Bytes
import Observations

extension Correlator.Finding {
    /// Appends the finding as a record of its own, one line.
    package func encode(into buffer: inout ByteBuffer) {
        var timestamp = TimestampWriter()
        buffer.begin(.correlation, at: Int(last), isAlert: true)
        buffer.append(",\"hallmark\":{\"correlation\":{\"rule\":{")
        if let id = rule.id { buffer.member("id", id) }
        buffer.member("name", rule.title)
        buffer.member("level", rule.level.rawValue)
        buffer.endObject()
        buffer.array("group")
        for (field, value) in zip(rule.groupBy, group) {
            buffer.element()
            buffer.member("field", field)
            buffer.member("value", value)
            buffer.endObject()
        }
        buffer.endArray()
        buffer.member("count", count)
        buffer.append(",\"first\":\"")
        timestamp.append(first * 1_000_000, to: &buffer)
        buffer.append("\",\"last\":\"")
        timestamp.append(last * 1_000_000, to: &buffer)
        buffer.append("\"}}}\n")
    }
}
