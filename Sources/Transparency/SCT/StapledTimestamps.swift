/// Finds the SCTs that a server staples to its certificate in an OCSP response (RFC 6962, section 3.3).
package enum StapledTimestamps {
    /// The object identifier of the extension, 1.3.6.1.4.1.11129.2.4.5, with tag and length.
    private static let identifier: [UInt8] = [
        0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x05,
    ]

    /// The list of SCTs in a response, wherever its extension stands; nil for a response without one, and
    /// empty, which no list is, where what the extension holds can't be read.
    package static func list(in response: [UInt8]) -> [UInt8]? {
        guard let found = response.firstRange(of: identifier) else { return nil }
        var place = found.upperBound
        // Whether the extension is critical may stand before its value.
        if response[place...].starts(with: [0x01, 0x01]) { place += 3 }
        guard let value = octets(response, at: place, before: response.count),
            let list = octets(response, at: value.lowerBound, before: value.upperBound)
        else { return [] }
        return Array(response[list])
    }

    /// What an OCTET STRING at a place holds; nil for what is none or ends too late.
    private static func octets(_ bytes: [UInt8], at place: Int, before end: Int) -> Range<Int>? {
        guard place + 2 <= end, bytes[place] == 0x04 else { return nil }
        var (start, length) = (place + 2, Int(bytes[place + 1]))
        if length >= 0x80 {
            let count = length & 0x7f
            guard 1...3 ~= count, start + count <= end else { return nil }
            length = bytes[start..<start + count].reduce(0) { $0 << 8 | Int($1) }
            start += count
        }
        return length <= end - start ? start..<start + length : nil
    }
}
