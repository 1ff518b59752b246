/// IMAP up to STARTTLS (RFC 9051, section 6.2.1).
struct IMAPDialogue: LineDialogue {
    private var isAsked = false

    mutating func line(_ line: String) -> DialogueStep {
        let words = line.uppercased().split(separator: " ", maxSplits: 2)
        guard let tag = words.first else { return .next }
        guard isAsked else {
            guard tag == "*", words.count > 1 else { return .fail(.otherProtocol, line) }
            switch words[1] {
            case "OK":
                isAsked = true
                return .send("a STARTTLS")
            // Already authenticated by other means, where STARTTLS is not allowed.
            case "PREAUTH": return .fail(.refused, line)
            case "BYE": return .fail(.error, line)
            default: return .fail(.otherProtocol, line)
            }
        }
        if tag == "*" { return words.dropFirst().first == "BYE" ? .fail(.error, line) : .next }
        guard tag == "A", words.count > 1 else { return .fail(.error, line) }
        return words[1] == "OK" ? .upgrade([]) : .fail(.refused, line)
    }
}
