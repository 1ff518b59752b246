import Observations
import Wire

/// What a decision is about.
package enum DecisionSubject: Hashable, Sendable {
    /// An address or a name, with a port or with all of them.
    case endpoint(host: String, port: Int?)
    /// A certificate, by its SHA-256 in upper-case hexadecimal.
    case certificate(String)
    /// A public key, by the SHA-256 of its SubjectPublicKeyInfo in upper-case hexadecimal.
    case key(String)
    /// A field of the record with a value.
    case mark(field: String, value: String)

    package enum Kind: String, CaseIterable, Sendable {
        case endpoint, certificate, key, mark
    }

    package var kind: Kind {
        switch self {
        case .endpoint: .endpoint
        case .certificate: .certificate
        case .key: .key
        case .mark: .mark
        }
    }

    /// `192.0.2.1:443`, `[2001:db8::1]:443`, a digest, `field=value`.
    package var value: String {
        switch self {
        case .endpoint(let host, let port):
            port.map { host.contains(":") ? "[\(host)]:\($0)" : "\(host):\($0)" } ?? host
        case .certificate(let digest), .key(let digest): digest
        case .mark(let field, let value): "\(field)=\(value)"
        }
    }

    /// Reads a subject of a kind that is known, as `value` writes it; nil for what is none.
    package init?(_ kind: Kind, _ value: String) {
        switch kind {
        case .certificate, .key:
            guard let digest = Self.digest(value) else { return nil }
            self = kind == .key ? .key(digest) : .certificate(digest)
        case .mark:
            guard let equals = value.firstIndex(of: "="), equals < value.index(before: value.endIndex) else {
                return nil
            }
            let field = String(value[..<equals])
            let known = Field.all.contains { $0.name == field } || field.hasPrefix("http.response.header.")
            guard known else { return nil }
            self = .mark(field: field, value: String(value[value.index(after: equals)...]))
        case .endpoint:
            guard let endpoint = Self.endpoint(value) else { return nil }
            self = endpoint
        }
    }

    /// Reads what a person writes.
    ///
    /// `key=DIGEST` is a key, `field=value` a mark, 64 hexadecimal digits are a certificate, all else is an
    /// endpoint.
    package init?(_ text: String) {
        if text.hasPrefix("key=") {
            self.init(.key, String(text.dropFirst(4)))
        } else if text.contains("=") {
            self.init(.mark, text)
        } else if Self.digest(text) != nil {
            self.init(.certificate, text)
        } else {
            self.init(.endpoint, text)
        }
    }

    private static func digest(_ text: String) -> String? {
        let digits = text.filter { $0 != ":" }
        guard digits.utf8.count == 64, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
        return digits.uppercased()
    }

    private static func endpoint(_ text: String) -> DecisionSubject? {
        if let address = IPAddress(text) { return .endpoint(host: address.description, port: nil) }
        var host = text
        var port: Int?
        if let colon = text.lastIndex(of: ":") {
            guard let number = Int(text[text.index(after: colon)...]), 1...65535 ~= number else { return nil }
            port = number
            host = String(text[..<colon])
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if let address = IPAddress(host) { return .endpoint(host: address.description, port: port) }
        let isName =
            !host.isEmpty && host.utf8.count <= 253
            && host.utf8.allSatisfy {
                $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a || 0x30...0x39 ~= $0
                    || [0x2d, 0x2e, 0x5f].contains($0)
            }
        return isName ? .endpoint(host: host.lowercased(), port: port) : nil
    }
}
