import Foundation

/// A pattern of STIX 2.1 that is simple: comparisons of which each alone is enough.
///
/// The grammar is that of https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html, section 9. What
/// needs several things at once or one after the other is no list of marks.
struct STIXPattern {
    /// An object's path compared with values.
    struct Comparison: Equatable {
        /// `x509-certificate:hashes.sha256`: in lower case, without quotes and hyphens in names of digests.
        let path: String
        /// `=`, `IN`, `LIKE`, `ISSUBSET` and others.
        let operation: String
        let values: [String]
    }

    private(set) var comparisons: [Comparison] = []
    /// Whether each comparison alone is enough.
    private(set) var isSimple = true

    /// Longer patterns are no pattern.
    private static let longest = 1 << 20

    /// Nil for what is no pattern.
    init?(_ text: String) {
        guard text.utf8.count <= Self.longest, let tokens = Self.tokens(Array(text.utf8)) else { return nil }
        var place = 0
        var depth = 0
        while place < tokens.count {
            switch tokens[place] {
            case .symbol(let byte):
                if byte == 0x5b || byte == 0x28 { depth += 1 }
                if byte == 0x5d || byte == 0x29 { depth -= 1 }
                guard depth >= 0 else { return nil }
                place += 1
            case .word(let word):
                switch word.uppercased() {
                case "OR": place += 1
                case "AND", "NOT", "FOLLOWEDBY", "WITHIN", "REPEATS", "START", "STOP", "EXISTS":
                    isSimple = false
                    place += 1
                case "SECONDS", "TIMES": place += 1
                default:
                    guard word.contains(":") else {
                        // Numbers of qualifiers.
                        guard !isSimple else { return nil }
                        place += 1
                        continue
                    }
                    guard let next = compare(word, tokens, place + 1) else { return nil }
                    place = next
                }
            case .text:
                // Times of qualifiers.
                guard !isSimple else { return nil }
                place += 1
            case .comparison: return nil
            }
        }
        guard depth == 0, !comparisons.isEmpty || !isSimple else { return nil }
    }

    private mutating func compare(_ path: String, _ tokens: [Token], _ start: Int) -> Int? {
        var place = start
        if place < tokens.count, case .word(let word) = tokens[place], word.uppercased() == "NOT" {
            isSimple = false
            place += 1
        }
        guard place + 1 < tokens.count else { return nil }
        let operation: String
        switch tokens[place] {
        case .comparison(let text): operation = text
        case .word(let word)
        where ["IN", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"].contains(word.uppercased()):
            operation = word.uppercased()
        default: return nil
        }
        place += 1
        var values: [String] = []
        if operation == "IN" {
            guard tokens[place] == .symbol(0x28) else { return nil }
            place += 1
            while place < tokens.count, tokens[place] != .symbol(0x29) {
                guard let value = Self.value(tokens[place]) else { return nil }
                values.append(value)
                place += 1
                if place < tokens.count, tokens[place] == .symbol(0x2c) { place += 1 }
            }
            guard place < tokens.count else { return nil }
        } else {
            guard let value = Self.value(tokens[place]) else { return nil }
            values = [value]
        }
        comparisons.append(Comparison(path: Self.plain(path), operation: operation, values: values))
        return place + 1
    }

    private static func value(_ token: Token) -> String? {
        switch token {
        case .text(let text): text
        case .word(let word): word
        case .symbol, .comparison: nil
        }
    }

    /// `x509-certificate:hashes.'SHA-256'` and `x509-certificate:hashes.SHA256` are one path.
    private static func plain(_ path: String) -> String {
        let path = path.lowercased().filter { $0 != "'" && $0 != "\"" }
        guard let place = path.range(of: ".sha-") else { return path }
        return path[..<place.lowerBound] + ".sha" + path[place.upperBound...]
    }

    // MARK: Tokens

    private enum Token: Equatable {
        /// A bracket or a comma.
        case symbol(UInt8)
        case comparison(String)
        /// A keyword, a number or an object's path.
        case word(String)
        /// What stands between apostrophes.
        case text(String)
    }

    private static func tokens(_ bytes: [UInt8]) -> [Token]? {
        var tokens: [Token] = []
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            switch byte {
            case 0x20, 0x09, 0x0a, 0x0d: place += 1
            case 0x5b, 0x5d, 0x28, 0x29, 0x2c:
                tokens.append(.symbol(byte))
                place += 1
            case 0x27:
                guard let (text, end) = text(bytes, place) else { return nil }
                tokens.append(.text(text))
                place = end
            case 0x3d, 0x21, 0x3c, 0x3e:
                var end = place + 1
                while end < bytes.count, [0x3d, 0x3e].contains(bytes[end]) { end += 1 }
                tokens.append(.comparison(String(decoding: bytes[place..<end], as: UTF8.self)))
                place = end
            default:
                guard let (word, end) = word(bytes, place) else { return nil }
                tokens.append(.word(word))
                place = end
            }
        }
        return tokens
    }

    /// What stands between apostrophes, of which a backslash takes the meaning.
    private static func text(_ bytes: [UInt8], _ start: Int) -> (String, Int)? {
        var text: [UInt8] = []
        var place = start + 1
        while place < bytes.count {
            if bytes[place] == 0x27 { return (String(decoding: text, as: UTF8.self), place + 1) }
            if bytes[place] == 0x5c { place += 1 }
            guard place < bytes.count else { return nil }
            text.append(bytes[place])
            place += 1
        }
        return nil
    }

    /// A word ends before a blank, a bracket or a comparison; the names in a path can stand between
    /// apostrophes, and `[0]` or `[*]` behind them.
    private static func word(_ bytes: [UInt8], _ start: Int) -> (String, Int)? {
        var word: [UInt8] = []
        var place = start
        while place < bytes.count {
            let byte = bytes[place]
            if byte == 0x27, word.last == 0x2e || word.last == 0x3a {
                guard let (name, end) = text(bytes, place) else { return nil }
                word += name.utf8
                place = end
            } else if byte == 0x5b, place > start, place + 2 < bytes.count,
                bytes[place + 1] == 0x2a || 0x30...0x39 ~= bytes[place + 1],
                let close = bytes[place...].prefix(8).firstIndex(of: 0x5d)
            {
                word += bytes[place...close]
                place = close + 1
            } else if byte <= 0x20
                || [0x5b, 0x5d, 0x28, 0x29, 0x2c, 0x3d, 0x21, 0x3c, 0x3e, 0x27].contains(byte)
            {
                break
            } else {
                word.append(byte)
                place += 1
            }
        }
        return word.isEmpty ? nil : (String(decoding: word, as: UTF8.self), place)
    }
}
