/// POP3 (RFC 1939) up to STLS (RFC 2595, section 4).
struct POP3Dialogue: LineDialogue {
    /// Codes of what passes (RFC 3206, section 4; RFC 2449, section 8.1).
    private static let temporary = ["[SYS/TEMP]", "[IN-USE]", "[LOGIN-DELAY]"]

    private var isAsked = false

    mutating func line(_ line: String) -> DialogueStep {
        let words = line.uppercased().split(separator: " ", maxSplits: 2)
        switch words.first {
        case "+OK":
            if isAsked { return .upgrade([]) }
            isAsked = true
            return .send("STLS")
        case "-ERR":
            let code = words.dropFirst().first.map(String.init) ?? ""
            return .fail(
                isAsked ? .refused : .error,
                line,
                isTemporary: Self.temporary.contains { code.hasPrefix($0) }
            )
        default: return .fail(isAsked ? .error : .otherProtocol, line)
        }
    }
}
