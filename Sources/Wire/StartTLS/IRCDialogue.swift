/// IRC up to STARTTLS (IRCv3's `tls` extension: 670 begins, 691 declines).
///
/// Many servers say nothing to a STARTTLS they don't know, but list their
/// capabilities, of which `tls` is one; so both are asked at once. Servers that first look up the
/// client send notices meanwhile.
struct IRCDialogue: LineDialogue {
    private var offersTLS = false

    mutating func begin() -> [UInt8]? { Array("CAP LS 302\r\nSTARTTLS\r\n".utf8) }

    mutating func line(_ line: String) -> DialogueStep {
        var words = line.split(separator: " ").map(String.init)[...]
        let source = words.first?.hasPrefix(":") == true ? words.removeFirst() : nil
        guard let command = words.first?.uppercased() else { return .next }
        switch command {
        case "670": return .upgrade([])
        // Declined; not registered; unknown command.
        case "691", "451", "421": return .fail(.refused, line)
        // RPL_TRYAGAIN: wait a while.
        case "263": return .fail(.error, line, isTemporary: true)
        case "PING": return .send("PONG \(words.dropFirst().first ?? ":")")
        case "ERROR": return .fail(.error, line, isTemporary: Self.passes(line))
        case "CAP": return capabilities(words)
        case "NOTICE": return .next
        default:
            let isNumeric = command.utf8.count == 3 && command.utf8.allSatisfy(isDigit)
            return source != nil && isNumeric ? .next : .fail(.otherProtocol, line)
        }
    }

    /// `CAP * LS :names`, with a further `*` before the names when more lines follow.
    private mutating func capabilities(_ words: ArraySlice<String>) -> DialogueStep {
        let names = words.dropFirst(3).map { $0.hasPrefix(":") ? String($0.dropFirst()) : $0 }
        if names.contains(where: { $0 == "tls" || $0.hasPrefix("tls=") }) { offersTLS = true }
        guard names.first != "*" else { return .next }
        return offersTLS ? .next : .fail(.refused, "the capability tls is not offered")
    }

    /// IRC has no codes for why a server closes: these words stand in the messages of common servers.
    private static func passes(_ line: String) -> Bool {
        let line = line.lowercased()
        return ["throttle", "too fast", "too many", "try again"].contains { line.contains($0) }
    }
}
