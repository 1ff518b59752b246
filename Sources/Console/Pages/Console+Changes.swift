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
    /// - Parameter found: what an endpoint showed, the newest first.
    func changes(_ request: ConsoleRequest, in found: [SeenRecord]) throws(ConsoleError) -> [Change] {
        let asked = (request.argument("from") ?? "", request.argument("to") ?? "")
        guard asked.0.isEmpty, asked.1.isEmpty else {
            let (before, after) = (try moment(asked.0, in: found), try moment(asked.1, in: found))
            return [Change(before: before, after: after, fields: before.differences(to: after))]
        }
        var changes: [Change] = []
        for (place, after) in found.enumerated() where changes.count < Self.mostChanges {
            let before = found[(place + 1)...].first {
                $0.port == after.port && $0["server.domain"] == after["server.domain"]
            }
            guard let before else { continue }
            let fields = before.differences(to: after)
            if !fields.isEmpty { changes.append(Change(before: before, after: after, fields: fields)) }
        }
        return changes
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
            let isOnePlace =
                change.before.port == change.after.port
                && change.before["server.domain"] == change.after["server.domain"]
            let before = isOnePlace ? change.before["@timestamp"] : change.before.momentText
            let caption = "\(before) to \(change.after.momentText)"
            guard !change.fields.isEmpty else { return "<p>\(caption): no difference.</p>\n" }
            let rows = change.fields.prefix(Self.mostFields).map { field -> [Markup] in
                ["\(field.name)", "\(short: field.before)", "\(short: field.after)"]
            }
            return table(caption, ["field", "before", "after"], rows)
        }
        let head: Markup = tables.isEmpty ? "" : "<h2>What changed</h2>\n"
        return head + "\(tables)" + form(request, found)
    }

    private func form(_ request: ConsoleRequest, _ found: [SeenRecord]) -> Markup {
        guard found.count > 1 else { return "" }
        func options(_ name: String, _ usual: Int) -> [Markup] {
            let asked = request.argument(name).flatMap { try? moment($0, in: found) } ?? found[usual]
            return found.map { record -> Markup in
                let selected: Markup = record.moment == asked.moment ? " selected" : ""
                return
                    "<option value=\"\(record.moment)\"\(selected)>\(short: record.momentText)</option>"
            }
        }
        return """
            <form method="get" action="/endpoint" class="search">
            <input type="hidden" name="ip" value="\(request.argument("ip") ?? "")">
            <input type="hidden" name="port" value="\(request.argument("port") ?? "")">
            <label>From <select name="from">\(options("from", 1))</select></label>
            <label>to <select name="to">\(options("to", 0))</select></label>
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
