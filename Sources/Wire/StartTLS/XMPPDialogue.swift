/// XMPP up to STARTTLS (RFC 6120, section 5), from client or server.
///
/// The answer is taken tag by tag; of what stands between tags and in them, only an
/// error's text and the stream's `from` matter.
struct XMPPDialogue: Dialogue {
    /// Bytes of one tag; a stream's has a few hundred.
    private static let tagLimit = 4096
    /// Stream errors that pass (section 4.9.3).
    private static let temporary = ["resource-constraint", "system-shutdown", "reset"]
    /// Stream errors that say that the server answers for other names.
    private static let wrongHost = ["host-unknown", "host-gone"]

    private let host: String
    private let isServer: Bool
    private var sawTag = false
    private var offersTLS = false
    private var isAsked = false
    /// The name in the stream's `from`.
    private var from: String?
    /// An `error` or `failure` that is being read.
    private var trouble: Trouble?

    private struct Trouble {
        let reason: StartTLSFailure.Reason
        let element: String
        var condition: String?
        var text = ""
        var isInText = false
    }

    init(host: String, isServer: Bool) {
        self.host = host
        self.isServer = isServer
    }

    mutating func begin() -> [UInt8]? {
        let name = escaped(host)
        // A server that connects says who it is; this one is nobody (RFC 2606).
        let from = isServer ? " from='hallmark.invalid'" : ""
        let space = isServer ? "server" : "client"
        return Array(
            ("<?xml version='1.0'?><stream:stream to='\(name)'\(from) xmlns='jabber:\(space)' "
                + "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>").utf8
        )
    }

    mutating func take(_ buffer: inout ArraySlice<UInt8>) -> DialogueStep {
        guard let begin = buffer.firstIndex(where: { sawTag ? $0 == 0x3c : !isBlank($0) }) else {
            // Text is kept until its end, an error's alone.
            if trouble?.isInText != true { buffer = [] }
            return .more
        }
        guard buffer[begin] == 0x3c else { return .foreign("the answer is no XML", buffer[begin...]) }
        guard let end = buffer[begin...].firstIndex(of: 0x3e) else {
            return buffer.endIndex - begin > Self.tagLimit ? .fail(.limit, "a tag has no end") : .more
        }
        let text = buffer[..<begin]
        let content = buffer[(begin + 1)..<end]
        buffer = buffer[(end + 1)...]
        let isClosed = content.last == 0x2f
        let rest = content.first == 0x2f ? content.dropFirst() : content
        let name = String(decoding: rest.prefix { !isBlank($0) && $0 != 0x2f }, as: UTF8.self)
        let local = name.split(separator: ":").last.map(String.init) ?? name
        guard sawTag || local == "?xml" || local == "stream" else {
            return .fail(.otherProtocol, "the answer is no XMPP stream: <\(name)>")
        }
        sawTag = true
        if local == "stream", from == nil { from = Self.from(rest) }
        let isEnd = isClosed || content.first == 0x2f
        guard trouble == nil else { return describe(local, isEnd: isEnd, isClosed: isClosed, after: text) }
        return tag(local, isEnd: isEnd)
    }

    mutating func end(_ rest: ArraySlice<UInt8>) -> StartTLSFailure? { trouble.map(failure) }

    /// A tag by its name without prefix; `isEnd` for an end tag and for an empty element.
    private mutating func tag(_ name: String, isEnd: Bool) -> DialogueStep {
        switch name {
        case "error": return begin(Trouble(reason: .error, element: "stream error"), isEnd: isEnd)
        case "stream" where isEnd: return .fail(.error, "the stream was closed")
        case "starttls":
            offersTLS = true
            return .next
        case "features" where isEnd && !isAsked:
            guard offersTLS else { return .fail(.refused, "STARTTLS is not offered") }
            isAsked = true
            return .send(Array("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>".utf8))
        case "proceed" where isEnd && isAsked: return .upgrade([])
        case "failure" where isAsked:
            return begin(Trouble(reason: .refused, element: "failure"), isEnd: isEnd)
        default: return .next
        }
    }

    private mutating func begin(_ trouble: Trouble, isEnd: Bool) -> DialogueStep {
        guard !isEnd else { return .fail(failure(trouble)) }
        self.trouble = trouble
        return .next
    }

    /// A tag within an error: its condition, the text, or its end.
    private mutating func describe(
        _ name: String,
        isEnd: Bool,
        isClosed: Bool,
        after text: ArraySlice<UInt8>
    ) -> DialogueStep {
        guard var trouble else { return .next }
        if trouble.isInText { trouble.text = String(decoding: text.prefix(1024), as: UTF8.self) }
        trouble.isInText = name == "text" && !isEnd
        if ["error", "failure", "stream"].contains(name), isEnd { return .fail(failure(trouble)) }
        if name != "text", trouble.condition == nil { trouble.condition = name }
        self.trouble = trouble
        return .next
    }

    private func failure(_ trouble: Trouble) -> StartTLSFailure {
        let condition = trouble.condition ?? ""
        let words = [trouble.element, condition, CharacterReferences.resolve(trouble.text)]
        let other = from.flatMap { $0.lowercased() == host.lowercased() ? nil : $0 }
        return StartTLSFailure(
            trouble.reason,
            words.filter { !$0.isEmpty }.joined(separator: ": "),
            isTemporary: Self.temporary.contains(condition),
            otherName: Self.wrongHost.contains(condition) ? other : nil
        )
    }

    /// The value of `from` in a stream's tag, when it is a name that hosts can have.
    private static func from(_ tag: ArraySlice<UInt8>) -> String? {
        let text = String(decoding: tag, as: UTF8.self)
        guard let start = text.firstRange(of: " from=")?.upperBound, let quote = text[start...].first,
            quote == "'" || quote == "\""
        else { return nil }
        let value = text[start...].dropFirst().prefix { $0 != quote }.utf8
        let isName = value.allSatisfy { ($0 | 0x20) &- 0x61 < 26 || isDigit($0) || $0 == 0x2d || $0 == 0x2e }
        return isName && 1...253 ~= value.count ? String(value) : nil
    }

    private func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "<": "&lt;"
            case "&": "&amp;"
            case "'": "&apos;"
            case "\"": "&quot;"
            default: String(character)
            }
        }.joined()
    }
}
