import Bytes

/// Values as other programs write them, in the record's spelling.
package enum ForeignText {
    /// A hash as upper-case hex, whatever stands between its digits; nil unless it is as long as wanted.
    package static func hash(_ text: String, bytes count: Int) -> String? {
        let digits = hexDigits(text)
        return digits?.count == 2 * count ? digits : nil
    }

    /// Upper-case hex without separators and prefix; nil for what is no hex.
    private static func hexDigits(_ text: String) -> String? {
        var out: [UInt8] = []
        var rest = Substring(text)
        if rest.hasPrefix("0x") || rest.hasPrefix("0X") { rest = rest.dropFirst(2) }
        for byte in rest.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x46: out.append(byte)
            case 0x61...0x66: out.append(byte - 32)
            case 0x3a, 0x20, 0x2d: continue
            default: return nil
            }
            guard out.count <= 1024 else { return nil }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// A serial number as the bytes of its DER integer, in hex.
    ///
    /// Programs leave out the zero byte that stands before a number whose first bit is set; a negative number
    /// can't be told.
    package static func serial(hex text: String) -> String? {
        guard !text.hasPrefix("-"), var digits = hexDigits(text), !digits.isEmpty else { return nil }
        if !digits.count.isMultiple(of: 2) { digits = "0" + digits }
        if let first = digits.first, first >= "8" { digits = "00" + digits }
        return digits
    }

    /// The same of decimal digits, at most as many as 64 bytes have.
    package static func serial(decimal text: String) -> String? {
        guard !text.isEmpty, text.utf8.count <= 160, text.utf8.allSatisfy({ $0 &- 0x30 < 10 }) else {
            return nil
        }
        var bytes: [UInt8] = [0]
        for digit in text.utf8 {
            var carry = Int(digit - 0x30)
            for index in bytes.indices.reversed() {
                carry += Int(bytes[index]) * 10
                bytes[index] = UInt8(truncatingIfNeeded: carry)
                carry >>= 8
            }
            if carry > 0 { bytes.insert(UInt8(truncatingIfNeeded: carry), at: 0) }
        }
        return serial(hex: bytes.hex)
    }

    /// The same of digits that are hexadecimal in one version of a program and decimal in another: nil for
    /// what may be either.
    ///
    /// - Parameter isDecimal: what is known of that; nil for nothing.
    package static func serial(_ text: String, isDecimal: Bool?) -> String? {
        guard text.utf8.allSatisfy({ $0 &- 0x30 < 10 }) else { return serial(hex: text) }
        switch isDecimal {
        case true?: return serial(decimal: text)
        case false?: return serial(hex: text)
        // So many digits in a row without a letter are no hexadecimal number of chance.
        case nil: return text.utf8.count >= 25 ? serial(decimal: text) : nil
        }
    }

    /// A version of TLS: `TLSv12`, `TLS 1.2`, `tls12`, `TLSv13-draft23`, `SSLv3`, `DTLSv12`, `0x0303`, `771`.
    ///
    /// - Returns: as `tls.version` and `tls.version_protocol`; nil for what is none.
    package static func version(_ text: String) -> (number: String, name: String)? {
        let word = text.lowercased().filter { !" _./".contains($0) }
        switch word {
        case "771", "0x0303", "0x303": return ("1.2", "tls")
        case "772", "0x0304", "0x304": return ("1.3", "tls")
        case "770", "0x0302", "0x302": return ("1.1", "tls")
        case "769", "0x0301", "0x301": return ("1.0", "tls")
        case "768", "0x0300", "0x300": return ("3.0", "ssl")
        default: break
        }
        let isDTLS = word.hasPrefix("dtls")
        var rest = Substring(word)
        for prefix in ["dtls", "tls", "ssl"] where rest.hasPrefix(prefix) {
            rest = rest.dropFirst(prefix.count)
            break
        }
        if rest.hasPrefix("v") { rest = rest.dropFirst() }
        rest = rest.prefix { $0.isNumber }
        let name = isDTLS ? "dtls" : word.hasPrefix("ssl") ? "ssl" : "tls"
        switch (rest, name) {
        case ("3", "ssl"), ("30", "ssl"): return ("3.0", "ssl")
        case ("2", "ssl"), ("20", "ssl"): return ("2.0", "ssl")
        case ("1", _), ("10", _): return ("1.0", name)
        case ("11", _): return ("1.1", name)
        case ("12", _): return ("1.2", name)
        case ("13", _): return ("1.3", name)
        default: return nil
        }
    }

    /// An algorithm of signatures by OpenSSL's long name; as it came when it has no other spelling here.
    package static func signatureAlgorithm(_ text: String) -> String {
        signatures[text.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " }] ?? text
    }

    /// An algorithm of keys by the record's name.
    package static func keyAlgorithm(_ text: String) -> String {
        switch text.lowercased().filter({ $0 != "-" && $0 != "_" && $0 != " " }) {
        case "rsa", "rsaencryption", "rsapublickey": "RSA"
        case "rsassapss", "rsapss": "RSA-PSS"
        case "ecdsa", "ec", "ecc", "idecpublickey", "ecpublickey", "ellipticcurve", "ellipticcurvepublickey":
            "ECDSA"
        case "dsa", "dsaencryption", "dsapublickey": "DSA"
        case "ed25519", "ed25519publickey": "Ed25519"
        case "ed448": "Ed448"
        default: text
        }
    }

    /// A curve by its IANA name in lower case.
    package static func curve(_ text: String) -> String {
        switch text.lowercased() {
        case "prime256v1", "p-256", "nistp256", "secp256r1": "secp256r1"
        case "p-384", "nistp384", "secp384r1": "secp384r1"
        case "p-521", "nistp521", "secp521r1": "secp521r1"
        case "p-224", "secp224r1": "secp224r1"
        default: text.lowercased()
        }
    }

    /// The curve of a key by the record's name; that of a handshake has another one.
    package static func keyCurve(_ text: String) -> String {
        switch curve(text) {
        case "secp256r1": return "P-256"
        case "secp384r1": return "P-384"
        case "secp521r1": return "P-521"
        case "secp224r1": return "P-224"
        case "secp192r1", "prime192v1", "p-192", "nistp192": return "P-192"
        case let other where other.hasPrefix("brainpoolp"): return "brainpoolP" + other.dropFirst(10)
        case let other: return other
        }
    }

    private static let signatures = [
        "sha1withrsa": "sha1WithRSAEncryption", "sha1rsa": "sha1WithRSAEncryption",
        "rsasha1": "sha1WithRSAEncryption", "sha1withrsaencryption": "sha1WithRSAEncryption",
        "md5rsa": "md5WithRSAEncryption", "md5withrsa": "md5WithRSAEncryption",
        "md5withrsaencryption": "md5WithRSAEncryption",
        "sha256rsa": "sha256WithRSAEncryption", "sha256withrsa": "sha256WithRSAEncryption",
        "rsasha256": "sha256WithRSAEncryption", "sha256withrsaencryption": "sha256WithRSAEncryption",
        "sha384rsa": "sha384WithRSAEncryption", "sha384withrsa": "sha384WithRSAEncryption",
        "sha384withrsaencryption": "sha384WithRSAEncryption",
        "sha512rsa": "sha512WithRSAEncryption", "sha512withrsa": "sha512WithRSAEncryption",
        "sha512withrsaencryption": "sha512WithRSAEncryption",
        "ecdsasha1": "ecdsa-with-SHA1", "ecdsawithsha1": "ecdsa-with-SHA1",
        "ecdsasha256": "ecdsa-with-SHA256", "ecdsawithsha256": "ecdsa-with-SHA256",
        "ecdsasha384": "ecdsa-with-SHA384", "ecdsawithsha384": "ecdsa-with-SHA384",
        "ecdsasha512": "ecdsa-with-SHA512", "ecdsawithsha512": "ecdsa-with-SHA512",
    ]
}
