/// NNTP (RFC 3977) up to STARTTLS (RFC 4642, section 2.2).
struct NNTPDialogue: LineDialogue {
    private var isAsked = false

    mutating func line(_ line: String) -> DialogueStep {
        guard let reply = ReplyLine(line) else { return .fail(isAsked ? .error : .otherProtocol, line) }
        if isAsked { return reply.code == 382 ? .upgrade([]) : .fail(.refused, line) }
        guard reply.code == 200 || reply.code == 201 else {
            return .fail(reply.code >= 400 ? .error : .otherProtocol, line)
        }
        isAsked = true
        return .send("STARTTLS")
    }
}
