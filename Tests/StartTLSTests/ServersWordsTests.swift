import Testing
import Wire

/// What a failure says: the server's own words, whose fault it is, and whether it passes.
@Suite struct ServersWordsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: StartTLSProtocol
        let server: [UInt8]
        let reason: StartTLSFailure.Reason
        let message: String
        let isTemporary: Bool
        var testDescription: String { "\(name): \(message)" }

        init(
            _ name: StartTLSProtocol,
            _ server: String,
            _ reason: StartTLSFailure.Reason,
            _ message: String,
            passes: Bool = false
        ) {
            self.init(name, Array(server.utf8), reason, message, passes: passes)
        }

        init(
            _ name: StartTLSProtocol,
            _ server: [UInt8],
            _ reason: StartTLSFailure.Reason,
            _ message: String,
            passes: Bool = false
        ) {
            (self.name, self.server, self.reason, self.message) = (name, server, reason, message)
            isTemporary = passes
        }
    }

    static let lines = [
        Case(
            .smtp,
            "421 4.7.0 too many connections\r\n",
            .error,
            "421 4.7.0 too many connections",
            passes: true
        ),
        Case(.smtp, "554-no\r\n554 service\r\n", .error, "554 no service"),
        Case(.smtp, "450 greylisted\r\n", .error, "450 greylisted", passes: true),
        Case(.smtp, "220 b\r\n451 later\r\n", .refused, "451 later", passes: true),
        Case(.smtp, "220 b\r\n250 STARTTLS\r\n454 not now\r\n", .refused, "454 not now", passes: true),
        Case(.smtp, "220 b\r\n250 STARTTLS\r\n501 no\r\n", .refused, "501 no"),
        Case(.smtp, "220 b\r\n421 bye\r\n", .error, "421 bye", passes: true),
        Case(.lmtp, "421 full\r\n", .error, "421 full", passes: true),
        Case(.smtp, "SSH-2.0-x", .otherProtocol, "SSH-2.0-x"),
        Case(.smtp, "220 b\r\n250-x", .error, "closed before TLS"),
        Case(.imap, "* BYE overloaded\r\n", .error, "* BYE overloaded", passes: true),
        Case(.imap, "* BYE [REFERRAL imap://b/] moved\r\n", .error, "* BYE [REFERRAL imap://b/] moved"),
        Case(.imap, "* OK x\r\n* BYE gone\r\n", .error, "* BYE gone", passes: true),
        Case(.imap, "* OK x\r\na NO [UNAVAILABLE] no\r\n", .refused, "a NO [UNAVAILABLE] no", passes: true),
        Case(.imap, "* OK x\r\na NO no\r\n", .refused, "a NO no"),
        Case(.imap, "SSH-2.0-x\r\n", .otherProtocol, "SSH-2.0-x"),
        Case(.pop3, "-ERR [SYS/TEMP] full\r\n", .error, "-ERR [SYS/TEMP] full", passes: true),
        Case(.pop3, "+OK\r\n-ERR [sys/temp] x\r\n", .refused, "-ERR [sys/temp] x", passes: true),
        Case(.pop3, "-ERR [SYS/PERM] no\r\n", .error, "-ERR [SYS/PERM] no"),
        Case(.pop3, "+OKAY\r\n", .otherProtocol, "+OKAY"),
        Case(.ftp, "421 Too many users\r\n", .error, "421 Too many users", passes: true),
        Case(.ftp, "220 x\r\n431 no\r\n", .refused, "431 no", passes: true),
        Case(.ftp, "530-a\r\n any\r\n530 b\r\n", .error, "530 a any b"),
        Case(.nntp, "400 later\r\n", .error, "400 later", passes: true),
        Case(.nntp, "200 x\r\n403 broken\r\n", .refused, "403 broken", passes: true),
        Case(.nntp, "200 x\r\n580 no\r\n", .refused, "580 no"),
        Case(.sieve, "BYE \"full\"\r\n", .error, "BYE \"full\"", passes: true),
        Case(.sieve, "BYE (REFERRAL \"sieve://b\") \"x\"\r\n", .error, "BYE (REFERRAL \"sieve://b\") \"x\""),
        Case(
            .sieve,
            "\"STARTTLS\"\r\nOK\r\nNO (TRYLATER) {3}\r\na\r\n\r\n",
            .refused,
            "NO (TRYLATER) \"a \"",
            passes: true
        ),
        Case(.sieve, "{9999}\r\n", .limit, "a literal is too long"),
        Case(.sieve, "\"A\" {99999999999}\r\nx\r\n", .otherProtocol, "x"),
        Case(.irc, ":a 263 * STARTTLS :later\r\n", .error, ":a 263 * STARTTLS :later", passes: true),
        Case(.irc, "ERROR :Throttled\r\n", .error, "ERROR :Throttled", passes: true),
        Case(.irc, "ERROR :banned\r\n", .error, "ERROR :banned"),
        Case(.postgres, "SSH-2.0-x\r\n", .otherProtocol, "more than one byte of answer: SSH-2.0-x"),
        Case(.postgres, "NO\r\n", .otherProtocol, "more than one byte of answer"),
        Case(.postgres, "EFATAL:  no pg_hba.conf entry\n\0", .error, "FATAL: no pg_hba.conf entry"),
        Case(
            .postgres,
            "EFATAL:  sorry, too many clients already\n\0",
            .error,
            "FATAL: sorry, too many clients already",
            passes: true
        ),
        Case(.postgres, "EFATAL:  cut", .error, "FATAL: cut"),
        Case(
            .postgres,
            "Ecould not fork new process: x\n\0",
            .error,
            "could not fork new process: x",
            passes: true
        ),
        Case(.postgres, "EHLO x\r\n", .otherProtocol, "the answer is neither S nor N: EHLO x"),
        Case(
            .postgres,
            "E\0\0\0\u{1d}SFATAL\0C53300\0Mtoo many\0\0",
            .error,
            "too many (SQLSTATE 53300)",
            passes: true
        ),
        Case(.postgres, "E\0\0\0\u{16}C28000\0Mno entry\0\0", .error, "no entry (SQLSTATE 28000)"),
        Case(.mysql, "220 mail\r\n", .otherProtocol, "the greeting is no MySQL packet: 220 mail"),
        Case(.rdp, "SSH-2.0-x\r\n", .otherProtocol, "the answer is no TPKT: SSH-2.0-x"),
        Case(.tds, "HTTP/1.1 400 x\r\n", .otherProtocol, "the answer is no TDS packet: HTTP/1.1 400 x"),
        Case(.ldap, "HTTP/1.1 400 x\r\n", .otherProtocol, "the answer is no LDAP message: HTTP/1.1 400 x"),
        Case(.xmpp, "HTTP/1.1 400 x\r\n", .otherProtocol, "the answer is no XML: HTTP/1.1 400 x"),
    ]

    private static let stream = "<stream:stream from='real.test'>"

    static let others = [
        Case(
            .xmpp,
            stream + "<stream:error><host-unknown/><text xmlns='x'>not \n&lt;here&gt;</text></stream:error>",
            .error,
            "stream error: host-unknown: not <here>"
        ),
        Case(
            .xmppServer,
            stream + "<stream:error><system-shutdown/></stream:error>",
            .error,
            "stream error: system-shutdown",
            passes: true
        ),
        Case(.xmpp, stream + "<stream:error><policy-violation/>", .error, "stream error: policy-violation"),
        Case(.xmpp, stream + "<stream:error/>", .error, "stream error"),
        Case(
            .ldap,
            ldap(52, "TLS is broken\u{1b}[2J"),
            .refused,
            "LDAP result code 52, unavailable: TLS is broken [2J",
            passes: true
        ),
        Case(.ldap, ldap(2, ""), .refused, "LDAP result code 2, protocolError"),
        Case(.ldap, ldap(51, "x", id: 0), .error, "LDAP result code 51, busy: x", passes: true),
        Case(
            .mysql,
            mysql(1040, "#08004Too many connections"),
            .error,
            "MySQL error 1040: Too many connections",
            passes: true
        ),
        Case(
            .mysql,
            mysql(1130, "Host 'x' is not allowed"),
            .error,
            "MySQL error 1130: Host 'x' is not allowed"
        ),
        Case(.tds, sqlServer(40613, "later"), .error, "SQL Server error 40613: later", passes: true),
        Case(.tds, sqlServer(17809, "no"), .error, "SQL Server error 17809: no"),
        Case(
            .rdp,
            [3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 3, 0, 8, 0, 2, 0, 0, 0],
            .refused,
            "RDP negotiation failure 2: SSL_NOT_ALLOWED_BY_SERVER"
        ),
    ]

    static func ldap(_ code: UInt8, _ words: String, id: UInt8 = 1) -> [UInt8] {
        let result: [UInt8] = [0x0a, 1, code, 4, 0, 4, UInt8(words.utf8.count)] + Array(words.utf8)
        return [0x30, UInt8(result.count + 5), 2, 1, id, 0x78, UInt8(result.count)] + result
    }

    static func mysql(_ code: Int, _ words: String) -> [UInt8] {
        [UInt8(words.utf8.count + 3), 0, 0, 0, 0xff, UInt8(code & 255), UInt8(code >> 8)] + Array(words.utf8)
    }

    static func sqlServer(_ number: Int, _ words: String) -> [UInt8] {
        let text = words.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        let token =
            [0xaa, UInt8(text.count + 8), 0] + [0, 8, 16, 24].map { UInt8(number >> $0 & 255) } + [1, 20]
            + [UInt8(words.utf16.count), 0] + text
        return [4, 1, 0, UInt8(token.count + 8), 0, 0, 0, 0] + token
    }

    /// At any split but one: PostgreSQL's rule is about what comes together.
    @Test(arguments: lines + others)
    func says(_ test: Case) {
        let sizes = test.message.hasPrefix("more than one byte") ? [1000] : [1000, 1, 3]
        for size in sizes {
            let failure = Self.failure(test, size)
            #expect(failure?.reason == test.reason)
            // Of another protocol's words there is what came with the first piece.
            let isPart = test.reason == .otherProtocol && size < 1000
            #expect(
                isPart ? test.message.hasPrefix(failure?.message ?? "?") : failure?.message == test.message
            )
            #expect(failure?.isTemporary == test.isTemporary)
        }
    }

    private static func failure(_ test: Case, _ size: Int) -> StartTLSFailure? {
        var dialogue = StartTLS(test.name, host: "a.test")
        _ = dialogue.connected()
        for start in stride(from: 0, to: test.server.count, by: size) {
            let piece = Array(test.server[start..<min(start + size, test.server.count)])
            if case .fail(let failure) = dialogue.received(piece.span) { return failure }
        }
        guard case .fail(let failure) = dialogue.closed() else { return nil }
        return failure
    }

    @Test func anotherNameIsTold() {
        func name(_ from: String, _ condition: String) -> String? {
            let text = "<stream:stream id='1' from=\(from)><stream:error><\(condition)/></stream:error>"
            return Self.failure(Case(.xmpp, text, .error, ""), 1000)?.otherName
        }
        #expect(name("'real.test'", "host-unknown") == "real.test")
        #expect(name("\"real.test\"", "host-gone") == "real.test")
        #expect(name("'A.TEST'", "host-unknown") == nil)
        #expect(name("'real.test'", "not-authorized") == nil)
        #expect(name("'x&quot;/>'", "host-unknown") == nil)
        #expect(name("'" + String(repeating: "a", count: 254) + "'", "host-unknown") == nil)
    }

    @Test func messagesAreOneShortLine() {
        let failure = StartTLSFailure(.error, " a\r\n\tb\u{1b}\u{9b}\u{202e}c\u{0} ")
        #expect(failure.message == "a b c")
        let long = StartTLSFailure(.error, String(repeating: "x", count: 1000)).message
        #expect(long.unicodeScalars.count == StartTLSFailure.messageLimit + 1 && long.hasSuffix("…"))
    }

    @Test(arguments: [
        "\"IMPLEMENTATION\" {7}\r\nDovecot\r\n\"STARTTLS\"\r\nOK\r\nOK\r\n",
        "\"A\" {4+}\r\na\r\nb\r\n{8}\r\nSTARTTLS\r\nOK \"x\"\r\nOK {2}\r\ngo\r\n",
        "\"A\" {0}\r\n\r\n\"STARTTLS\"\r\nOK\r\nOK\r\n",
    ])
    func sieveLiterals(_ server: String) {
        for size in [1000, 1, 3] {
            var dialogue = StartTLS(.sieve, host: "a.test")
            let bytes = Array(server.utf8)
            var last = dialogue.connected()
            for start in stride(from: 0, to: bytes.count, by: size) {
                last = dialogue.received(Array(bytes[start..<min(start + size, bytes.count)]).span)
            }
            guard case .upgrade = last else {
                #expect(Bool(false), "\(last)")
                return
            }
        }
    }

    /// curl takes 334 for 234.
    @Test func securityDataInFTP() {
        var dialogue = StartTLS(.ftp, host: "a.test")
        _ = dialogue.received(Array("220 x\r\n".utf8).span)
        #expect(dialogue.received(Array("334 go\r\n".utf8).span) == .upgrade(sending: [], consumed: 8))
    }
}
