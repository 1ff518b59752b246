import Bytes
import Observations
import Terminal

/// How the answer of a pivot is written for people and for programs.
extension PivotAnswer {
    /// A table for a terminal.
    package var text: String {
        guard outcome != .unknown else { return "Nothing: the \(place) does not have it.\n" }
        var result = ""
        if !seeds.isEmpty {
            result += "From\n"
            var table = TextTable(["  what", "endpoints", "seen", "leads"])
            for seed in seeds.prefix(10) {
                table.add(["  " + seed.label, seed.where, seed.when, seed.leadText])
            }
            result += table.text
            for seed in seeds.prefix(10) {
                if seed.isPrecertificate {
                    result +=
                        SafeText.terminal("      \(seed.label) is a precertificate: no server shows it")
                        + "\n"
                }
                result += Self.lines(seed.decisions)
            }
            if seeds.count > 10 { result += "  and \(seeds.count - 10) more\n" }
        }
        // Marks that lead nowhere are no answer.
        guard !results.isEmpty else {
            // Where nothing was asked for by its marks, names and addresses are all of the answer.
            let isAnswered = marks.isEmpty && paths.leadOn
            return result + (isAnswered ? "" : nothing) + pathText + clientText
        }
        result += "\nMarks\n" + Self.table(marks) + "\nShares them\n"
        for found in results {
            var line = "  \(SharedMark.shown(found.score)) bits  \(found.isEndpoint ? "endpoint " : "")"
            line += found.label.count > 70 ? found.label.prefix(69) + "…" : found.label
            if found.depth > 1 { line += "  (by way of \(label(of: found.via)))" }
            result += SafeText.terminal(line) + "\n"
            if !found.isEndpoint, !found.sha256.isEmpty {
                result += "      \(found.isPrecertificate ? "pre" : "")certificate \(found.sha256)\n"
            }
            if found.isEndpoint, !found.subject.isEmpty {
                result += "      shows " + SafeText.terminal(found.subject) + "\n"
            }
            if !found.places.isEmpty {
                result += SafeText.terminal("      at \(found.where), \(found.when)") + "\n"
            }
            if !found.leads.isEmpty { result += SafeText.terminal("      leads: \(found.leadText)") + "\n" }
            result += Self.lines(found.decisions)
            for mark in found.shared.prefix(4) { result += "      " + SafeText.terminal(mark.text) + "\n" }
            if found.shared.count > 4 { result += "      and \(found.shared.count - 4) more\n" }
        }
        if isCut { result += "\nThere is more; --limit raises the number of results.\n" }
        return result + pathText + clientText
    }

    private var pathText: String { paths.text(isOne: certificateCount == 1) }

    /// How many certificates the query names.
    private var certificateCount: Int { Set(seeds.lazy.map(\.sha256).filter { !$0.isEmpty }).count }

    /// Who connected, where that was asked for.
    private var clientText: String {
        guard let clients else { return "" }
        guard !clients.isEmpty else {
            return "\nClients\n  None is known: who connected is in records of passive sources alone.\n"
        }
        var table = TextTable(["  client", "to", "of", "connections", "first", "last", "bytes", "JA4"])
        for client in clients {
            table.add([
                "  " + client.label, client.endpoint + (client.name.isEmpty ? "" : " (\(client.name))"),
                label(of: client.result), String(client.count), RFC3339.secondsText(client.first),
                RFC3339.secondsText(client.last), client.bytes.map(String.init) ?? "",
                client.ja4.joined(separator: " "),
            ])
        }
        return "\nClients\n" + table.text
            + (areClientsCut ? "  and others: no more than \(clients.count) are shown\n" : "")
    }

    private static func lines(_ decisions: [PastDecision]) -> String {
        decisions.map { SafeText.terminal("      decided: \($0.text)") + "\n" }.joined()
    }

    private static func table(_ marks: [SharedMark]) -> String {
        var table = TextTable(["  bits", "mark", "value", "shared by"])
        for mark in marks {
            table.add([
                "  " + SharedMark.shown(mark.weight), mark.mark.kind.alias, mark.mark.shown, mark.sharedBy,
            ])
        }
        return table.text
    }

    /// What is said when nothing was found: that it is so, and how much there was to look for.
    private var nothing: String {
        let followed = marks.count(where: \.followed)
        let benign = marks.filter { $0.benign != nil }
        let common = marks.count - followed - benign.count
        var result = seeds.isEmpty ? "" : "\n"
        result += "Nothing: no \(seeds.isEmpty ? "" : "other ")certificate or endpoint in the \(place) "
        if marks.isEmpty { return result + "has such a mark.\n" }
        result +=
            "shares \(followed == 1 ? "the mark that was" : "any of the \(followed) marks that were") followed.\n"
        if common > 0 {
            result +=
                "It has \(counted(common, "mark")) that many others have, which \(common == 1 ? "says" : "say") nothing.\n"
        }
        if !benign.isEmpty { result += "\nNot counted\n" + Self.table(benign) }
        return result
    }

    func label(of id: String?) -> String {
        (seeds + results).first { $0.id == id }?.label ?? id ?? ""
    }

    /// One line each for the seeds, their marks and the results.
    package func ndjson(queries: Bool) -> String {
        var out = ByteBuffer(capacity: 1 << 16)
        for seed in seeds { out.append(seed, type: "seed") }
        for mark in marks {
            out.append("{")
            out.member("type", "mark" as String)
            out.append(mark)
            if queries {
                out.append(ExternalQueries.queries(field: mark.mark.kind.field, value: mark.mark.value))
            }
            out.append("}\n")
        }
        for result in results { out.append(result, type: "result") }
        out.append(paths)
        for client in clients ?? [] { out.append(client) }
        return out.text
    }

    /// The searches of Internet-wide indexes for the marks that say something.
    package var queryText: String {
        var result = "\nElsewhere\n"
        for mark in marks where mark.benign == nil && !mark.isCommon {
            let queries = ExternalQueries.queries(field: mark.mark.kind.field, value: mark.mark.value)
            guard !queries.isEmpty else { continue }
            result += SafeText.terminal("  \(mark.mark.kind.alias) \(mark.mark.shown)") + "\n"
            for query in queries {
                result += "    \(query.engine.rawValue): " + SafeText.terminal(query.text) + "\n"
                result += "      \(query.url)\n"
            }
        }
        return result
    }
}

extension PivotResult {
    /// The first endpoint, and how many there are.
    var `where`: String {
        guard let first = places.first else { return "seen nowhere" }
        let name = first.name.isEmpty ? "" : " (\(first.name))"
        // No more than a thousand are counted.
        let more = placeCount > 1 ? " and \(placeCount == 1000 ? "at least " : "")\(placeCount - 1) more" : ""
        return first.endpoint + name + more
    }

    var when: String {
        guard let firstSeen, let lastSeen else { return "" }
        let days = [RFC3339.day(firstSeen), RFC3339.day(lastSeen)]
        return days[0] == days[1] ? days[0] : "\(days[0]) to \(days[1])"
    }

    var leadText: String { leads.joined(separator: ", ") }
}

extension SharedMark {
    /// By how many, and what follows of it.
    var sharedBy: String {
        let noun = mark.kind.isOfService ? "sightings" : "certificates"
        let text = "\(count) of \(total) \(noun)"
        if let benign { return text + "; not counted: \(benign)" }
        if isCommon { return text + "; common, says next to nothing" }
        return followed ? text : text + "; too common to follow"
    }
}

extension ByteBuffer {
    fileprivate mutating func append(_ mark: SharedMark) {
        member("field", mark.mark.kind.field)
        member("value", mark.mark.value)
        member("count", mark.count)
        member("of", mark.total)
        key("bits")
        append(SharedMark.shown(mark.weight))
        if let benign = mark.benign { member("benign", benign) }
        if !mark.followed { member("followed", false) }
    }

    fileprivate mutating func append(_ queries: [ExternalQuery]) {
        guard !queries.isEmpty else { return }
        array("queries")
        for query in queries {
            element()
            member("engine", query.engine.rawValue)
            member("query", query.text)
            member("url", query.url)
            endObject()
        }
        endArray()
    }

    fileprivate mutating func append(_ client: PivotClient) {
        append("{")
        member("type", "client" as String)
        if !client.address.isEmpty { member("client", client.address) }
        if !client.user.isEmpty { member("user", client.user) }
        member("id", client.result)
        member("endpoint", client.endpoint)
        if !client.name.isEmpty { member("name", client.name) }
        member("count", client.count)
        member("first_seen", RFC3339.text(client.first))
        member("last_seen", RFC3339.text(client.last))
        if let bytes = client.bytes { member("bytes", bytes) }
        if let time = client.milliseconds { member("duration_ms", time) }
        append("ja3", client.ja3)
        append("ja4", client.ja4)
        append("}\n")
    }

    private mutating func append(_ name: StaticString, _ values: [String]) {
        guard !values.isEmpty else { return }
        array(name)
        for value in values {
            comma()
            string(value)
        }
        endArray()
    }

    fileprivate mutating func append(_ result: PivotResult, type: String) {
        append("{")
        member("type", type)
        member("kind", result.isEndpoint ? "endpoint" : "certificate" as String)
        if !result.sha256.isEmpty { member("sha256", result.sha256) }
        if !result.subject.isEmpty { member("subject", result.subject) }
        if result.isPrecertificate { member("precertificate", true) }
        array("endpoints")
        for place in result.places {
            element()
            member("endpoint", place.endpoint)
            if !place.name.isEmpty { member("name", place.name) }
            member("first_seen", RFC3339.text(place.first))
            member("last_seen", RFC3339.text(place.last))
            endObject()
        }
        endArray()
        member("endpoint_count", result.placeCount)
        if let first = result.firstSeen { member("first_seen", RFC3339.text(first)) }
        if let last = result.lastSeen { member("last_seen", RFC3339.text(last)) }
        if !result.leads.isEmpty {
            array("leads")
            for lead in result.leads {
                comma()
                string(lead)
            }
            endArray()
        }
        if !result.decisions.isEmpty {
            array("decisions")
            for decision in result.decisions {
                element()
                member("subject", decision.subject)
                member("verdict", decision.verdict)
                if let reference = decision.reference { member("case", reference) }
                member("because", decision.because)
                endObject()
            }
            endArray()
        }
        member("id", result.id)
        if result.depth > 0 {
            member("depth", result.depth)
            if let via = result.via { member("via", via) }
            key("score")
            append(SharedMark.shown(result.score))
            array("shared")
            for mark in result.shared {
                element()
                append(mark)
                endObject()
            }
            endArray()
        }
        append("}\n")
    }
}
