import Bytes
package import Wire

/// JA4 (BSD 3-Clause, FoxIO): a client's transport, versions and counts in the clear, then two hashes of what
/// it offers.
///
/// Only JA4 itself is under that licence; `JA4Plus` holds what is not.
package enum JA4 {
    /// What carried the hello: the first letter.
    package enum Carrier: UInt8, Sendable {
        case tcp = 0x74
        case quic = 0x71
        case datagrams = 0x64
    }

    /// `t13d1516h2_8daaf6152771_e5627efa2ab1`; nil for a hello of SSL 2.0.
    package static func text(_ offer: ClientOffer, over carrier: Carrier) -> String? {
        guard !offer.isOld else { return nil }
        let suites = offer.suites.filter { !JA3.isGREASE($0) }
        let extensions = offer.extensions.filter { !JA3.isGREASE($0) }
        var out = ByteBuffer(capacity: 64)
        out.append(carrier.rawValue)
        out.append(version(offer))
        out.append(extensions.contains(0) ? 0x64 : 0x69)
        out.append(decimal: min(99, suites.count), width: 2)
        out.append(decimal: min(99, extensions.count), width: 2)
        append(protocol: offer.nextProtocol, to: &out)
        out.append(0x5f)
        var text = ByteBuffer(capacity: 256)
        append(suites.sorted(), to: &text)
        append(hashOf: text, to: &out)
        out.append(0x5f)
        text.removeAll()
        // The server name and the application protocol are in the clear part, and depend on who is asked.
        append(extensions.filter { $0 != 0 && $0 != 16 }.sorted(), to: &text)
        if !text.isEmpty, !offer.signatureSchemes.isEmpty {
            text.append(0x5f)
            append(offer.signatureSchemes.filter { !JA3.isGREASE($0) }, to: &text)
        }
        append(hashOf: text, to: &out)
        return out.text
    }

    /// The highest version offered, by supported_versions where it is there.
    private static func version(_ offer: ClientOffer) -> StaticString {
        let versions = offer.versions.filter { !JA3.isGREASE($0) }
        // DTLS counts down.
        let highest = offer.isDatagram ? versions.min() : versions.max()
        switch highest ?? offer.version {
        case 0x0304: return "13"
        case 0x0303: return "12"
        case 0x0302: return "11"
        case 0x0301: return "10"
        case 0x0300: return "s3"
        case 0x0002: return "s2"
        case 0xfeff: return "d1"
        case 0xfefd: return "d2"
        case 0xfefc: return "d3"
        default: return "00"
        }
    }

    /// The first and the last character of the first application protocol; those of its hex where they are no
    /// letters or digits.
    private static func append(protocol name: [UInt8], to out: inout ByteBuffer) {
        guard let first = name.first, let last = name.last else { return out.append("00") }
        if isAlphanumeric(first), isAlphanumeric(last) {
            out.append(first)
            out.append(last)
        } else {
            out.append(hexDigit(first >> 4) | 0x20)
            out.append(hexDigit(last & 15) | 0x20)
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26
    }

    /// `002f,0035`.
    private static func append(_ numbers: [UInt16], to out: inout ByteBuffer) {
        for (index, number) in numbers.enumerated() {
            if index > 0 { out.append(0x2c) }
            out.append(hex16: number)
        }
    }

    /// The first twelve digits of the SHA-256; twelve zeros for nothing.
    private static func append(hashOf text: borrowing ByteBuffer, to out: inout ByteBuffer) {
        guard !text.isEmpty else { return out.append("000000000000") }
        text.withSpan { bytes in
            let digest = BodyDigest.shortSHA256(bytes)
            out.append(lowercaseHex: digest.span.extracting(0..<6))
        }
    }
}
