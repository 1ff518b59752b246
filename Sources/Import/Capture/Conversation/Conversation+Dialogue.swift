import Bytes
import Observations
import Wire

/// What was said before TLS began.
extension Conversation {
    /// The protocol in which TLS was asked for, and the server's first words; nil when TLS began at once.
    var dialogue: StartTLSRecord? {
        guard kind == .tls, let client else { return nil }
        let (asked, said) = (sides[client].clear, sides[1 - client].clear)
        guard !asked.isEmpty || !said.isEmpty else { return nil }
        return StartTLSRecord(name: Self.name(asked.span, said.span), greeting: Array(said.prefix(512)))
    }

    /// What was spoken, by both sides' words: a name of `StartTLSProtocol` where there is one.
    private static func name(_ asked: Span<UInt8>, _ said: Span<UInt8>) -> String {
        if asked.count >= 8, asked.u16(0) == 0, asked.number(4, isBig: true) == 80_877_103 {
            return "postgres"
        }
        if asked.count >= 8, asked[0] == 0x12, asked[1] <= 1 { return "tds" }
        if asked.count >= 2, asked[0] == 0x30 { return "ldap" }
        if said.isEmpty {
            return begins(asked, with: "<") ? "xmpp" : isRequest(asked) ? "http" : "unknown"
        }
        if begins(asked, with: "LHLO") { return "lmtp" }
        if begins(said, with: "\"") { return "sieve" }
        let name = String(describing: ForeignProtocol.name(said))
        switch name {
        case "postgresql": return "postgres"
        case "tpkt": return "rdp"
        case "unknown":
            if begins(asked, with: "EHLO") || begins(asked, with: "HELO") { return "smtp" }
            return isRequest(asked) ? "http" : name
        default: return name
        }
    }

    /// Whether bytes begin like a request of HTTP/1: a method, a blank, and something behind it.
    static func isRequest(_ bytes: Span<UInt8>) -> Bool {
        var place = 0
        while place < min(bytes.count, 20), 0x41...0x5a ~= bytes[place] { place += 1 }
        guard place >= 3, place + 1 < bytes.count, bytes[place] == 0x20 else { return false }
        let next = bytes[place + 1]
        let isTarget = next == 0x2f || next == 0x2a || 0x61...0x7a ~= next | 0x20 || 0x30...0x39 ~= next
        guard isTarget else { return false }
        // Commands of other protocols look alike; the line's end tells, when it is there.
        guard let end = bytes.firstIndex(of: 0x0a) else { return next == 0x2f }
        let line = bytes.extracting(0..<end)
        for start in line.indices where line[start] == 0x48 {
            if begins(line.extracting(start..<line.count), with: "HTTP/1.") { return true }
        }
        return false
    }

    static func begins(_ bytes: Span<UInt8>, with text: StaticString) -> Bool {
        guard bytes.count >= text.utf8CodeUnitCount else { return false }
        for index in 0..<text.utf8CodeUnitCount where bytes[index] != text.utf8Start[index] { return false }
        return true
    }

    /// Begins to read HTTP when one side speaks it.
    func beginHTTP(_ side: Int) {
        guard client == nil || client == side, http == nil, kind == .unknown else { return }
        let clear = sides[side].clear
        let bytes = clear.span
        // Who opened the connection is the one to ask, whatever the other one says first.
        if Self.isRequest(bytes), opener == nil || opener == side {
            client = side
        } else if Self.begins(bytes, with: "HTTP/1."), client == nil, opener != side {
            client = 1 - side
        } else {
            return
        }
        guard let client else { return }
        kind = .http
        let reader = HTTPConversation()
        http = reader
        for part in [client, 1 - client] where !sides[part].clear.isEmpty {
            if sides[part].stage == .opening { sides[part].stage = .clear }
            let words = sides[part].clear
            reader.take(words.span, isRequest: part == client)
        }
        if !reader.mayTunnel { for part in 0...1 { (sides[part].clear, sides[part].scanned) = ([], 0) } }
        if reader.isOver, !reader.mayTunnel { isSettled = true }
    }

    func takeHTTP(_ bytes: Span<UInt8>, _ side: Int) {
        guard let http, !takesHello(bytes, side), !isSettled else { return }
        http.take(bytes, isRequest: side == client)
        if http.isOver, !http.mayTunnel { isSettled = true }
    }

    /// Looks for TLS that begins where a request might: both sides have to speak it.
    ///
    /// - Returns: whether the bytes are dealt with.
    private func takesHello(_ bytes: Span<UInt8>, _ side: Int) -> Bool {
        guard let http, let client, !http.mayTunnel else { return false }
        if side == client {
            if hello.isEmpty {
                guard http.awaitsRequest, Self.isHello(bytes, at: 0, type: 1) == true else { return false }
            }
            if hello.count + bytes.count <= ClientReader.maximumBytes {
                hello.append(bytes)
                return true
            }
        } else if !hello.isEmpty, ForeignProtocol.isRecord(bytes) == true, bytes.count >= 6,
            bytes[0] == 21 || bytes[0] == 22 && bytes[5] == 2
        {
            begin(bytes, after: http, client)
            return true
        }
        // It was no hello.
        if !hello.isEmpty, !isSettled { http.take(hello.span, isRequest: true) }
        hello = []
        return false
    }

    /// TLS has begun on a connection of HTTP, with a hello that was held back and the server's answer to it.
    private func begin(_ answer: Span<UInt8>, after http: HTTPConversation, _ client: Int) {
        http.finish(isEnd: true)
        (plain, self.http) = (http, nil)
        (kind, isSettled) = (.tls, false)
        for side in 0...1 { (sides[side].clear, sides[side].scanned, sides[side].stage) = ([], 0, .records) }
        let held = hello
        hello = []
        takeRecords(held.span, client)
        takeRecords(answer, 1 - client)
    }
}
