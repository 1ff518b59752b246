import Bytes
package import Observations

/// Reading distinguished names as other programs write them.
extension ReportedName {
    /// Takes the parts out of a name's text, and keeps the text as it came.
    ///
    /// RFC 4514 (`CN=a,O=b\, c`), OpenSSL's forms (`C = US, O = b`, `/C=US/O=b`) and what lies between.
    /// A part that can't be told is in the text alone.
    package init(text: String) {
        self.init()
        self.text = text
        let bytes = Array(text.utf8.prefix(Self.mostBytes))
        let isSlashed = bytes.first == 0x2f
        for part in Self.split(bytes, isSlashed) {
            guard let equals = part.firstIndex(of: 0x3d) else { continue }
            let label = Self.trimmed(part[..<equals])
            let value = Self.value(Self.trimmed(part[(equals + 1)...]))
            add(String(decoding: label, as: UTF8.self), String(decoding: value, as: UTF8.self))
            isWhole = text.utf8.count <= Self.mostBytes
        }
    }

    private static let mostBytes = 16 * 1024

    /// Adds a part by its label, in any letter case: `CN`, `commonName`, `common_name`.
    package mutating func add(_ label: String, _ value: String) {
        switch label.lowercased().filter({ $0 != "_" && $0 != " " }) {
        case "cn", "commonname", "2.5.4.3", "oid.2.5.4.3": commonName.append(value)
        case "c", "country", "countryname", "2.5.4.6": country.append(value)
        case "l", "locality", "localityname", "2.5.4.7": locality.append(value)
        case "o", "organization", "organizationname", "2.5.4.10": organization.append(value)
        case "ou", "organizationalunit", "organizationalunitname", "2.5.4.11":
            organizationalUnit.append(value)
        case "st", "s", "sp", "province", "stateorprovince", "stateorprovincename", "2.5.4.8":
            stateOrProvince.append(value)
        default: break
        }
    }

    /// The parts of a name: between commas, plus signs or slashes that a label follows.
    private static func split(_ bytes: [UInt8], _ isSlashed: Bool) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var start = isSlashed ? 1 : 0
        var index = start
        var isQuoted = false
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x5c, !isSlashed {
                index += 2
                continue
            }
            if byte == 0x22 { isQuoted.toggle() }
            let isEnd =
                isSlashed
                ? byte == 0x2f : !isQuoted && (byte == 0x2c || byte == 0x2b || byte == 0x3b)
            if isEnd, beginsPart(bytes, index + 1) {
                parts.append(bytes[start..<index])
                start = index + 1
            }
            index += 1
        }
        parts.append(bytes[min(start, bytes.count)...])
        return parts
    }

    /// Whether a label and an equals sign stand here: a comma within a value that nobody escaped is none.
    private static func beginsPart(_ bytes: [UInt8], _ place: Int) -> Bool {
        var index = place
        while index < bytes.count, bytes[index] == 0x20 { index += 1 }
        let start = index
        while index < bytes.count, isLabel(bytes[index]) { index += 1 }
        let end = index
        while index < bytes.count, bytes[index] == 0x20 { index += 1 }
        return end > start && end - start <= 40 && index < bytes.count && bytes[index] == 0x3d
    }

    private static func isLabel(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == 0x2e || byte == 0x2d
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = bytes.drop { $0 == 0x20 }
        while let last = rest.last, last == 0x20, rest.dropLast().last != 0x5c { rest.removeLast() }
        return rest
    }

    /// A value without its quotes and escapes (RFC 4514, section 2.4).
    private static func value(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        if let text = encoded(bytes) { return text }
        var rest = bytes
        if rest.count >= 2, rest.first == 0x22, rest.last == 0x22 { rest = rest.dropFirst().dropLast() }
        guard rest.contains(0x5c) else { return Array(rest) }
        var out: [UInt8] = []
        var index = rest.startIndex
        while index < rest.endIndex {
            guard rest[index] == 0x5c, index + 1 < rest.endIndex else {
                out.append(rest[index])
                index += 1
                continue
            }
            if index + 2 < rest.endIndex, let high = rest[index + 1].hexValue,
                let low = rest[index + 2].hexValue
            {
                out.append(high << 4 | low)
                index += 3
            } else {
                out.append(rest[index + 1])
                index += 2
            }
        }
        return out
    }

    /// The text in a value that stands as the hex of its DER (RFC 4514, section 2.4): `#0c0161`.
    private static func encoded(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        guard bytes.first == 0x23, bytes.count >= 5,
            let der = [UInt8](hex: String(decoding: bytes.dropFirst(), as: UTF8.self))
        else { return nil }
        // UTF8String, NumericString, PrintableString, TeletexString and IA5String, of a length in one byte.
        guard [0x0c, 0x12, 0x13, 0x14, 0x16].contains(der[0]), der[1] < 0x80, Int(der[1]) == der.count - 2
        else { return nil }
        return Array(der[2...])
    }
}
