import Foundation

/// The same rule with other values.
enum RuleVariation {
    /// Turns letters and digits of the detection's values on by `step`; regular expressions and what is no
    /// text stay.
    static func make(_ rule: String, _ step: Int) -> String {
        guard step > 0 else { return rule }
        var isDetection = false
        var isFixed = false
        var lines: [String] = []
        for line in rule.split(separator: "\n", omittingEmptySubsequences: false) {
            // Examples and the rest make reading slower and matching not.
            if line.hasPrefix("falsepositives:") || line.hasPrefix("hallmark:") { break }
            if !line.hasPrefix(" ") { isDetection = line.hasPrefix("detection:") }
            let trimmed = line.drop { $0 == " " || $0 == "-" }
            // A key ends with a colon and a blank, or with the line: an address has colons, too.
            let end = trimmed.range(of: ": ") ?? (trimmed.hasSuffix(":") ? trimmed.range(of: ":") : nil)
            if isDetection, let colon = end, !trimmed.hasPrefix("'"), !trimmed.hasPrefix("\"") {
                let key = trimmed[..<colon.lowerBound]
                isFixed = [
                    "|re", "condition", "|cidr", "|fieldref", "self_", "is_ca", "not_", "established",
                ].contains {
                    key.contains($0)
                }
                let value = trimmed[colon.upperBound...]
                lines.append(isFixed ? String(line) : line.dropLast(value.count) + turn(value, step))
            } else if isDetection, trimmed.count < line.count, !isFixed {
                lines.append(line.dropLast(trimmed.count) + turn(trimmed, step))
            } else {
                lines.append(line.hasPrefix("title:") ? "title: Variation \(step)" : String(line))
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func turn(_ text: Substring, _ step: Int) -> String {
        let plain = text.trimmingPrefix { $0 == " " }
        if ["true", "false", "null"].contains(String(plain)) { return String(text) }
        var isEscaped = false
        return String(
            text.map { character in
                defer { isEscaped = character == "\\" }
                guard !isEscaped, let byte = character.asciiValue else { return character }
                return switch byte {
                // No number begins with 0 that did not before.
                case 0x31...0x39: Character(UnicodeScalar((byte - 0x31 + UInt8(step % 9)) % 9 + 0x31))
                case 0x41...0x46: Character(UnicodeScalar((byte - 0x41 + UInt8(step / 9 % 6)) % 6 + 0x41))
                case 0x61...0x66: Character(UnicodeScalar((byte - 0x61 + UInt8(step / 9 % 6)) % 6 + 0x61))
                case 0x67...0x7a: Character(UnicodeScalar((byte - 0x67 + UInt8(step % 20)) % 20 + 0x67))
                case 0x47...0x5a: Character(UnicodeScalar((byte - 0x47 + UInt8(step % 20)) % 20 + 0x47))
                default: character
                }
            }
        )
    }
}
