/// PostgreSQL's SSLRequest (documentation, "SSL Session Encryption" of the message flow).
struct PostgresDialogue: Dialogue {
    /// Bytes of an error message; real ones have a hundred or two.
    private static let errorLimit = 4096

    // Length 8, then 80877103.
    mutating func begin() -> [UInt8]? { [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f] }

    mutating func take(_ buffer: inout ArraySlice<UInt8>) -> DialogueStep {
        guard let first = buffer.first else { return .more }
        switch first {
        // The answer is one byte. Whatever else comes before the client's hello was never PostgreSQL's:
        // another protocol, or somebody who injects (CVE-2021-23222).
        case 0x53, 0x4e:
            guard buffer.count == 1 else { return .foreign("more than one byte of answer", buffer) }
            buffer = []
            return first == 0x53 ? .upgrade([]) : .fail(.refused, "the server answers N: no TLS")
        // A server too old for the request, or one that accepts nobody.
        case 0x45: return error(buffer)
        default: return .foreign("the answer is neither S nor N", buffer)
        }
    }

    mutating func end(_ rest: ArraySlice<UInt8>) -> StartTLSFailure? {
        guard rest.first == 0x45 else { return nil }
        return StartTLSFailure(
            .error,
            rest.count < 6
                ? "the server answers with an error" : String(decoding: rest.dropFirst(), as: UTF8.self)
        )
    }

    /// An ErrorResponse: `E`, a length and fields, or `E` and text up to a NUL, as before protocol 3.
    private func error(_ buffer: ArraySlice<UInt8>) -> DialogueStep {
        guard buffer.count > 4 else { return .more }
        let start = buffer.startIndex + 1
        // No length reaches 2^24, and no text begins with NUL.
        if buffer[start] == 0 {
            let length = buffer[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
            guard 4...Self.errorLimit ~= length else {
                return .foreign("the answer is neither S nor N", buffer)
            }
            guard buffer.endIndex - start >= length else { return .more }
            return fields(buffer[(start + 4)..<(start + length)])
        }
        guard let end = buffer[start...].firstIndex(of: 0) else {
            if buffer.contains(0x0d) { return .foreign("the answer is neither S nor N", buffer) }
            return buffer.count > Self.errorLimit ? .fail(.limit, "the error message has no end") : .more
        }
        let text = String(decoding: buffer[start..<end], as: UTF8.self)
        return .fail(.error, text, isTemporary: Self.passing.contains { text.contains($0) })
    }

    /// What a server says, in English, where it can't say a SQLSTATE: that it can't start a process for the
    /// connection, and the errors of `fields` that pass (PostgreSQL's postmaster.c, postinit.c and proc.c).
    private static let passing = [
        "could not fork", "too many clients already", "too many connections for",
        "remaining connection slots are reserved", "out of memory", "the database system is starting up",
        "the database system is shutting down", "the database system is in recovery mode",
        "the database system is not yet accepting connections",
        "the database system is not accepting connections",
    ]

    /// Fields of a type byte and text that ends with NUL: `C` is the SQLSTATE, `M` the message.
    private func fields(_ bytes: ArraySlice<UInt8>) -> DialogueStep {
        var state = ""
        var message = "the server answers with an error"
        for field in bytes.split(separator: 0) {
            let text = String(decoding: field.dropFirst(), as: UTF8.self)
            if field.first == 0x43 { state = text }
            if field.first == 0x4d { message = text }
        }
        // Class 53: insufficient resources; 57P01 to 57P03: shutting down, crashed, starting up.
        let passes = state.hasPrefix("53") || ["57P01", "57P02", "57P03"].contains(state)
        return .fail(
            .error,
            message + (state.isEmpty ? "" : " (SQLSTATE \(state))"),
            isTemporary: passes
        )
    }
}
