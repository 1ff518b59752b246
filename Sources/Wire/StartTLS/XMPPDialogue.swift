/// XMPP up to STARTTLS (RFC 6120, section 5), from client or server.
///
/// The answer is taken tag by tag; what stands between tags, and in most of
/// them, does not matter.
struct XMPPDialogue: Dialogue {
    /// Bytes of one tag; a stream's has a few hundred.
    private static let tagLimit = 4096

    private let host: String
    private let isServer: Bool
    private var sawTag = false
    private var offersTLS = false
    private var isAsked = false

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
            buffer = []
            return .more
        }
        guard buffer[begin] == 0x3c else { return .fail(.otherProtocol, "the answer is no XML") }
        guard let end = buffer[begin...].firstIndex(of: 0x3e) else {
            return buffer.endIndex - begin > Self.tagLimit ? .fail(.limit, "a tag has no end") : .more
        }
        let content = buffer[(begin + 1)..<end]
        buffer = buffer[(end + 1)...]
        let isClosed = content.last == 0x2f
        let rest = content.first == 0x2f ? content.dropFirst() : content
        let name = String(decoding: rest.prefix { !isBlank($0) && $0 != 0x2f }, as: UTF8.self)
        let local = name.split(separator: ":").last.map(String.init) ?? name
        guard sawTag || local == "?xml" || local == "stream" else {
            return .fail(.otherProtocol, "the answer is no XMPP stream")
        }
        sawTag = true
        return tag(local, isEnd: isClosed || content.first == 0x2f)
    }

    /// A tag by its name without prefix; `isEnd` for an end tag and for an empty element.
    private mutating func tag(_ name: String, isEnd: Bool) -> DialogueStep {
        switch name {
        case "error": return .fail(.error, "stream error")
        case "stream" where isEnd: return .fail(.error, "the stream was closed")
        case "starttls":
            offersTLS = true
            return .next
        case "features" where isEnd && !isAsked:
            guard offersTLS else { return .fail(.refused, "STARTTLS is not offered") }
            isAsked = true
            return .send(Array("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>".utf8))
        case "proceed" where isEnd && isAsked: return .upgrade([])
        case "failure" where isAsked: return .fail(.refused, "failure")
        default: return .next
        }
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
