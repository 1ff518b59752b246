/// FTP (RFC 959) up to AUTH TLS (RFC 4217, section 4).
struct FTPDialogue: LineDialogue {
    private enum State { case greeting, auth }

    private var state = State.greeting
    /// The code of a reply of several lines, whose middle lines may be anything (RFC 959, section 4.2).
    private var open: Int?

    mutating func line(_ line: String) -> DialogueStep {
        let reply = ReplyLine(line)
        if let open {
            guard let reply, reply.code == open, reply.isLast else { return .next }
        }
        guard let reply else { return .fail(state == .greeting ? .otherProtocol : .error, line) }
        guard reply.isLast else {
            open = reply.code
            return .next
        }
        open = nil
        switch state {
        case .greeting:
            // 120: ready in some minutes; 220 follows.
            if reply.code == 120 { return .next }
            guard reply.code == 220 else { return .fail(reply.code >= 400 ? .error : .otherProtocol, line) }
            state = .auth
            return .send("AUTH TLS")
        case .auth:
            return reply.code == 234 ? .upgrade([]) : .fail(.refused, line)
        }
    }
}
