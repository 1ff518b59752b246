/// NNTP (RFC 3977) up to STARTTLS (RFC 4642, section 2.2).
struct NNTPDialogue: LineDialogue {
    private var isAsked = false
    private var replies = ReplyReader()

    mutating func line(_ line: String) -> DialogueStep {
        switch replies.take(line) {
        case .more: .next
        case .invalid: .fail(isAsked ? .error : .otherProtocol, line)
        case .reply(let reply): answer(reply)
        }
    }

    private mutating func answer(_ reply: Reply) -> DialogueStep {
        // 400: temporarily unavailable, 403: an internal fault (section 3.2.1); other 4xx do not pass.
        let isTemporary = reply.code == 400 || reply.code == 403
        if isAsked {
            if reply.code == 382 { return .upgrade([]) }
            return .fail(reply.code == 400 ? .error : .refused, reply.words, isTemporary: isTemporary)
        }
        guard reply.code == 200 || reply.code == 201 else {
            let reason = reply.code >= 400 ? StartTLSFailure.Reason.error : .otherProtocol
            return .fail(reason, reply.words, isTemporary: isTemporary)
        }
        isAsked = true
        return .send("STARTTLS")
    }
}
