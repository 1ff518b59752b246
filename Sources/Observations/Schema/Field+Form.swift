import Bytes

extension Field {
    /// Why no record holds a value in a field of that name, in words; nil where one can.
    package static func fault(of text: String, in name: String) -> String? {
        guard let field = named(name) else { return "there is no field \(name)" }
        switch field.kind {
        case .objects, .pairs: return "\(name) is a list: name a field of it"
        case .map where field.name == name: return "\(name) is an object: name a part of it"
        case .map where name != name.lowercased(): return "names of headers stand there in lower case"
        default: break
        }
        if text.isEmpty, mayBeEmpty(field, name) { return nil }
        guard let value = spelled(text, of: name) else { return "'\(text)' is \(kindMissed(field))" }
        if !field.values.isEmpty, !field.values.contains(value) {
            let isLong = field.values.count > 12
            let list = isLong ? "the values in Docs/observation.md" : field.values.joined(separator: ", ")
            return "'\(text)' is none of \(list)"
        }
        if field.kind == .date, RFC3339.milliseconds(value) == nil || text.utf8.count <= 10 {
            return "'\(text)' is no time as records have it, such as 2026-11-01T08:00:00Z"
        }
        if let bounds = bounds[name], let number = Int(value), !bounds.contains(number) {
            return "'\(text)' is no number from \(bounds.lowerBound) to \(bounds.upperBound)"
        }
        if let form = form(of: name), !form.holds(value) { return "'\(text)' is not \(form.words)" }
        return nil
    }

    /// Whether the values of a field are texts of any form, as names are.
    private static func mayBeEmpty(_ field: Field, _ name: String) -> Bool {
        (field.kind == .keyword || field.kind == .map) && field.values.isEmpty && form(of: name) == nil
            && !isHexadecimal(name)
    }

    /// What a value that can't be spelled is not.
    private static func kindMissed(_ field: Field) -> String {
        switch field.kind {
        case .ip: "no address"
        case .long: "no whole number"
        case .boolean: "not true or false"
        default:
            isHexadecimal(field.name)
                ? "no value in hexadecimal, two digits for each byte" : "no value of \(field.name)"
        }
    }

    /// Numbers beyond these stand in no record, by the field's name.
    package static let bounds: [String: ClosedRange<Int>] = [
        "server.port": 1...65_535, "hallmark.leads.confidence": 0...99, "event.risk_score": 0...99,
    ]

    /// A form that all values of a field have.
    private struct Form {
        let words: String
        let holds: (String) -> Bool

        static func digits(_ count: Int, _ what: String) -> Form {
            Form(words: "\(what), which has \(count) hexadecimal digits") {
                $0.utf8.count == count && $0.utf8.allSatisfy(\.isHexDigit)
            }
        }

        /// Parts of so many hexadecimal digits with `_` between; nil is a part of anything.
        static func parts(_ counts: [Int?], _ words: String) -> Form {
            Form(words: words) { text in
                let parts = text.split(separator: "_", omittingEmptySubsequences: false)
                guard parts.count == counts.count else { return false }
                return zip(parts, counts).allSatisfy { part, count in
                    guard let count else { return !part.isEmpty }
                    return part.utf8.count == count && part.utf8.allSatisfy(\.isHexDigit)
                }
            }
        }
    }

    private static func form(of name: String) -> Form? {
        switch name {
        case "tls.server.jarm": return .digits(62, "a JARM")
        case "tls.curve":
            return Form(words: "the name of a group, such as x25519 or secp256r1") { text in
                text.utf8.contains { 0x30...0x39 ~= $0 } || text.hasPrefix("arbitrary_explicit_")
            }
        case "tls.server.ja3s": return .digits(32, "a JA3S")
        case "tls.server.ja4s":
            let words = "a JA4S, such as t130200_1301_234ea6891581"
            let form = Form.parts([nil, 4, 12], words)
            return Form(words: words) {
                form.holds($0) && $0.utf8.count == 25 && "tqd".contains($0.prefix(1))
            }
        case "tls.server.ja4x": return .parts([12, 12, 12], "a JA4X: three times 12 hexadecimal digits")
        case "hallmark.stack": return .parts([nil, 16], "a stack: a version and 16 hexadecimal digits")
        case "http.response.header_order_hash":
            return Form(words: "a hash of headers: hhh:1: and 64 hexadecimal digits") { text in
                guard text.hasPrefix("hhh:1:") || text.hasPrefix("hhh:2:") else { return false }
                let digits = text.utf8.dropFirst(6)
                return digits.count == 64 && digits.allSatisfy(\.isHexDigit)
            }
        default: break
        }
        guard isHexadecimal(name) else { return nil }
        if ["sha256", "log_id", "log_ids", "key_hash"].contains(where: { name.hasSuffix($0) }) {
            return .digits(64, "a SHA-256")
        }
        if name.hasSuffix("sha1") { return .digits(40, "a SHA-1") }
        return name.hasSuffix("md5") ? .digits(32, "an MD5") : nil
    }
}
