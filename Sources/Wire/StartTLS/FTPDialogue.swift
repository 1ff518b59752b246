/// FTP (RFC 959) up to AUTH TLS (RFC 4217, section 4).
struct FTPDialogue: LineDialogue {
    private enum State { case greeting, auth }

    private var state = State.greeting
    private var replies = ReplyReader(allowsAnyText: true)

    mutating func line(_ line: String) -> DialogueStep {
        let reply: Reply
        switch replies.take(line) {
        case .more: return .next
        case .invalid: return .fail(state == .greeting ? .otherProtocol : .error, line)
        case .reply(let whole): reply = whole
        }
        switch state {
        case .greeting:
            // 120: ready in some minutes; 220 follows.
            if reply.code == 120 { return .next }
            guard reply.code == 220 else {
                let reason = reply.code >= 400 ? StartTLSFailure.Reason.error : .otherProtocol
                return .fail(reason, reply.words, isTemporary: reply.isTemporary)
            }
            state = .auth
            return .send("AUTH TLS")
        case .auth:
            // 334 asks for security data (RFC 2228), which in TLS is the handshake: some servers say so.
            if reply.code == 234 || reply.code == 334 { return .upgrade([]) }
            let reason = reply.code == 421 ? StartTLSFailure.Reason.error : .refused
            return .fail(reason, reply.words, isTemporary: reply.isTemporary)
        }
    }
}
