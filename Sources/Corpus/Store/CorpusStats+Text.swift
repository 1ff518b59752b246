import Bytes
import Observations
import Terminal

extension CorpusStats {
    /// For a person.
    package var text: String {
        var table = TextTable(["", ""])
        for entry in counts { table.add([entry.name, String(entry.count)]) }
        table.add(["size", "\(bytes >> 20) MiB"])
        if let first, let last {
            table.add(["first seen", RFC3339.secondsText(first)])
            table.add(["last seen", RFC3339.secondsText(last)])
        }
        var result = table.text
        if !leads.isEmpty {
            var table = TextTable(["software", "endpoints"])
            for lead in leads { table.add([lead.name, String(lead.endpoints)]) }
            result += "\nLeads\n" + table.text
        }
        if !common.isEmpty {
            var table = TextTable(["mark", "count", "value"])
            for entry in common {
                table.add([entry.mark.kind.alias, String(entry.count), entry.mark.shown])
            }
            result += "\nMost common marks\n" + table.text
        }
        return result
    }

    /// For a program.
    package var json: String {
        var out = ByteBuffer()
        out.append("{")
        for entry in counts {
            out.comma()
            out.string(entry.name)
            out.append(":")
            out.append(decimal: entry.count)
        }
        out.member("bytes", bytes)
        if let first { out.member("first_seen", RFC3339.text(first)) }
        if let last { out.member("last_seen", RFC3339.text(last)) }
        out.array("leads")
        for lead in leads {
            out.element()
            out.member("software", lead.name)
            out.member("endpoints", lead.endpoints)
            out.endObject()
        }
        out.endArray()
        out.array("marks")
        for entry in common {
            out.element()
            out.member("field", entry.mark.kind.field)
            out.member("value", entry.mark.value)
            out.member("count", entry.count)
            out.endObject()
        }
        out.append("]}\n")
        return out.text
    }
}
