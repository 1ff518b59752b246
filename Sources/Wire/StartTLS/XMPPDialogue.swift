/// XMPP up to STARTTLS (RFC 6120, section 5), from client or server.
///
/// The few elements are looked for in the text: a server that wraps them in
/// something else fools only itself.
struct XMPPDialogue: Dialogue {
    private enum State { case features, proceed }

    private let host: String
    private let isServer: Bool
    private var state = State.features

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
        switch state {
        case .features: takeFeatures(&buffer)
        case .proceed: takeProceed(&buffer)
        }
    }

    private mutating func takeFeatures(_ buffer: inout ArraySlice<UInt8>) -> DialogueStep {
        guard let first = buffer.first(where: { !isBlank($0) }) else { return .more }
        guard first == 0x3c else { return .fail(.otherProtocol, "the answer is no XML") }
        if let failure = streamFailure(buffer) { return failure }
        let ends = ["</stream:features>", "<stream:features/>", "</features>", "<features/>"]
        if let end = ends.compactMap({ buffer.end(of: $0) }).min() {
            let features = buffer[..<end]
            guard features.end(of: "<starttls") != nil else {
                return .fail(.refused, "STARTTLS is not offered")
            }
            buffer = buffer[end...]
            state = .proceed
            return .send(Array("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>".utf8))
        }
        let isStream = buffer.end(of: "stream") != nil || buffer.count < 256
        return isStream ? .more : .fail(.otherProtocol, "the answer is no XMPP stream")
    }

    private func takeProceed(_ buffer: inout ArraySlice<UInt8>) -> DialogueStep {
        if let name = buffer.end(of: "<proceed") {
            guard let close = buffer[name...].firstIndex(of: 0x3e) else { return .more }
            var end = close + 1
            if buffer[close - 1] != 0x2f {
                guard let tag = buffer[end...].end(of: "</proceed>") else { return .more }
                end = tag
            }
            buffer = buffer[end...]
            return .upgrade([])
        }
        if buffer.end(of: "<failure") != nil { return .fail(.refused, "failure") }
        return streamFailure(buffer) ?? .more
    }

    private func streamFailure(_ buffer: ArraySlice<UInt8>) -> DialogueStep? {
        if buffer.end(of: "<stream:error") != nil { return .fail(.error, "stream error") }
        if buffer.end(of: "</stream:stream>") != nil { return .fail(.error, "the stream was closed") }
        return nil
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

extension ArraySlice<UInt8> {
    /// The place after the first `text`; nil when there is none.
    fileprivate func end(of text: String) -> Int? {
        firstRange(of: Array(text.utf8))?.upperBound
    }
}
