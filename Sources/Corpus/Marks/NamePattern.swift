/// The pattern of a set of host names: what stays the same where a generator counts or draws lots.
enum NamePattern {
    /// The distinct patterns of the names, sorted, joined by commas; nil when nothing in them was
    /// generalised.
    static func of(_ names: [String]) -> String? {
        var changed = false
        var patterns: Set<String> = []
        for name in names {
            let pattern = of(name)
            if pattern != name.lowercased() { changed = true }
            patterns.insert(pattern)
        }
        return changed ? patterns.sorted().joined(separator: ",") : nil
    }

    /// Digits become one `#`; a label that looks drawn by lot becomes `~` and its length.
    static func of(_ name: String) -> String {
        let name = name.lowercased()
        return name.utf8.allSatisfy { $0 < 0x80 } ? ofASCII(name) : ofAny(name)
    }

    private static func ofASCII(_ name: String) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(name.utf8.count)
        for (place, label) in name.utf8.split(separator: 0x2e, omittingEmptySubsequences: false).enumerated()
        {
            if place > 0 { result.append(0x2e) }
            guard !looksRandom(label) else {
                result += "~\(label.count)".utf8
                continue
            }
            for byte in label {
                if 0x30...0x39 ~= byte {
                    if result.last != 0x23 { result.append(0x23) }
                } else {
                    result.append(byte)
                }
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    static func ofAny(_ name: String) -> String {
        name.split(separator: ".", omittingEmptySubsequences: false).map { label in
            if looksRandom(label.utf8) { return "~\(label.utf8.count)" }
            var result = ""
            for character in label {
                if character.isNumber {
                    if result.last != "#" { result.append("#") }
                } else {
                    result.append(character)
                }
            }
            return result
        }.joined(separator: ".")
    }

    /// Eight or more characters that change between letters and digits often, or have hardly a vowel.
    private static func looksRandom(_ bytes: Substring.UTF8View) -> Bool {
        guard bytes.count >= 8 else { return false }
        var changes = 0
        var vowels = 0
        var letters = 0
        var previous: Bool?
        for byte in bytes where byte != 0x2d {
            let digit = byte >= 0x30 && byte <= 0x39
            if let previous, previous != digit { changes += 1 }
            previous = digit
            if !digit { letters += 1 }
            switch byte {
            case 0x61, 0x65, 0x69, 0x6f, 0x75, 0x79: vowels += 1
            default: break
            }
        }
        return changes >= 3 || letters >= 8 && vowels * 8 < letters
    }
}
