/// SMTP (RFC 5321) and LMTP (RFC 2033) up to STARTTLS (RFC 3207).
struct SMTPDialogue: LineDialogue {
    private enum State { case greeting, hello, startTLS }

    /// `EHLO` or `LHLO`.
    let hello: String
    private var state = State.greeting
    private var offersTLS = false

    init(hello: String) { self.hello = hello }

    mutating func line(_ line: String) -> DialogueStep {
        guard let reply = ReplyLine(line) else {
            return .fail(state == .greeting ? .otherProtocol : .error, line)
        }
        switch state {
        case .greeting:
            guard reply.code == 220 else { return .fail(reply.code >= 400 ? .error : .otherProtocol, line) }
            // FTP greets with 220 too, and answers EHLO with 5xx.
            guard reply.isLast else { return .next }
            state = .hello
            // A name that can't exist (RFC 2606): the client has none to show.
            return .send("\(hello) hallmark.invalid")
        case .hello:
            guard reply.code == 250 else { return .fail(.refused, line) }
            if reply.text.uppercased().split(separator: " ").first == "STARTTLS" { offersTLS = true }
            guard reply.isLast else { return .next }
            guard offersTLS else { return .fail(.refused, "STARTTLS is not offered") }
            state = .startTLS
            return .send("STARTTLS")
        case .startTLS:
            guard reply.code == 220 else { return .fail(.refused, line) }
            return reply.isLast ? .upgrade([]) : .next
        }
    }
}
