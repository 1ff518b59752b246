/// IMAP up to STARTTLS (RFC 9051, section 6.2.1).
struct IMAPDialogue: LineDialogue {
    private var isAsked = false

    mutating func line(_ line: String) -> DialogueStep {
        let words = line.uppercased().split(separator: " ", maxSplits: 2)
        guard let tag = words.first else { return .next }
        let word = words.dropFirst().first
        let text = words.count > 2 ? words[2] : ""
        // BYE: the server is closing, because it is full or going down; a referral sends the client
        // elsewhere.
        if tag == "*", word == "BYE" {
            return .fail(.error, line, isTemporary: !text.hasPrefix("[REFERRAL"))
        }
        guard isAsked else {
            guard tag == "*" else { return .fail(.otherProtocol, line) }
            switch word {
            case "OK":
                isAsked = true
                return .send("a STARTTLS")
            // Already authenticated by other means, where STARTTLS is not allowed.
            case "PREAUTH": return .fail(.refused, line)
            case "NO", "BAD": return .fail(.error, line, isTemporary: Self.passes(text))
            default: return .fail(.otherProtocol, line)
            }
        }
        if tag == "*" { return .next }
        guard tag == "A", let word else { return .fail(.error, line) }
        return word == "OK" ? .upgrade([]) : .fail(.refused, line, isTemporary: Self.passes(text))
    }

    /// Response codes of what passes (RFC 5530, section 3).
    private static func passes(_ text: Substring) -> Bool {
        text.hasPrefix("[UNAVAILABLE]") || text.hasPrefix("[INUSE]")
    }
}
