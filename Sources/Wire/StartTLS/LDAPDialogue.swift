/// LDAP's StartTLS operation (RFC 4511, section 4.14).
struct LDAPDialogue: Dialogue {
    /// Bytes of one LDAPMessage; the answer has a few dozen.
    private static let messageLimit = 16 * 1024

    mutating func begin() -> [UInt8]? {
        // LDAPMessage { messageID 1, ExtendedRequest { requestName 1.3.6.1.4.1.1466.20037 } }
        [0x30, 0x1d, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, 0x16] + Array("1.3.6.1.4.1.1466.20037".utf8)
    }

    mutating func take(_ buffer: inout ArraySlice<UInt8>) -> DialogueStep {
        guard let first = buffer.first else { return .more }
        guard first == 0x30 else { return .foreign("the answer is no LDAP message", buffer) }
        guard let message = BERElement(buffer) else {
            return buffer.count > 6 ? .fail(.otherProtocol, "the answer is no LDAP message") : .more
        }
        guard message.end - buffer.startIndex <= Self.messageLimit else {
            return .fail(.limit, "the LDAP message is too long")
        }
        guard message.end <= buffer.endIndex else { return .more }
        let content = buffer[message.content]
        buffer = buffer[message.end...]
        guard let id = BERElement(content), id.tag == 0x02, id.end <= content.endIndex,
            let response = BERElement(content[id.end...]), response.end <= content.endIndex
        else { return .fail(.otherProtocol, "the answer is no LDAP message") }
        guard response.tag == 0x78 else { return .fail(.error, "the answer is no ExtendedResponse") }
        let result = content[response.content]
        guard let code = BERElement(result), code.tag == 0x0a, code.content.count == 1,
            code.end <= result.endIndex
        else { return .fail(.error, "the answer has no result code") }
        let value = result[code.content.lowerBound]
        // Message 0 is the notice of disconnection (section 4.4.1).
        let isNotice = content[id.content].allSatisfy { $0 == 0 }
        if value == 0, !isNotice { return .upgrade([]) }
        // busy and unavailable
        return .fail(
            isNotice ? .error : .refused,
            Self.words(value, result[code.end...]),
            isTemporary: value == 51 || value == 52
        )
    }

    /// The result code with its name and the server's diagnosticMessage, which follows matchedDN.
    private static func words(_ code: UInt8, _ rest: ArraySlice<UInt8>) -> String {
        let text = "LDAP result code \(code)" + (names[code].map { ", " + $0 } ?? "")
        guard let name = BERElement(rest), name.tag == 0x04, name.end <= rest.endIndex,
            let message = BERElement(rest[name.end...]), message.tag == 0x04, message.end <= rest.endIndex,
            !message.content.isEmpty
        else { return text }
        return text + ": " + String(decoding: rest[message.content], as: UTF8.self)
    }

    /// Names of the result codes that answer StartTLS (RFC 4511, appendix A).
    private static let names: [UInt8: String] = [
        1: "operationsError", 2: "protocolError", 8: "strongerAuthRequired", 10: "referral",
        13: "confidentialityRequired", 50: "insufficientAccessRights", 51: "busy", 52: "unavailable",
        53: "unwillingToPerform", 80: "other",
    ]
}

/// Tag and length of a BER element with definite length of at most four bytes (X.690, section 8.1).
private struct BERElement {
    let tag: UInt8
    let content: Range<Int>
    var end: Int { content.upperBound }

    /// Nil when the header is cut off or of another form; the content may reach beyond `bytes`.
    init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count >= 2 else { return nil }
        tag = bytes[bytes.startIndex]
        let first = Int(bytes[bytes.startIndex + 1])
        var start = bytes.startIndex + 2
        var length = first
        if first >= 0x80 {
            let count = first & 0x7f
            guard 1...4 ~= count, bytes.endIndex - start >= count else { return nil }
            length = bytes[start..<(start + count)].reduce(0) { $0 << 8 | Int($1) }
            start += count
        }
        content = start..<(start + length)
    }
}
