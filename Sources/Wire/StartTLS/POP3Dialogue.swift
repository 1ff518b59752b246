/// POP3 (RFC 1939) up to STLS (RFC 2595, section 4).
struct POP3Dialogue: LineDialogue {
    private var isAsked = false

    mutating func line(_ line: String) -> DialogueStep {
        if line.hasPrefix("+OK") {
            if isAsked { return .upgrade([]) }
            isAsked = true
            return .send("STLS")
        }
        if line.hasPrefix("-ERR") { return .fail(isAsked ? .refused : .error, line) }
        return .fail(isAsked ? .error : .otherProtocol, line)
    }
}
