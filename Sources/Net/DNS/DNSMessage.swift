/// What c-ares does not read of a DNS answer.
package enum DNSMessage {
    /// Whether the answer was cut off to fit in a datagram (RFC 1035, section 4.1.1).
    package static func isTruncated(_ message: Span<UInt8>) -> Bool {
        message.count >= 12 && message[2] & 0x82 == 0x82
    }

    /// How long a negative answer holds, in seconds: the lesser of the SOA record's own TTL and its
    /// minimum (RFC 2308 section 5).
    ///
    /// Nil when the answer's authority section has no SOA record, or can't be read.
    package static func negativeTTL(_ message: Span<UInt8>) -> UInt32? {
        guard message.count >= 12 else { return nil }
        var position = 12
        for _ in 0..<number(message, 4, 2) {
            guard let end = skipName(message, position), end + 4 <= message.count else { return nil }
            position = end + 4
        }
        let answers = number(message, 6, 2)
        for index in 0..<answers + number(message, 8, 2) {
            guard let end = skipName(message, position), end + 10 <= message.count else { return nil }
            let (type, ttl) = (number(message, end, 2), number(message, end + 4, 4))
            let next = end + 10 + number(message, end + 8, 2)
            guard next <= message.count else { return nil }
            if index >= answers, type == 6 {
                // Its last five fields are 32 bits each; the last one is the minimum.
                guard next - end - 10 >= 22 else { return nil }
                return UInt32(min(ttl, number(message, next - 4, 4)))
            }
            position = next
        }
        return nil
    }

    /// The position behind the name at `position`; a compression pointer ends a name.
    private static func skipName(_ message: Span<UInt8>, _ position: Int) -> Int? {
        var position = position
        while position < message.count {
            switch message[position] {
            case 0: return position + 1
            case 0xc0...: return position + 2 <= message.count ? position + 2 : nil
            case 1...63: position += 1 + Int(message[position])
            default: return nil
            }
        }
        return nil
    }

    /// The caller has checked the bounds.
    private static func number(_ message: Span<UInt8>, _ position: Int, _ count: Int) -> Int {
        var value = 0
        for index in position..<position + count { value = value << 8 | Int(message[index]) }
        return value
    }
}
