/// PostgreSQL's SSLRequest (documentation, "SSL Session Encryption" of the message flow).
struct PostgresDialogue: Dialogue {
    // Length 8, then 80877103.
    mutating func begin() -> [UInt8]? { [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f] }

    mutating func take(_ buffer: inout ArraySlice<UInt8>) -> DialogueStep {
        switch buffer.popFirst() {
        case nil: .more
        case 0x53: .upgrade([])
        case 0x4e: .fail(.refused, "the server answers N: no TLS")
        // An ErrorResponse: a server too old for the request, or one that accepts nobody.
        case 0x45: .fail(.error, "the server answers with an error")
        default: .fail(.otherProtocol, "the answer is neither S nor N")
        }
    }
}
