import Corpus
import Decisions
import Observations
import Wire

/// A query over findings as SQL over `findings f`, which has all that is known of each.
struct FindingCompiler {
    typealias Compiled = (sql: String, values: [CorpusValue])

    /// Milliseconds since 1970.
    let now: Int
    /// What stands before each name, within braces.
    private var prefix: String?

    /// More values than this in one query are refused: SQLite bounds what one statement may hold.
    private static let mostParts = 2000

    init(now: Int) { self.now = now }

    func compile(_ node: KQLNode) throws(KQLError) -> Compiled {
        let result = try tree(node)
        guard result.values.count <= Self.mostParts else {
            throw KQLError(column: nil, reason: "more than \(Self.mostParts) values in one query")
        }
        return result
    }

    private func tree(_ node: KQLNode) throws(KQLError) -> Compiled {
        switch node {
        case .and(let parts): return try joined(parts, " AND ")
        case .or(let parts): return try joined(parts, " OR ")
        case .not(let part):
            let inner = try tree(part)
            return ("NOT ifnull(\(inner.sql), 0)", inner.values)
        case .nested(let path, let query):
            guard path.plain == FindingField.list else {
                throw KQLError(
                    column: nil,
                    reason:
                        "\(path.description) is no list of objects of a finding; \(FindingField.list) is one"
                )
            }
            var inner = self
            inner.prefix = FindingField.list
            return try inner.tree(query)
        case .equals(.null, let value):
            return value.isAny ? ("1", []) : try anywhere(value)
        case .equals(let name, let value):
            if name.isAny { return try tree(.equals(.null, value)) }
            try FieldNames.checkPlace(name, value)
            return try any(try FindingField.fields(name, below: prefix)) { field throws(KQLError) in
                try equals(field, value)
            }
        case .range(let name, let comparison, let value):
            return try any(try FindingField.fields(name, below: prefix)) { field throws(KQLError) in
                try range(field, comparison, value)
            }
        }
    }

    private func joined(_ parts: [KQLNode], _ word: String) throws(KQLError) -> Compiled {
        var all: [Compiled] = []
        for part in parts { all.append(try tree(part)) }
        return Self.joined(all, word)
    }

    /// Joined so that no expression becomes deep: SQLite bounds the depth of a tree.
    private static func joined(_ parts: [Compiled], _ word: String) -> Compiled {
        guard parts.count > 1 else { return parts.first ?? ("0", []) }
        let middle = parts.count / 2
        let (left, right) = (joined(Array(parts[..<middle]), word), joined(Array(parts[middle...]), word))
        return ("(\(left.sql)\(word)\(right.sql))", left.values + right.values)
    }

    /// Of several fields some may be of another type than the value.
    private func any(
        _ fields: [FindingField],
        _ compile: (FindingField) throws(KQLError) -> Compiled
    ) throws(KQLError) -> Compiled {
        var parts: [Compiled] = []
        var failure: KQLError?
        for field in fields {
            do throws(KQLError) { parts.append(try compile(field)) } catch { failure = failure ?? error }
        }
        if parts.isEmpty, let failure { throw failure }
        return Self.joined(parts, " OR ")
    }

    private func equals(_ field: FindingField, _ value: KQLLiteral) throws(KQLError) -> Compiled {
        if value.isAny { return ("(\(field.sql) IS NOT NULL AND \(field.sql) <> '')", []) }
        if case .wildcard(let pieces) = value {
            guard field.kind == .keyword else {
                throw problem(field, NetworkWord.wildcardFault(pieces, isAddress: field.kind == .ip))
            }
            return ("\(field.sql) GLOB ?", [.text(Glob.pattern(pieces.map { spelled(field, $0) }))])
        }
        guard let text = value.plain else { throw problem(field, "null is no value") }
        switch field.kind {
        case .date:
            let time = try time(field, text)
            guard field.name == "@timestamp" else {
                return ("\(field.sql) BETWEEN ? AND ?", [.integer(time.first), .integer(time.last)])
            }
            return ("(f.last_seen >= ? AND f.first_seen <= ?)", [.integer(time.first), .integer(time.last)])
        case .long: return ("\(field.sql) = ?", [.integer(try number(field, text))])
        case .ip:
            if let fault = NetworkWord.fault(of: text, in: field.name) { throw problem(field, fault) }
            let range: AddressRange?
            do { range = try AddressRange(parsing: Array(text.utf8).span) } catch {
                throw problem(field, error.description)
            }
            guard let range, !text.contains("-") else {
                throw problem(field, "'\(text)' is no address and no network such as 192.0.2.0/24")
            }
            if range.isSingle { return ("\(field.sql) = ?", [.text(range.first.description)]) }
            return (
                "hallmark_address(\(field.sql)) BETWEEN ? AND ?",
                [.bytes(range.first.sortedBytes), .bytes(range.last.sortedBytes)]
            )
        default: return ("\(field.sql) = ?", [.text(spelled(field, text))])
        }
    }

    private func range(
        _ field: FindingField,
        _ comparison: KQLNode.Comparison,
        _ value: KQLLiteral
    ) throws(KQLError) -> Compiled {
        guard let text = value.plain else { throw problem(field, "\(value.description) has no order") }
        let sign =
            switch comparison {
            case .less: "<"
            case .atMost: "<="
            case .greater: ">"
            case .atLeast: ">="
            }
        switch field.kind {
        case .date:
            let time = try time(field, text)
            let bound = comparison == .less || comparison == .atLeast ? time.first : time.last
            // A finding was said more than once: earlier than a time is the first, later the last time.
            let column = field.name == "@timestamp" && sign.hasPrefix("<") ? "f.first_seen" : field.sql
            return ("\(column) \(sign) ?", [.integer(bound)])
        case .long: return ("\(field.sql) \(sign) ?", [.integer(try number(field, text))])
        case .ip:
            guard let address = IPAddress(text) else { throw problem(field, "'\(text)' is no address") }
            return ("hallmark_address(\(field.sql)) \(sign) ?", [.bytes(address.sortedBytes)])
        default: return ("(\(field.sql) \(sign) ? AND \(field.sql) <> '')", [.text(text)])
        }
    }

    /// Bare words, each anywhere in the texts of a finding; a phrase is one.
    private func anywhere(_ value: KQLLiteral) throws(KQLError) -> Compiled {
        let words: [String]
        switch value {
        case .null: throw KQLError(column: nil, reason: "null is no word; in quotes it is")
        case .wildcard(let pieces): words = pieces
        case .phrase(let text): words = [text]
        default: words = (value.plain ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
        }
        let texts = ["name", "severity", "message", "asset", "owner", "ip", "host", "file"].map { "f.\($0)" }
        let all = texts.joined(separator: " || char(10) || ")
        let parts = words.filter { !$0.isEmpty }.flatMap { word -> [Compiled] in
            [("instr(hallmark_lower(\(all)), ?)", [.text(word.lowercased())])] + Self.forms(of: word)
        }
        guard !parts.isEmpty else { throw KQLError(column: nil, reason: "an empty text is no word") }
        return Self.joined(parts, " OR ")
    }

    /// An endpoint, a port or a digest, which are no texts.
    private static func forms(of word: String) -> [Compiled] {
        let place = WordForm.authority(of: word) ?? word
        let isURL = place != word
        if case .endpoint(let host, let port) = DecisionSubject(.endpoint, place),
            isURL || IPAddress(host) != nil || port != nil
        {
            let sql = "(f.ip = ? OR f.host = ?)"
            let values = [CorpusValue.text(host), .text(host)]
            guard let port else { return [(sql, values)] }
            return [("(\(sql) AND f.port = ?)", values + [.integer(port)])]
        }
        if let port = Int(word), 1...65_535 ~= port { return [("f.port = ?", [.integer(port)])] }
        let digits = word.filter { $0 != ":" }.uppercased()
        guard digits.utf8.count == 64 else { return [] }
        return [("hex(f.sha256) = ?", [.text(digits)])]
    }

    /// Digests stand in upper case.
    private func spelled(_ field: FindingField, _ text: String) -> String {
        field.name == "tls.server.hash.sha256" ? text.uppercased() : text
    }

    private func time(_ field: FindingField, _ text: String) throws(KQLError) -> TimeValue {
        guard let time = TimeValue(text, now: now) else {
            throw problem(
                field,
                "'\(text)' is no time: write \"2026-11-01\", \"2026-11-01T08:00:00Z\" or now-7d"
            )
        }
        return time
    }

    private func number(_ field: FindingField, _ text: String) throws(KQLError) -> Int {
        guard let number = Int(text) else { throw problem(field, "'\(text)' is no whole number") }
        return number
    }

    private func problem(_ field: FindingField, _ reason: String) -> KQLError {
        KQLError(column: nil, reason: "\(field.name): \(reason)")
    }
}
