/// ManageSieve up to STARTTLS (RFC 5804, sections 1.7 and 2.2).
///
/// A string may come as a literal, `{7}` and the bytes after the line's end; it is read
/// as if it stood quoted in the line.
struct SieveDialogue: Dialogue {
    private var isAsked = false
    private var offersTLS = false
    /// What came of the present line: literals end lines without ending the answer.
    private var line = ""
    /// Bytes of a literal that is to follow.
    private var literal: Int?

    mutating func begin() -> [UInt8]? { nil }

    mutating func take(_ buffer: inout ArraySlice<UInt8>) -> DialogueStep {
        if let count = literal {
            guard buffer.count >= count else { return .more }
            line += "\"" + String(decoding: buffer.prefix(count), as: UTF8.self) + "\""
            buffer = buffer.dropFirst(count)
            literal = nil
        }
        let bytes: ArraySlice<UInt8>
        switch takeLine(&buffer) {
        case .none(let step): return step
        case .line(let taken): bytes = taken
        }
        if let (text, count) = Self.literal(bytes) {
            guard count + line.utf8.count <= lineLimit else { return .fail(.limit, "a literal is too long") }
            line += text
            literal = count
            return .next
        }
        defer { line = "" }
        return answer(line + String(decoding: bytes, as: UTF8.self))
    }

    mutating func end(_ rest: ArraySlice<UInt8>) -> StartTLSFailure? {
        let text = line + String(decoding: rest, as: UTF8.self)
        guard text.utf8.count > 3, case .fail(let failure) = answer(text) else { return nil }
        return failure
    }

    private mutating func answer(_ line: String) -> DialogueStep {
        let upper = line.uppercased()
        let word = upper.prefix { $0 != " " && $0 != "(" }
        let rest = upper.dropFirst(word.count).drop { $0 == " " }
        switch word {
        case "OK" where isAsked: return .upgrade([])
        // The server is closing; a referral sends the client elsewhere (section 1.3).
        case "BYE": return .fail(.error, line, isTemporary: !rest.hasPrefix("(REFERRAL"))
        case "NO":
            return .fail(isAsked ? .refused : .error, line, isTemporary: rest.hasPrefix("(TRYLATER"))
        case _ where isAsked: return .fail(.error, line)
        case "\"STARTTLS\"":
            offersTLS = true
            return .next
        case "OK":
            guard offersTLS else { return .fail(.refused, "STARTTLS is not offered") }
            isAsked = true
            return .send("STARTTLS")
        default: return line.hasPrefix("\"") ? .next : .fail(.otherProtocol, line)
        }
    }

    /// The length at a line's end, `{7}` or `{7+}`, and the line before it.
    private static func literal(_ line: ArraySlice<UInt8>) -> (text: String, count: Int)? {
        guard line.last == 0x7d, let brace = line.lastIndex(of: 0x7b) else { return nil }
        var digits = line[(brace + 1)...].dropLast()
        if digits.last == 0x2b { digits.removeLast() }
        guard 1...9 ~= digits.count, digits.allSatisfy(isDigit) else { return nil }
        let count = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        return (String(decoding: line[..<brace], as: UTF8.self), count)
    }
}
