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
        if let address = IPAddress(text) { return (address.description, nil) }
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (1...65535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.first == "[", host.last == "]" { host = host.dropFirst().dropLast() }
        guard let address = IPAddress(host) else { return nil }
        return (address.description, port)
    }

    /// Why no record has a value in the field of a mark; nil where one can, and for a mark of several fields.
    private static func fault(of value: String, _ kind: MarkKind) -> String? {
        guard let field = Field.named(kind.field) else { return nil }
        if field.kind == .date {
            return RFC3339.milliseconds(value) == nil ? "'\(value)' is no time" : nil
        }
        // Other programs write what they please as the fingerprints that have a form here.
        guard Field.isHexadecimal(kind.field) || Field.spelled(value, of: kind.field) == nil else {
            return nil
        }
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
