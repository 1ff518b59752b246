import Bytes
import Foundation

/// Distinguished names as people and programs write them, in the one form in which they are compared.
package enum DistinguishedNameKey {
    /// The attributes of a name, whatever their order and the blanks and letter case around them.
    ///
    /// Our records write a name in the certificate's order, RFC 4514 from its end, OpenSSL with blanks around
    /// `=` and with quotes: `C=US, O=Let's Encrypt, CN=R10`, `CN = R10, O = "Let's Encrypt", C = US`.
    ///
    /// - Returns: nil for what is no distinguished name.
    package static func make(_ text: String) -> String? {
        let text = withoutHexEscapes(text)
        var parts: [String] = []
        var part = ""
        var (isQuoted, isEscaped) = (false, false)
        for character in text {
            if isEscaped {
                part.append(character)
                isEscaped = false
                continue
            }
            switch character {
            case "\\": isEscaped = true
            case "\"": isQuoted.toggle()
            case ",", "+", ";", "/":
                if isQuoted || character == "/" && !text.hasPrefix("/") {
                    part.append(character)
                } else {
                    parts.append(part)
                    part = ""
                }
            default: part.append(character)
            }
        }
        parts.append(part)
        if parts.first == "", text.hasPrefix("/") { parts.removeFirst() }
        var attributes: [String] = []
        for part in parts {
            guard let sign = part.firstIndex(of: "=") else { return nil }
            let type = part[..<sign].trimmingCharacters(in: .whitespaces)
            let value = part[sign...].dropFirst().trimmingCharacters(in: .whitespaces)
            let isType = type.utf8.allSatisfy { byte in
                0x30...0x39 ~= byte || 0x41...0x5a ~= byte || 0x61...0x7a ~= byte || byte == 0x2e
            }
            guard !type.isEmpty, isType else { return nil }
            attributes.append(type.lowercased() + "=" + value.lowercased())
        }
        return attributes.sorted().joined(separator: "\u{0}")
    }

    /// `\C5\91` as the letter that it stands for (RFC 4514, section 2.4); what is ASCII stays escaped.
    private static func withoutHexEscapes(_ text: String) -> String {
        guard text.contains("\\") else { return text }
        let bytes = Array(text.utf8)
        var found: [UInt8] = []
        var place = 0
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: "\\"), place + 2 < bytes.count,
                let value = [UInt8](hex: String(decoding: bytes[place + 1...place + 2], as: UTF8.self))?
                    .first,
                value >= 0x80
            {
                found.append(value)
                place += 3
            } else {
                // The byte behind a backslash is no other escape's begin.
                let length = bytes[place] == UInt8(ascii: "\\") ? min(2, bytes.count - place) : 1
                found += bytes[place..<place + length]
                place += length
            }
        }
        return String(decoding: found, as: UTF8.self)
    }
}
