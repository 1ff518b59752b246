import Bytes
import Decisions
import Wire

/// What a bare word names besides what it may be in a text, told by its form alone: a place on the network.
enum WordForm {
    case address(IPAddress)
    case network(String)
    /// A port of an address or name; nil for all of them.
    case endpoint(host: String, port: Int?)

    /// - Parameter word: without blanks; nil for what names no place.
    init?(_ word: String) {
        let isURL = word.contains("://")
        guard let text = isURL ? Self.authority(of: word) : word else { return nil }
        if let address = IPAddress(Self.withoutBrackets(text)) {
            self = .address(address)
        } else if !isURL, let slash = word.firstIndex(of: "/"), IPAddress(String(word[..<slash])) != nil {
            guard (try? AddressRange(parsing: Array(word.utf8).span)) != nil else { return nil }
            self = .network(word)
        } else if case .endpoint(let host, let port) = DecisionSubject(.endpoint, text), isURL || port != nil
        {
            self = .endpoint(host: host, port: port)
        } else {
            return nil
        }
    }

    /// Host and port of a URL; nil for what is none.
    static func authority(of word: String) -> String? { parts(of: word)?.authority }

    /// Whether a URL names more than a host and a port, which no corpus keeps.
    static func hasPath(_ word: String) -> Bool { parts(of: word).map { $0.rest.utf8.count > 1 } ?? false }

    private static func parts(of word: String) -> (authority: String, rest: String)? {
        guard let sign = word.firstRange(of: "://"), !word[..<sign.lowerBound].isEmpty,
            word[..<sign.lowerBound].allSatisfy({
                $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0))
            })
        else { return nil }
        let behind = word[sign.upperBound...]
        let authority = behind.prefix { !"/?#".contains($0) }
        // A login before the host is none of its name.
        let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        return host.isEmpty ? nil : (String(host), String(behind.dropFirst(authority.count)))
    }

    static func withoutBrackets(_ text: String) -> String {
        text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
    }
}

/// What is wrong with a bare word that looks like something, and is none.
enum WordFault {
    /// In words; nil for a word with which nothing is wrong.
    static func of(_ word: String) -> String? {
        guard WordForm(word) == nil, word.utf8.count <= 256 else { return nil }
        let text = WordForm.authority(of: word) ?? word
        return NetworkWord.fault(of: text) ?? place(text) ?? BareWords.core(of: text).flatMap { place($0) }
            ?? digits(word) ?? number(word)
    }

    /// The same of the begin of a word, before a wildcard.
    static func ofStart(_ start: String) -> String? {
        guard start.wholeMatch(of: /[0-9]+\.[0-9.]*/) != nil else { return nil }
        let parts = start.split(separator: ".")
        guard parts.count > 4 || parts.contains(where: { (Int($0) ?? 256) > 255 }) else { return nil }
        return "no address begins with '\(start)'"
    }

    /// An address, a network or an endpoint gone wrong.
    private static func place(_ text: String) -> String? {
        var host = text
        if let colon = text.lastIndex(of: ":") {
            let port = text[text.index(after: colon)...]
            let before = WordForm.withoutBrackets(String(text[..<colon]))
            let isHost =
                !before.contains(":") && before.contains(".")
                || IPAddress(before) != nil && before != text[..<colon]
            if isHost, !port.isEmpty, port.allSatisfy({ $0.isASCII && $0.isNumber }) {
                guard let number = Int(port), 1...65_535 ~= number else {
                    return "'\(port)' in '\(text)' is no port"
                }
                host = before
            } else if text[..<colon].hasSuffix("]") {
                host = before
            }
        }
        host = WordForm.withoutBrackets(host)
        let isV4 = host.wholeMatch(of: /[0-9]+(\.[0-9]+){3,}(\/[0-9]*)?/) != nil
        let groups = host.split(separator: ":", omittingEmptySubsequences: false)
        let isV6 =
            groups.count > 2
            && host.utf8.allSatisfy { $0.isHexDigit || $0 == 0x3a || $0 == 0x2e || $0 == 0x2f }
            // Digests and serial numbers are written so, a byte in each group.
            && !groups.allSatisfy { 1...2 ~= $0.utf8.count }
        guard isV4 || isV6, IPAddress(host) == nil,
            (try? AddressRange(parsing: Array(host.utf8).span)) == nil
        else { return nil }
        return "'\(host)' is no address and no network"
    }

    private static let digests = [32: "an MD5 or a JA3S", 40: "a SHA-1", 62: "a JARM", 64: "a SHA-256"]

    /// A digest with a digit too much, too little or mistyped.
    private static func digits(_ word: String) -> String? {
        let bytes = Array(word.utf8.filter { $0 != 0x3a })
        let wrong = bytes.filter { !$0.isHexDigit }
        if wrong.isEmpty, 24...80 ~= bytes.count, digests[bytes.count] == nil {
            return
                "'\(word)' has \(bytes.count) hexadecimal digits: a SHA-256 has 64, a JARM 62, a SHA-1 40, an MD5 or a JA3S 32"
        }
        guard let what = digests[bytes.count], 1...4 ~= wrong.count,
            bytes.allSatisfy({ $0.isHexDigit || 0x41...0x5a ~= $0 || 0x61...0x7a ~= $0 })
        else { return nil }
        let sign = String(decoding: [wrong[0]], as: UTF8.self)
        return "'\(word)' is as long as \(what), and '\(sign)' is no hexadecimal digit"
    }

    private static func number(_ word: String) -> String? {
        guard let number = Int(word), "\(number)" == word, number == 0 || number > 65_535 else { return nil }
        return "'\(word)' is no port"
    }
}
