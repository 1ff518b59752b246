/// MySQL's and MariaDB's SSLRequest (MySQL internals, "Connection Phase": Protocol::HandshakeV10).
struct MySQLDialogue: Dialogue {
    /// Bytes of the greeting's payload; real ones have about a hundred.
    private static let payloadLimit = 4096
    private static let clientSSL = 0x0800
    /// Too many connections, out of memory, shutting down, no thread, too many of this user (error
    /// reference).
    private static let temporary = [1040, 1041, 1053, 1135, 1203]

    mutating func begin() -> [UInt8]? { nil }

    mutating func take(_ buffer: inout ArraySlice<UInt8>) -> DialogueStep {
        guard buffer.count >= 5 else { return .more }
        let start = buffer.startIndex
        let size = Int(buffer[start]) | Int(buffer[start + 1]) << 8 | Int(buffer[start + 2]) << 16
        let kind = buffer[start + 4]
        guard 1...Self.payloadLimit ~= size, buffer[start + 3] == 0, kind == 10 || kind == 9 || kind == 0xff
        else {
            return .foreign("the greeting is no MySQL packet", buffer)
        }
        guard buffer.count >= 4 + size else { return .more }
        let payload = buffer[(start + 5)..<(start + 4 + size)]
        buffer = buffer[(start + 4 + size)...]
        if kind == 0xff { return error(payload) }
        // The version ends with NUL; thread id, 8 bytes of the scramble and a filler stand before the flags.
        guard kind == 10, let zero = payload.firstIndex(of: 0), payload.endIndex - zero >= 16 else {
            return .fail(.refused, "the server has no TLS")
        }
        let flags = Int(payload[zero + 14]) | Int(payload[zero + 15]) << 8
        guard flags & Self.clientSSL != 0 else { return .fail(.refused, "the server has no TLS") }
        return .upgrade(Self.request)
    }

    /// An error packet: code, perhaps `#` and an SQLSTATE, then words, such as that this host may not
    /// connect.
    private func error(_ payload: ArraySlice<UInt8>) -> DialogueStep {
        guard payload.count >= 2 else { return .fail(.error, "an error without a code") }
        let code = Int(payload[payload.startIndex]) | Int(payload[payload.startIndex + 1]) << 8
        let rest = payload.dropFirst(2)
        let words = String(decoding: rest.first == 0x23 ? rest.dropFirst(6) : rest, as: UTF8.self)
        return .fail(.error, "MySQL error \(code): \(words)", isTemporary: Self.temporary.contains(code))
    }

    /// CLIENT_LONG_PASSWORD, _PROTOCOL_41, _SSL and _SECURE_CONNECTION; 16 MiB; utf8mb4.
    private static let request: [UInt8] =
        [32, 0, 0, 1] + [0x01, 0x8a, 0x00, 0x00] + [0, 0, 0, 1] + [45] + [UInt8](repeating: 0, count: 23)
}
