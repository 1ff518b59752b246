import Foundation

/// A query that was drawn by lot, as text and as what it means.
indirect enum RandomQuery {
    case leaf(String, PlainLeaf)
    case and([RandomQuery])
    case or([RandomQuery])
    case not(RandomQuery)

    var text: String {
        switch self {
        case .leaf(let text, _): text
        case .and(let parts): "(" + parts.map(\.text).joined(separator: " and ") + ")"
        case .or(let parts): "(" + parts.map(\.text).joined(separator: " or ") + ")"
        case .not(let part): "not (\(part.text))"
        }
    }

    /// Whether it holds for something that all of `records` tell of.
    func holds(_ records: [PlainRecord]) -> Bool {
        switch self {
        case .leaf(_, let leaf): records.contains(where: leaf.holds)
        case .and(let parts): parts.allSatisfy { $0.holds(records) }
        case .or(let parts): parts.contains { $0.holds(records) }
        case .not(let part): !part.holds(records)
        }
    }

    init(_ records: [PlainRecord], depth: Int, _ random: inout some RandomNumberGenerator) {
        guard depth > 0, Int.random(in: 0..<4, using: &random) > 0 else {
            self = Self.leaf(records, &random)
            return
        }
        func parts(_ random: inout some RandomNumberGenerator) -> [RandomQuery] {
            (0..<Int.random(in: 2...3, using: &random)).map { _ in
                RandomQuery(records, depth: depth - 1, &random)
            }
        }
        switch Int.random(in: 0..<3, using: &random) {
        case 0: self = .and(parts(&random))
        case 1: self = .or(parts(&random))
        default: self = .not(RandomQuery(records, depth: depth - 1, &random))
        }
    }

    private static let keywords = [
        "server.domain", "tls.version", "tls.server.jarm", "tls.server.x509.subject.distinguished_name",
        "tls.server.x509.subject.organization", "tls.server.x509.subject.common_name",
        "tls.server.x509.issuer.organization", "tls.server.issuer", "tls.server.x509.alternative_names",
        "tls.server.x509.serial_number", "hallmark.certificate.spki_sha256", "tls.server.hash.sha256",
        "http.response.title", "http.response.header.server", "hallmark.leads.software.name",
        "hallmark.leads.label",
    ]
    private static let texts = [
        "server.domain", "tls.server.jarm", "tls.server.x509.subject.distinguished_name",
        "tls.server.x509.subject.organization", "tls.server.x509.alternative_names", "tls.server.issuer",
        "http.response.title", "http.response.header.server", "hallmark.leads.software.name",
    ]
    private static let numbers = [
        "server.port", "tls.server.x509.public_key_size", "hallmark.certificate.validity_seconds",
        "hallmark.leads.confidence",
    ]
    private static let signs = ["<", "<=", ">", ">="]

    private static func leaf(_ records: [PlainRecord], _ random: inout some RandomNumberGenerator)
        -> RandomQuery
    {
        /// A value that a field has somewhere.
        func value(_ field: String, _ random: inout some RandomNumberGenerator) -> String {
            let all = records.compactMap { $0.values[field]?.randomElement(using: &random) }
            return all.randomElement(using: &random) ?? "nothing"
        }
        func pick(_ list: [String]) -> String { list.randomElement(using: &random) ?? "" }
        switch Int.random(in: 0..<14, using: &random) {
        case 0...2:
            let field = pick(keywords)
            let value = value(field, &random)
            return .leaf("\(field): \(quoted(value))", .equals(field, value))
        case 3...4:
            let field = pick(texts)
            let pattern = pattern(value(field, &random), &random)
            return .leaf("\(field): \(bare(pattern))", .glob(field, pattern))
        case 5:
            let field = pick(keywords + numbers)
            return .leaf("\(field): *", .exists(field))
        case 6:
            let (field, sign) = (pick(numbers), pick(signs))
            let bound = (Int(value(field, &random)) ?? 0) + Int.random(in: -1...1, using: &random)
            return .leaf("\(field) \(sign) \(bound)", .number(field, sign, bound))
        case 7:
            let field = pick(["@timestamp", "tls.server.not_after", "tls.server.x509.not_before"])
            let sign = pick(signs)
            let time =
                PlainLeaf.date(value(field == "@timestamp" ? field : "tls.server.x509.not_after", &random))
                ?? Date()
            let text = time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
            let name = field.replacing("tls.server.not_after", with: "tls.server.x509.not_after")
            return .leaf("\(field) \(sign) \"\(text)\"", .after(name, sign, time))
        case 8:
            let (field, sign) = (
                pick(["server.domain", "tls.server.jarm", "tls.server.x509.serial_number"]), pick(signs)
            )
            let bound = value(field, &random)
            // Digits in hexadecimal are found in either case.
            let written =
                field.hasSuffix("serial_number") && Bool.random(using: &random) ? bound.lowercased() : bound
            return .leaf("\(field) \(sign) \(quoted(written))", .text(field, sign, bound))
        case 9:
            let address = PlainLeaf.bits(value("server.ip", &random))
            let length = Int.random(in: 14...32, using: &random)
            let mask: UInt32 = length == 32 ? .max : ~(UInt32.max >> UInt32(length))
            let first = address & mask
            let text = [24, 16, 8, 0].map { "\(first >> UInt32($0) & 255)" }.joined(separator: ".")
            let written = Bool.random(using: &random) ? "\(text)/\(length)" : "::ffff:\(text)/\(96 + length)"
            return .leaf("server.ip: \"\(written)\"", .network("server.ip", first, first | ~mask))
        case 10:
            let field = pick([
                "tls.server.x509.subject.distinguished_name", "http.response.title", "server.domain",
            ])
            let words = value(field, &random).lowercased().split { !$0.isLetter && !$0.isNumber }.map(
                String.init
            )
            let start = Int.random(in: 0..<max(words.count, 1), using: &random)
            let some = Array(words[min(start, words.count)...].prefix(2))
            guard let first = some.first else { return .leaf("nothing", .word("nothing")) }
            switch Int.random(in: 0..<3, using: &random) {
            case 0: return .leaf("\"\(first)\"", .word(first))
            case 1: return .leaf("\(first.prefix(3))*", .start(String(first.prefix(3))))
            default: return .leaf("\"\(some.joined(separator: " "))\"", .phrase(some))
            }
        case 11:
            let software = value("hallmark.leads.software.name", &random)
            let label = pick(["low", "medium", "high"])
            return .leaf(
                "hallmark.leads:{ software.name: \(quoted(software)) and label: \(label) }",
                .lead(software: software, label: label)
            )
        case 12:
            let text = value(pick(PlainLeaf.exact), &random)
            return .leaf(quoted(text), .exact(text))
        default:
            let truth = Bool.random(using: &random) ? "true" : "false"
            let field = "hallmark.certificate.self_signed"
            return .leaf("\(field): \(truth)", .equals(field, truth))
        }
    }

    /// A value with a wildcard for some of it.
    private static func pattern(_ value: String, _ random: inout some RandomNumberGenerator) -> String {
        let letters = Array(value)
        let low = Int.random(in: 0...letters.count, using: &random)
        let high = Int.random(in: low...letters.count, using: &random)
        let pattern = String(letters[..<low]) + "*" + String(letters[high...])
        return Bool.random(using: &random) ? pattern : "*" + String(letters[low..<high]) + "*"
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// Without quotes; the signs of the language are escaped, and blanks so that they make no operator.
    private static func bare(_ text: String) -> String {
        text.map { character in
            switch character {
            case "\\", "(", ")", ":", "<", ">", "\"", "{", "}": "\\\(character)"
            case " ": "\\u0020"
            default: "\(character)"
            }
        }.joined()
    }
}

/// Numbers that are the same in every run.
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
