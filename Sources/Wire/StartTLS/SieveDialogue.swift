/// ManageSieve up to STARTTLS (RFC 5804, sections 1.7 and 2.2).
struct SieveDialogue: LineDialogue {
    private var isAsked = false
    private var offersTLS = false

    mutating func line(_ line: String) -> DialogueStep {
        let upper = line.uppercased()
        let word = upper.prefix { $0 != " " && $0 != "(" }
        if isAsked {
            switch word {
            case "OK": return .upgrade([])
            case "NO": return .fail(.refused, line)
            default: return .fail(.error, line)
            }
        }
        switch word {
        case "\"STARTTLS\"":
            offersTLS = true
            return .next
        case "OK":
            guard offersTLS else { return .fail(.refused, "STARTTLS is not offered") }
            isAsked = true
            return .send("STARTTLS")
        case "BYE", "NO": return .fail(.error, line)
        default: return line.hasPrefix("\"") ? .next : .fail(.otherProtocol, line)
        }
    }
}
