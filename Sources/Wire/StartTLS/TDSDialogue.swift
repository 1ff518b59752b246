/// SQL Server's PRELOGIN up to TLS (MS-TDS, 2.2.6.5); the handshake travels in packets of the same type.
struct TDSDialogue: Dialogue {
    private static let packetLimit = 4096

    mutating func begin() -> [UInt8]? {
        // VERSION, ENCRYPTION (on) and the end: token, offset and length of each, then the values.
        let options: [UInt8] = [
            0x00, 0, 11, 0, 6,
            0x01, 0, 17, 0, 1,
            0xff,
            11, 0, 0, 0, 0, 0,
            1,
        ]
        return Self.header(options.count, isLast: true) + options
    }

    mutating func take(_ buffer: inout ArraySlice<UInt8>) -> DialogueStep {
        guard let type = buffer.first else { return .more }
        guard type == 0x04 else { return .fail(.otherProtocol, "the answer is no TDS packet") }
        guard buffer.count >= 8 else { return .more }
        let start = buffer.startIndex
        let size = Int(buffer[start + 2]) << 8 | Int(buffer[start + 3])
        guard 9...Self.packetLimit ~= size else {
            return .fail(.otherProtocol, "the answer is no TDS packet")
        }
        guard buffer.count >= size else { return .more }
        let options = Array(buffer[(start + 8)..<(start + size)])
        buffer = buffer[(start + size)...]
        guard let encryption = Self.encryption(options) else {
            return .fail(.error, "the answer says nothing of encryption")
        }
        // 0 encrypts the login alone, 1 all, 3 demands it: TLS follows in each case. 2: not supported.
        guard encryption != 2 else { return .fail(.refused, "the server has no TLS") }
        return [0, 1, 3].contains(encryption) ? .upgrade([]) : .fail(.error, "encryption \(encryption)")
    }

    /// The value of the ENCRYPTION option.
    private static func encryption(_ options: [UInt8]) -> UInt8? {
        var place = 0
        while place + 5 <= options.count, options[place] != 0xff {
            let offset = Int(options[place + 1]) << 8 | Int(options[place + 2])
            let length = Int(options[place + 3]) << 8 | Int(options[place + 4])
            if options[place] == 1, length >= 1, offset < options.count { return options[offset] }
            place += 5
        }
        return nil
    }

    /// The header of a pre-login packet with `count` bytes after it.
    static func header(_ count: Int, isLast: Bool) -> [UInt8] {
        let size = count + 8
        return [0x12, isLast ? 1 : 0, UInt8(truncatingIfNeeded: size >> 8), UInt8(truncatingIfNeeded: size)]
            + [0, 0, 0, 0]
    }
}
