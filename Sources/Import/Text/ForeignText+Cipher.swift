extension ForeignText {
    /// A cipher suite by its IANA name, where a program writes OpenSSL's (`ECDHE-RSA-AES128-GCM-SHA256`,
    /// alone or before its description); what is no such name stays as it is.
    ///
    /// Rules name suites as RFC 8446 and the registry do: the same suite under another name would be decided,
    /// and wrongly.
    package static func cipher(_ text: String) -> String {
        guard let word = text.split(separator: " ").first else { return text }
        if word.hasPrefix("TLS_") { return String(word) }
        guard word.contains("-"),
            word.utf8.allSatisfy({ $0 &- 0x41 < 26 || $0 &- 0x30 < 10 || $0 == 0x2d })
        else { return text }
        var words = word.split(separator: "-")[...]
        var exchange = exchange(&words)
        guard let (encryption, hasHash) = encryption(&words) else { return text }
        if encryption.hasSuffix("CCM_8"), exchange == "DHE_PSK" { exchange = "PSK_DHE" }
        guard hasHash else { return words.isEmpty ? "TLS_\(exchange)_WITH_\(encryption)" : text }
        guard let hash = words.popFirst(), words.isEmpty, ["SHA", "SHA256", "SHA384", "MD5"].contains(hash)
        else { return text }
        return "TLS_\(exchange)_WITH_\(encryption)_\(hash)"
    }

    /// How keys are exchanged and by what the server is known: RSA where nothing is said.
    private static func exchange(_ words: inout ArraySlice<Substring>) -> String {
        guard let first = words.first else { return "RSA" }
        switch first {
        case "ADH", "AECDH":
            words.removeFirst()
            return first == "ADH" ? "DH_anon" : "ECDH_anon"
        case "PSK":
            words.removeFirst()
            return "PSK"
        case "SRP":
            words.removeFirst()
            guard let signer = words.first, ["RSA", "DSS"].contains(signer) else { return "SRP_SHA" }
            words.removeFirst()
            return "SRP_SHA_\(signer)"
        case "ECDHE", "DHE", "EDH", "ECDH", "RSA":
            words.removeFirst()
            let kind = first == "EDH" ? "DHE" : first
            guard let signer = words.first, ["RSA", "ECDSA", "DSS", "PSK"].contains(signer) else {
                return kind == "RSA" ? "RSA" : "\(kind)_RSA"
            }
            words.removeFirst()
            return "\(kind)_\(signer)"
        default: return "RSA"
        }
    }

    /// The cipher with its mode, and whether a hash follows; nil for none that is known.
    private static func encryption(_ words: inout ArraySlice<Substring>) -> (name: String, hasHash: Bool)? {
        guard var first = words.popFirst() else { return nil }
        switch first {
        case "NULL": return ("NULL", true)
        case "RC4": return ("RC4_128", true)
        case "SEED": return ("SEED_CBC", true)
        case "IDEA": return words.popFirst() == "CBC" ? ("IDEA_CBC", true) : nil
        case "DES":
            let mode = words.popFirst()
            return mode == "CBC3" ? ("3DES_EDE_CBC", true) : mode == "CBC" ? ("DES_CBC", true) : nil
        case "CHACHA20": return words.popFirst() == "POLY1305" ? ("CHACHA20_POLY1305_SHA256", false) : nil
        case "AES":
            guard let bits = words.popFirst() else { return nil }
            first += bits
        default: break
        }
        guard let kind = ["AES", "CAMELLIA", "ARIA"].first(where: { first.hasPrefix($0) }),
            ["128", "256"].contains(first.dropFirst(kind.count))
        else { return nil }
        let name = "\(kind)_\(first.dropFirst(kind.count))"
        switch words.first {
        case "GCM":
            words.removeFirst()
            return (name + "_GCM", true)
        case "CCM", "CCM8":
            return (name + (words.removeFirst() == "CCM" ? "_CCM" : "_CCM_8"), false)
        case "CBC":
            words.removeFirst()
            return (name + "_CBC", true)
        default: return (name + "_CBC", true)
        }
    }
}
