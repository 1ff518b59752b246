import Bytes
import Search

extension Console {
    /// What one of an endpoint's records has and another one has not.
    struct Change {
        let before: SeenRecord
        let after: SeenRecord
        let fields: [(name: String, before: String, after: String)]
    }

    private static let mostChanges = 20
    private static let mostFields = 40

    /// What differs between what was seen and what was seen before it, of the same port and name; with two
    /// moments asked for, between what was seen at those.
    ///
    /// With one moment the other is the last of its port and name, or the one before it.
    ///
    /// - Parameter found: what an endpoint showed, the newest first.
    func changes(_ request: ConsoleRequest, in found: [SeenRecord]) throws(ConsoleError) -> [Change] {
        let asked = (request.argument("from") ?? "", request.argument("to") ?? "")
        guard asked.0.isEmpty, asked.1.isEmpty else {
            let from = asked.0.isEmpty ? nil : try moment(asked.0, in: found)
            let to = asked.1.isEmpty ? nil : try moment(asked.1, in: found)
            guard let after = to ?? from.flatMap({ from in found.first { Self.isOnePlace($0, from) } }),
                let before = from ?? Self.before(after, in: found)
            else {
                throw ConsoleError.wrong(
                    "Before '\(asked.1.prefix(100))' nothing of the endpoint was seen: 'to' alone compares with what was seen before it, of the same port and name."
                )
            }
            return [Change(before: before, after: after, fields: before.differences(to: after))]
        }
        var changes: [Change] = []
        for after in found where changes.count < Self.mostChanges {
            guard let before = Self.before(after, in: found) else { continue }
            let fields = before.differences(to: after)
            if !fields.isEmpty { changes.append(Change(before: before, after: after, fields: fields)) }
        }
        return changes
    }

    private static func isOnePlace(_ one: SeenRecord, _ other: SeenRecord) -> Bool {
        one.port == other.port && one["server.domain"] == other["server.domain"]
    }

    /// What was seen before a record, of the same port and name.
    private static func before(_ record: SeenRecord, in found: [SeenRecord]) -> SeenRecord? {
        guard let place = found.firstIndex(where: { $0.line == record.line }) else { return nil }
        return found[(place + 1)...].first { isOnePlace($0, record) }
    }

    /// What was seen last at a moment: a time, and behind it a port and a name where several were seen then.
    private func moment(_ text: String, in found: [SeenRecord]) throws(ConsoleError) -> SeenRecord {
        let record = found.first { $0.moment == text } ?? found.first { $0["@timestamp"] == text }
        guard let record else {
            throw ConsoleError.wrong(
                "At '\(text.prefix(100))' nothing of the endpoint was seen last: 'from' and 'to' are two of its times, with port and name behind them where one time is not enough."
            )
        }
        return record
    }

    /// The changes as tables, and a form for two moments.
    func changed(_ request: ConsoleRequest, _ changes: [Change], in found: [SeenRecord]) -> Markup {
        let tables = changes.map { change -> Markup in
            let isOnePlace = Self.isOnePlace(change.before, change.after)
            let before = isOnePlace ? change.before["@timestamp"] : change.before.momentText
            let caption = "\(before) to \(change.after.momentText)"
            guard !change.fields.isEmpty else { return "<p>\(caption): no difference.</p>\n" }
            let rows = change.fields.prefix(Self.mostFields).map { field -> [Markup] in
                ["\(field.name)", "\(short: field.before)", "\(short: field.after)"]
            }
            return table(caption, ["field", "before", "after"], rows)
        }
        let head: Markup = tables.isEmpty ? "" : "<h2>What changed</h2>\n"
        return head + "\(tables)" + form(request, changes, found)
    }

    private func form(_ request: ConsoleRequest, _ changes: [Change], _ found: [SeenRecord]) -> Markup {
        guard found.count > 1 else { return "" }
        let isAsked = ["from", "to"].contains { request.argument($0)?.isEmpty == false }
        let shown = isAsked ? changes.first : nil
        func options(_ asked: SeenRecord) -> [Markup] {
            found.map { record -> Markup in
                let selected: Markup = record.moment == asked.moment ? " selected" : ""
                return
                    "<option value=\"\(record.moment)\"\(selected)>\(short: record.momentText)</option>"
            }
        }
        return """
            <form method="get" action="/endpoint" class="search">
            <input type="hidden" name="ip" value="\(request.argument("ip") ?? "")">
            <input type="hidden" name="port" value="\(request.argument("port") ?? "")">
            <label>From <select name="from">\(options(shown?.before ?? found[1]))</select></label>
            <label>to <select name="to">\(options(shown?.after ?? found[0]))</select></label>
            <button>Compare</button>
            </form>

            """
    }

    /// The changes as a list for programs.
    static func append(_ changes: [Change], to out: inout ByteBuffer) {
        out.array("changes")
        for change in changes {
            out.element()
            out.member("from", change.before["@timestamp"])
            out.member("to", change.after["@timestamp"])
            out.array("fields")
            for field in change.fields {
                out.element()
                out.member("field", field.name)
                out.member("before", field.before)
                out.member("after", field.after)
                out.endObject()
            }
            out.endArray()
            out.endObject()
        }
        out.endArray()
    }
}
