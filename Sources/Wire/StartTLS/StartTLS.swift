/// Leads a plaintext connection to the point where TLS begins, without I/O.
///
/// The owner connects, carries out the actions, keeps the time, and runs any
/// handshake after `upgrade`, through `framing` where the protocol wraps TLS in packets of its own.
package struct StartTLS: Sendable {
    package enum Action: Equatable, Sendable {
        /// Send these bytes, then wait for the server.
        case send([UInt8])
        case wait
        /// Send these bytes, then begin TLS; of the bytes just given, the first `consumed` were plaintext.
        case upgrade(sending: [UInt8], consumed: Int)
        case fail(StartTLSFailure)
    }

    /// Bytes of plaintext that a server may send in all.
    package static let byteLimit = 64 * 1024
    /// Lines, messages and pieces in all.
    package static let stepLimit = 500
    /// Bytes of plaintext that are kept.
    package static let greetingLimit = 512

    package let name: StartTLSProtocol
    /// The first bytes that the server sent: greeting and capabilities.
    package private(set) var greeting: [UInt8] = []
    private var dialogue: any Dialogue
    private var buffer: ArraySlice<UInt8> = []
    private var total = 0
    private var steps = 0
    private var isOver = false

    /// - Parameter host: the target's name, which XMPP needs; an address where there is none.
    package init(_ name: StartTLSProtocol, host: String) {
        self.name = name
        dialogue =
            switch name {
            case .smtp, .submission: SMTPDialogue(hello: "EHLO")
            case .lmtp: SMTPDialogue(hello: "LHLO")
            case .imap: IMAPDialogue()
            case .pop3: POP3Dialogue()
            case .ftp: FTPDialogue()
            case .ldap: LDAPDialogue()
            case .xmpp: XMPPDialogue(host: host, isServer: false)
            case .xmppServer: XMPPDialogue(host: host, isServer: true)
            case .nntp: NNTPDialogue()
            case .sieve: SieveDialogue()
            case .irc: IRCDialogue()
            case .postgres: PostgresDialogue()
            case .mysql: MySQLDialogue()
            case .tds: TDSDialogue()
            case .rdp: RDPDialogue()
            }
    }

    /// How TLS records travel after the upgrade.
    package var framing: StartTLSFraming { StartTLSFraming(name == .tds ? .tds : .none) }

    /// The connection stands.
    package mutating func connected() -> Action {
        dialogue.begin().map(Action.send) ?? .wait
    }

    /// The server sent `bytes`.
    package mutating func received(_ bytes: Span<UInt8>) -> Action {
        guard !isOver else { return .fail(StartTLSFailure(.error, "the dialogue is over")) }
        total += bytes.count
        for index in 0..<min(bytes.count, Self.greetingLimit - greeting.count) {
            greeting.append(bytes[index])
        }
        guard total <= Self.byteLimit else { return end(.fail(StartTLSFailure(.limit, "too many bytes"))) }
        for index in bytes.indices { buffer.append(bytes[index]) }
        var output: [UInt8] = []
        while true {
            steps += 1
            guard steps <= Self.stepLimit else {
                return end(.fail(StartTLSFailure(.limit, "too many lines or pieces")))
            }
            switch dialogue.take(&buffer) {
            case .more: return output.isEmpty ? .wait : .send(output)
            case .next: break
            case .send(let bytes): output += bytes
            case .upgrade(let last):
                return end(.upgrade(sending: output + last, consumed: max(0, bytes.count - buffer.count)))
            case .fail(let failure): return end(.fail(failure))
            }
        }
    }

    /// What the server's last words come to when nothing follows them; nil when they say nothing.
    ///
    /// It is asked when the connection ended or the time is up.
    package mutating func lastWords() -> StartTLSFailure? {
        guard !isOver, let failure = dialogue.end(buffer) else { return nil }
        _ = end(.fail(failure))
        return failure
    }

    /// The server ended the connection.
    package mutating func closed() -> Action {
        if let failure = lastWords() { return .fail(failure) }
        let message = greeting.isEmpty ? "closed without a greeting" : "closed before TLS"
        return end(.fail(StartTLSFailure(.error, message)))
    }

    private mutating func end(_ action: Action) -> Action {
        isOver = true
        buffer = []
        return action
    }
}
