import Bytes
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

    /// By their bytes: Unicode takes texts for equal that are different values in records and in searches.
    package static func == (one: Self, other: Self) -> Bool {
        one.kind == other.kind && one.value.utf8.elementsEqual(other.value.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        for byte in value.utf8 { hasher.combine(byte) }
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
            guard let text = Field.spelled(String(value[value.index(after: equals)...]), of: field) else {
                return nil
            }
            self = .mark(field: field, value: text)
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
        if let address = IPAddress(text) {
            return .endpoint(host: address.unmapped.description, port: nil)
        }
        var host = text
        var port: Int?
        if let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") {
            guard let number = Int(text[text.index(after: colon)...]), 1...65535 ~= number else { return nil }
            port = number
            host = String(text[..<colon])
            // Where the address ends is not known without brackets.
            guard !host.contains(":") || host.hasSuffix("]") else { return nil }
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            guard let address = IPAddress(host), address.isV6 else { return nil }
        }
        host = Self.host(host)
        let isName = (try? HostName.parse(Array(host.utf8).span)) != nil
        // A digest of another kind, or a mistyped one, is a name that nobody has.
        let isDigest = host.utf8.count >= 32 && host.utf8.allSatisfy(\.isHexDigit)
        return IPAddress(host) != nil || isName && !isDigest ? .endpoint(host: host, port: port) : nil
    }

    /// An address or a name in the one form by which it is known.
    ///
    /// An IPv4 address within an IPv6 address is the IPv4 address, and a name's last dot is left out.
    static func host(_ text: String) -> String {
        IPAddress(text)?.unmapped.description ?? HostName.spelled(text)
    }
}
