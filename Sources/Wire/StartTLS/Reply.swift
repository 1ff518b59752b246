/// A reply of SMTP, FTP or NNTP: three digits, and lines of text of which the last is marked.
struct Reply {
    let code: Int
    /// The text of each line behind its code.
    let texts: [Substring]

    /// The reply as one line.
    var words: String { "\(code) " + texts.joined(separator: " ") }

    /// "The command was not accepted … but the error condition is temporary" (RFC 5321, section 4.2.1).
    var isTemporary: Bool { 400..<500 ~= code }
}

/// Puts the lines of replies together.
struct ReplyReader {
    enum Step {
        /// The reply goes on.
        case more
        case reply(Reply)
        /// The line belongs to no reply.
        case invalid
    }

    /// Whether the lines between the first and the last may be anything, as in FTP (RFC 959, section 4.2).
    let allowsAnyText: Bool
    private var code: Int?
    private var texts: [Substring] = []

    init(allowsAnyText: Bool = false) { self.allowsAnyText = allowsAnyText }

    mutating func take(_ line: String) -> Step {
        let read = Self.read(line)
        if allowsAnyText, let code, read?.code != code || read?.isLast == false {
            texts.append(read?.code == code ? read?.text ?? "" : line[...])
            return .more
        }
        guard let read else { return .invalid }
        texts.append(read.text)
        code = read.code
        guard read.isLast else { return .more }
        defer { (code, texts) = (nil, []) }
        return .reply(Reply(code: read.code, texts: texts))
    }

    /// Three digits, then nothing, a blank, or a hyphen when more lines follow.
    private static func read(_ line: String) -> (code: Int, isLast: Bool, text: Substring)? {
        let digits = line.utf8.prefix(3)
        guard digits.count == 3, digits.allSatisfy(isDigit), let code = Int(line.prefix(3)) else {
            return nil
        }
        let mark = line.dropFirst(3).first
        guard mark == nil || mark == " " || mark == "-" else { return nil }
        return (code, mark != "-", line.dropFirst(4))
    }
}
