/// SMTP (RFC 5321) and LMTP (RFC 2033) up to STARTTLS (RFC 3207).
struct SMTPDialogue: LineDialogue {
    private enum State { case greeting, hello, startTLS }

    /// `EHLO` or `LHLO`.
    let hello: String
    private var state = State.greeting
    private var replies = ReplyReader()

    init(hello: String) { self.hello = hello }

    mutating func line(_ line: String) -> DialogueStep {
        switch replies.take(line) {
        case .more: .next
        case .invalid: .fail(state == .greeting ? .otherProtocol : .error, line)
        case .reply(let reply): answer(reply)
        }
    }

    private mutating func answer(_ reply: Reply) -> DialogueStep {
        // 421: the server closes the connection; it may come in answer to anything (section 3.8).
        if reply.code == 421 { return .fail(.error, reply.words, isTemporary: true) }
        switch state {
        case .greeting:
            guard reply.code == 220 else {
                let reason = reply.code >= 400 ? StartTLSFailure.Reason.error : .otherProtocol
                return .fail(reason, reply.words, isTemporary: reply.isTemporary)
            }
            state = .hello
            // FTP greets with 220 too, and answers EHLO with 5xx.
            // A name that can't exist (RFC 2606): the client has none to show.
            return .send("\(hello) hallmark.invalid")
        case .hello:
            guard reply.code == 250 else {
                return .fail(.refused, reply.words, isTemporary: reply.isTemporary)
            }
            let names = reply.texts.map { $0.uppercased().split(separator: " ").first }
            guard names.contains("STARTTLS") else { return .fail(.refused, "STARTTLS is not offered") }
            state = .startTLS
            return .send("STARTTLS")
        case .startTLS:
            guard reply.code == 220 else {
                return .fail(.refused, reply.words, isTemporary: reply.isTemporary)
            }
            return .upgrade([])
        }
    }
}
