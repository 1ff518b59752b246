import Foundation

/// A sighting as its lines of NDJSON tell it: every value by its field's name, and the times of all lines.
///
/// This is the plain evaluation that the SQL of a search is held against.
struct PlainRecord {
    private(set) var values: [String: [String]] = [:]
    /// Each lead with its fields.
    private(set) var leads: [[String: [String]]] = []
    var times: [Date] = []

    init(_ object: [String: Any]) {
        var object = object
        if var hallmark = object["hallmark"] as? [String: Any],
            let all = hallmark.removeValue(forKey: "leads") as? [[String: Any]]
        {
            object["hallmark"] = hallmark
            leads = all.map { Self.flat($0, "hallmark.leads") }
        }
        values = Self.flat(object, "")
        for lead in leads { values.merge(lead) { $0 + $1 } }
    }

    private static func flat(_ value: Any, _ path: String) -> [String: [String]] {
        switch value {
        case let object as [String: Any]:
            return object.reduce(into: [:]) { result, member in
                let name = path.isEmpty ? member.key : "\(path).\(member.key)"
                result.merge(flat(member.value, name)) { $0 + $1 }
            }
        case let array as [Any]:
            return array.reduce(into: [:]) { $0.merge(flat($1, path)) { $0 + $1 } }
        case let number as NSNumber where String(cString: number.objCType) == "c":
            return [path: [number.boolValue ? "true" : "false"]]
        default: return [path: ["\(value)"]]
        }
    }
}

/// One question about one field, and what it means.
enum PlainLeaf {
    case equals(String, String)
    case glob(String, String)
    case exists(String)
    case number(String, String, Int)
    case after(String, String, Date)
    case text(String, String, String)
    case network(String, UInt32, UInt32)
    case word(String)
    case phrase([String])
    case start(String)
    case lead(software: String, label: String)
    /// A bare word that is an address, a port, a digest or a serial number, or else words.
    case exact(String)

    func holds(_ record: PlainRecord) -> Bool {
        func any(_ field: String, _ test: (String) -> Bool) -> Bool {
            record.values[field]?.contains(where: test) ?? false
        }
        switch self {
        case .equals(let field, let value): return any(field) { $0 == value }
        case .glob(let field, let pattern):
            let expression =
                "^" + NSRegularExpression.escapedPattern(for: pattern).replacing("\\*", with: ".*") + "$"
            return any(field) {
                $0.range(of: expression, options: .regularExpression) != nil
            }
        case .exists(let field): return any(field) { _ in true }
        case .number(let field, let sign, let bound): return any(field) { compare(Int($0) ?? 0, sign, bound) }
        case .text(let field, let sign, let bound):
            return any(field) { compare(Array($0.utf8).map(Int.init), sign, Array(bound.utf8).map(Int.init)) }
        case .after(let field, let sign, let bound):
            let times =
                field == "@timestamp" ? record.times : (record.values[field] ?? []).compactMap(Self.date)
            return times.contains { compare($0.timeIntervalSince1970, sign, bound.timeIntervalSince1970) }
        case .network(let field, let first, let last):
            return any(field) { (first...last).contains(Self.bits($0)) }
        case .word(let word): return texts(record).contains { $0.contains(word) }
        case .phrase(let words):
            return texts(record).contains { text in
                text.count >= words.count
                    && (0...text.count - words.count).contains { Array(text[$0..<$0 + words.count]) == words }
            }
        case .exact(let text):
            let words = text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
            return Self.exact.contains { any($0) { $0 == text } } || PlainLeaf.phrase(words).holds(record)
        case .start(let start): return texts(record).contains { $0.contains { $0.hasPrefix(start) } }
        case .lead(let software, let label):
            return record.leads.contains {
                $0["hallmark.leads.software.name"] == [software] && $0["hallmark.leads.label"] == [label]
            }
        }
    }

    /// The fields that a bare word can be as it is.
    static let exact = [
        "server.ip", "server.port", "tls.server.hash.sha256", "hallmark.certificate.spki_sha256",
        "hallmark.certificate.tbs_no_ct_sha256", "tls.server.x509.serial_number",
    ]

    /// The texts in which bare words are looked for, as words.
    private func texts(_ record: PlainRecord) -> [[String]] {
        [
            "tls.server.x509.subject.distinguished_name", "tls.server.x509.issuer.distinguished_name",
            "tls.server.x509.alternative_names", "server.domain", "http.response.title",
            "http.response.header.server", "hallmark.leads.software.name",
        ].flatMap { record.values[$0] ?? [] }
            .map { $0.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init) }
    }

    static func date(_ text: String) -> Date? {
        try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains(".")))
    }

    static func bits(_ address: String) -> UInt32 {
        address.split(separator: ".").reduce(0) { $0 << 8 | (UInt32($1) ?? 0) }
    }
}

private func compare<T: Comparable>(_ value: T, _ sign: String, _ bound: T) -> Bool {
    switch sign {
    case "<": value < bound
    case "<=": value <= bound
    case ">": value > bound
    default: value >= bound
    }
}

private func compare(_ value: [Int], _ sign: String, _ bound: [Int]) -> Bool {
    let less = value.lexicographicallyPrecedes(bound)
    switch sign {
    case "<": return less
    case "<=": return less || value == bound
    case ">": return !less && value != bound
    default: return !less
    }
}
