/// What a cipher suite's number stands for (IANA, "TLS Cipher Suites").
package enum CipherSuite {
    /// How a suite of TLS 1.2 or older agrees on a secret, as far as it decides what ServerKeyExchange holds.
    package enum KeyExchange: Sendable {
        case ellipticCurve, ellipticCurveAnonymous
        case finiteField, finiteFieldAnonymous
        case other
    }

    /// The name in the registry, or of the drafts and old products that used the number; nil when unknown.
    package static func name(_ suite: UInt16) -> StaticString? {
        suite < 0xc000 ? firstName(suite) : secondName(suite)
    }

    /// Read from the name: it begins with the key exchange.
    package static func keyExchange(_ suite: UInt16) -> KeyExchange {
        guard let name = name(suite) else { return .other }
        if begins(name, with: "TLS_ECDHE_PSK") || begins(name, with: "TLS_DHE_PSK") { return .other }
        if begins(name, with: "TLS_ECDHE_") { return .ellipticCurve }
        if begins(name, with: "TLS_ECDH_anon") { return .ellipticCurveAnonymous }
        if begins(name, with: "TLS_DHE_") { return .finiteField }
        return begins(name, with: "TLS_DH_anon") ? .finiteFieldAnonymous : .other
    }

    /// Whether the server sends no certificate with it.
    package static func isAnonymous(_ suite: UInt16) -> Bool {
        switch keyExchange(suite) {
        case .ellipticCurveAnonymous, .finiteFieldAnonymous: true
        default: false
        }
    }

    private static func begins(_ name: StaticString, with start: StaticString) -> Bool {
        name.withUTF8Buffer { name in
            start.withUTF8Buffer { start in unsafe name.starts(with: start) }
        }
    }
}
