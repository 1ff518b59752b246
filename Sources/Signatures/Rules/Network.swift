/// An address block of either family.
struct Network: Hashable, Sendable {
    /// 4 or 16 bytes.
    let bytes: [UInt8]
    let prefix: Int

    /// `192.0.2.0/24`, `2001:db8::/32`; nil when it is not one, or has bits beyond its prefix.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let prefix = Int(parts[1]), parts[1].utf8.allSatisfy({ $0 >= 0x30 }),
            let bytes = addressBytes(parts[0].utf8)
        else { return nil }
        guard (0...8 * bytes.count).contains(prefix) else { return nil }
        for bit in prefix..<8 * bytes.count where bytes[bit / 8] & (0x80 >> (bit % 8)) != 0 { return nil }
        self.bytes = bytes
        self.prefix = prefix
    }

    func contains(_ address: [UInt8]) -> Bool {
        guard address.count == bytes.count else { return false }
        let whole = prefix / 8
        for index in 0..<whole where address[index] != bytes[index] { return false }
        guard prefix % 8 > 0 else { return true }
        let mask = UInt8(truncatingIfNeeded: 0xff00 >> (prefix % 8))
        return address[whole] & mask == bytes[whole] & mask
    }
}

/// The 4 or 16 bytes of an address as text (RFC 4291, section 2.2), or nil when it is none.
func addressBytes(_ text: some Collection<UInt8>) -> [UInt8]? {
    guard (2...45).contains(text.count) else { return nil }
    return text.contains(0x3a) ? version6(Array(text)) : version4(Array(text))
}

private func version4(_ text: [UInt8]) -> [UInt8]? {
    let parts = text.split(separator: 0x2e, omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
        guard (1...3).contains(part.count), part.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        let number = part.reduce(0) { 10 * $0 + Int($1) - 0x30 }
        guard number < 256 else { return nil }
        bytes.append(UInt8(number))
    }
    return bytes
}

private func version6(_ text: [UInt8]) -> [UInt8]? {
    var front: [UInt8] = []
    var back: [UInt8]?
    var index = 0
    if text.starts(with: [0x3a, 0x3a]) {
        back = []
        index = 2
    }
    while index < text.count {
        let end = text[index...].firstIndex(of: 0x3a) ?? text.count
        let group = text[index..<end]
        var bytes: [UInt8]
        if group.contains(0x2e) {
            guard end == text.count, let four = version4(Array(group)) else { return nil }
            bytes = four
        } else {
            guard (1...4).contains(group.count), group.allSatisfy({ hexValue($0) != nil }) else { return nil }
            let number = group.reduce(0) { $0 << 4 | Int(hexValue($1) ?? 0) }
            bytes = [UInt8(number >> 8), UInt8(number & 0xff)]
        }
        if back == nil { front += bytes } else { back? += bytes }
        guard end < text.count else { break }
        index = end + 1
        if index < text.count, text[index] == 0x3a {
            guard back == nil else { return nil }
            back = []
            index += 1
        } else if index == text.count {
            return nil
        }
    }
    guard let back else { return front.count == 16 ? front : nil }
    guard front.count + back.count <= 14 else { return nil }
    return front + [UInt8](repeating: 0, count: 16 - front.count - back.count) + back
}

private func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46, 0x61...0x66: (byte | 0x20) - 0x57
    default: nil
    }
}
