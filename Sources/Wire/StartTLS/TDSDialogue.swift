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
        guard type == 0x04 else { return .foreign("the answer is no TDS packet", buffer) }
        guard buffer.count >= 8 else { return .more }
        let start = buffer.startIndex
        let size = Int(buffer[start + 2]) << 8 | Int(buffer[start + 3])
        guard 9...Self.packetLimit ~= size else {
            return .fail(.otherProtocol, "the answer is no TDS packet")
        }
        guard buffer.count >= size else { return .more }
        let options = Array(buffer[(start + 8)..<(start + size)])
        buffer = buffer[(start + size)...]
        if options.first == 0xaa { return Self.error(options) }
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

    /// Errors that pass, by the documentation of Azure SQL ("Transient errors").
    private static let temporary = [10928, 10929, 40197, 40501, 40613, 49918, 49919, 49920]

    /// An ERROR token (2.2.7.10): number, state, class, then the text in UTF-16.
    private static func error(_ token: [UInt8]) -> DialogueStep {
        guard token.count >= 11 else { return .fail(.error, "the server answers with an error") }
        let number = token[3..<7].reversed().reduce(0) { $0 << 8 | Int($1) }
        let length = Int(token[9]) | Int(token[10]) << 8
        let units = stride(from: 11, to: min(11 + 2 * length, token.count - 1), by: 2)
            .map { UInt16(token[$0]) | UInt16(token[$0 + 1]) << 8 }
        let words = String(decoding: units, as: UTF16.self)
        return .fail(
            .error,
            "SQL Server error \(number): \(words)",
            isTemporary: temporary.contains(number)
        )
    }

    /// The header of a pre-login packet with `count` bytes after it.
    static func header(_ count: Int, isLast: Bool) -> [UInt8] {
        let size = count + 8
        return [0x12, isLast ? 1 : 0, UInt8(truncatingIfNeeded: size >> 8), UInt8(truncatingIfNeeded: size)]
            + [0, 0, 0, 0]
    }
}
