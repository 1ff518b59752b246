import Bytes
import Inventory
import Observations
import Wire

/// What a pivot starts from.
package enum PivotQuery: Equatable, Sendable {
    /// A certificate by its SHA-256.
    case certificate([UInt8])
    /// Certificates from a file, whether the corpus has them or not: their records.
    case records([[UInt8]])
    case endpoint(ip: String, port: Int?)
    case name(String)
    /// All names below a domain.
    case below(String)
    /// Marks of one kind, of which any counts: a serial number can be written in several ways.
    case marks([Mark])
    /// What a lead names a software for.
    case lead(String)

    /// Whether there is something to look for, whatever the store has.
    var isOfFile: Bool { if case .records = self { true } else { false } }

    /// Why no record can have the mark that it asks for; nil where one may.
    package var fault: String? {
        guard case .marks(let marks) = self else { return nil }
        var first: String?
        for mark in marks {
            guard Field.named(mark.kind.field) != nil,
                let fault = Field.fault(of: mark.value, in: mark.kind.field)
            else { return nil }
            first = first ?? "\(mark.kind.alias): \(fault)"
        }
        return first
    }

    /// Why a text is no query.
    package struct Problem: Error, Equatable, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// Reads a query: a hash, an address with or without a port, `field=value`, a name, or `*.` and a domain.
    package init(_ text: String) throws(Problem) {
        let text = text.trimmed
        if let bytes = [UInt8](hex: text.replacing(":", with: "")), bytes.count == 32, !text.contains("::") {
            self = .certificate(bytes)
        } else if let (ip, port) = Self.endpoint(text) {
            self = .endpoint(ip: ip, port: port)
        } else if let equals = text.firstIndex(of: "="), equals != text.startIndex {
            let field = String(text[..<equals]).trimmed
            let value = String(text[text.index(after: equals)...]).trimmed
            guard !value.isEmpty else { throw Problem(description: "'\(field)=' lacks a value") }
            if field == "tls.server.hash.sha256" || field == "sha256" || field == "certificate" {
                guard let bytes = [UInt8](hex: value), bytes.count == 32 else {
                    throw Problem(description: "'\(value)' is not a SHA-256 in hexadecimal")
                }
                self = .certificate(bytes)
                return
            }
            if field == "lead" || field == "hallmark.leads.software.name" {
                self = .lead(value)
                return
            }
            guard let kind = MarkKind(query: field) else {
                let known = (MarkKind.allCases.map(\.alias) + ["lead"]).joined(separator: ", ")
                throw Problem(
                    description: "there is no mark '\(field)'; the marks are \(known), and their fields"
                )
            }
            if let fault = Self.fault(of: value, kind) {
                throw Problem(description: "no record has such a mark: \(field): \(fault)")
            }
            self = .marks(Self.spellings(kind, value).map { Mark(kind, $0) })
        } else {
            var name = text.lowercased()
            if name.hasPrefix("*.") { name.removeFirst() }
            if let fault = Self.digestFault(text) { throw Problem(description: fault) }
            let isBelow = name.hasPrefix(".")
            if isBelow { name.removeFirst() }
            guard (try? HostName.parse(Array(name.utf8).span, allowsUnicode: true)) != nil else {
                throw Problem(
                    description: "'\(text)' is not a certificate's hash, an endpoint, a name or field=value"
                )
            }
            self = isBelow ? .below(name) : .name(name)
        }
    }

    private static func endpoint(_ text: String) -> (String, Int?)? {
        var text = text[...]
        // As answers show it; whatever else stands at this port is worth seeing, too.
        for transport in Transport.allCases where text.hasSuffix("/\(transport)") {
            text = text.dropLast(transport.rawValue.count + 1)
        }
        if let address = IPAddress(text) { return (address.unmapped.description, nil) }
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (1...65535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.first == "[", host.last == "]" { host = host.dropFirst().dropLast() }
        guard let address = IPAddress(host) else { return nil }
        return (address.unmapped.description, port)
    }

    /// Why a text of hexadecimal digits is no certificate's; nil for one that is shorter than any digest, or
    /// no such text.
    private static func digestFault(_ text: String) -> String? {
        let digits = text.utf8.filter { $0 != 0x3a }
        guard digits.count >= 24, digits.allSatisfy(\.isHexDigit) else { return nil }
        let marks = "a mark is asked for by its name ('serial=…', 'ski=…', 'jarm=…'), a host by 'name=…'"
        return
            "'\(text)' has \(digits.count) hexadecimal digits, and a certificate's SHA-256 has 64; \(marks)"
    }

    /// What a mark of several fields has to look like, in words; nil for a value that does.
    private static func fault(ofComposed value: String, _ kind: MarkKind) -> String? {
        switch kind {
        case .window:
            let times = value.split(separator: "/", omittingEmptySubsequences: false)
            let isWindow = times.count == 2 && times.allSatisfy { RFC3339.milliseconds(String($0)) != nil }
            return isWindow
                ? nil : "'\(value)' is no begin and end: 2026-01-01T00:00:00Z/2027-01-01T00:00:00Z"
        case .shape:
            return value.contains(CertificateFacts.separator)
                ? nil : "'\(value)' is no shape, which has parts with '\(CertificateFacts.separator)' between"
        case .nameSet:
            return value.contains(",")
                ? nil
                : "'\(value)' is one name: 'name=\(value)' asks for it; a set has commas between several"
        case .namePattern:
            return value.contains("#") || value.contains("~")
                ? nil
                : "'\(value)' is no pattern, which has # for digits or ~ for a label that was drawn by lot"
        default: return nil
        }
    }

    /// Why no record has a value in the field of a mark; nil where one can.
    private static func fault(of value: String, _ kind: MarkKind) -> String? {
        guard let field = Field.named(kind.field), kind.source != nil else {
            return fault(ofComposed: value, kind)
        }
        if field.kind == .date {
            return RFC3339.milliseconds(value) == nil ? "'\(value)' is no time" : nil
        }
        // Other programs write what they please as the fingerprints that have a form here.
        guard
            Field.isHexadecimal(kind.field) || Field.spelled(value, of: kind.field) == nil
                || !field.values.isEmpty || kind == .curve
        else { return nil }
        let isPrefixed = field.spelling == .serial && value.lowercased().hasPrefix("0x")
        return Field.fault(of: isPrefixed ? String(value.dropFirst(2)) : value, in: kind.field)
    }

    /// A value as the record spells it.
    private static func spellings(_ kind: MarkKind, _ value: String) -> [String] {
        guard let field = Field.named(kind.field) else { return [value] }
        switch field.spelling {
        case .serial:
            // Content bytes in full: with or without the zero that keeps the number positive.
            var digits = value.uppercased().replacing(":", with: "").replacing(" ", with: "")
            if digits.hasPrefix("0X") { digits.removeFirst(2) }
            if !digits.count.isMultiple(of: 2) { digits = "0" + digits }
            return [digits, "00" + digits]
        case .digest: return [value.uppercased().replacing(":", with: "")]
        case .lowercase: return [value.lowercased()]
        case .asIs:
            guard field.kind == .date, let time = RFC3339.milliseconds(value) else { return [value] }
            return [RFC3339.secondsText(time)]
        }
    }
}
