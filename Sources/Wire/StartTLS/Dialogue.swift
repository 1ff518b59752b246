/// The part of a plaintext protocol that leads to TLS.
protocol Dialogue: Sendable {
    /// What the client says first; nil when the server does.
    mutating func begin() -> [UInt8]?

    /// Takes the next line or message off the front of `buffer`.
    mutating func take(_ buffer: inout ArraySlice<UInt8>) -> DialogueStep
}

enum DialogueStep: Equatable {
    /// The buffer holds no whole line or message.
    case more
    /// Something was taken that needs no answer.
    case next
    case send([UInt8])
    /// TLS begins, after these bytes.
    case upgrade([UInt8])
    case fail(StartTLSFailure)

    static func send(_ line: String) -> DialogueStep { .send(Array((line + "\r\n").utf8)) }

    static func fail(_ reason: StartTLSFailure.Reason, _ message: String) -> DialogueStep {
        .fail(StartTLSFailure(reason, message))
    }
}

/// A dialogue in lines that end with LF, mostly after a CR.
protocol LineDialogue: Dialogue {
    /// A line without its end; bytes that are not UTF-8 as U+FFFD.
    mutating func line(_ line: String) -> DialogueStep
}

/// Bytes of one line; SMTP allows 512, capability lists are longer.
private let lineLimit = 8 * 1024

extension LineDialogue {
    mutating func begin() -> [UInt8]? { nil }

    mutating func take(_ buffer: inout ArraySlice<UInt8>) -> DialogueStep {
        guard let end = buffer.firstIndex(of: 0x0a) else {
            return buffer.count > lineLimit ? .fail(.limit, "a line has no end") : .more
        }
        var line = buffer[..<end]
        buffer = buffer[(end + 1)...]
        if line.last == 0x0d { line.removeLast() }
        guard line.count <= lineLimit else { return .fail(.limit, "a line has no end") }
        return self.line(String(decoding: line, as: UTF8.self))
    }
}

/// A reply line of SMTP, FTP and NNTP: three digits, then a hyphen when more lines follow.
struct ReplyLine {
    let code: Int
    let isLast: Bool
    let text: Substring

    init?(_ line: String) {
        let digits = line.utf8.prefix(3)
        guard digits.count == 3, digits.allSatisfy(isDigit), let code = Int(line.prefix(3)) else {
            return nil
        }
        let mark = line.dropFirst(3).first
        guard mark == nil || mark == " " || mark == "-" else { return nil }
        self.code = code
        isLast = mark != "-"
        text = line.dropFirst(4)
    }
}
