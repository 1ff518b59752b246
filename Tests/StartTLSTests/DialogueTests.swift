import Foundation
import TestSupport
import Testing
import Wire

/// Servers played line by line: what real ones do seldom, and what hostile ones do.
@Suite struct DialogueTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: StartTLSProtocol
        let server: String
        let reason: StartTLSFailure.Reason?
        var testDescription: String { "\(name): \(server.prefix(60).debugDescription)" }

        init(_ name: StartTLSProtocol, _ server: String, _ reason: StartTLSFailure.Reason? = nil) {
            self.name = name
            self.server = server
            self.reason = reason
        }
    }

    static let features = "<?xml version='1.0'?><stream:stream id='1'><stream:features>"
    static let tls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"

    /// Everything the server says, whether or not it waits for the client between.
    static let cases = [
        Case(.smtp, "220-a\r\n220 b\r\n250-x\r\n250-starttls\r\n250 y\r\n220 go\r\n"),
        Case(.smtp, "220 b\n250 STARTTLS\n220 go\n"),
        Case(.smtp, "554 no service\r\n", .error), Case(.smtp, "421 later\r\n", .error),
        Case(.smtp, "220 b\r\n250 HELP\r\n", .refused), Case(.smtp, "220 b\r\n502 no EHLO\r\n", .refused),
        Case(.smtp, "220 b\r\n250 STARTTLS\r\n454 not now\r\n", .refused),
        Case(.smtp, "220 b\r\nhello\r\n", .error), Case(.smtp, "SSH-2.0-x\r\n", .otherProtocol),
        Case(.smtp, "\u{16}\u{3}\u{3}\n", .otherProtocol), Case(.smtp, "", .error),
        Case(.lmtp, "220 a\r\n250-PIPELINING\r\n250 STARTTLS\r\n220 go\r\n"),
        Case(.submission, "220 a\r\n250-STARTTLS\r\n250 OK\r\n220 go\r\n"),
        Case(.imap, "* OK ready\r\n* CAPABILITY x\r\na OK go\r\n"),
        Case(.imap, "* PREAUTH hi\r\n", .refused), Case(.imap, "* BYE full\r\n", .error),
        Case(.imap, "* OK x\r\na NO not here\r\n", .refused),
        Case(.imap, "* OK x\r\na BAD what\r\n", .refused),
        Case(.imap, "* OK x\r\n* BYE gone\r\n", .error), Case(.imap, "+OK POP3\r\n", .otherProtocol),
        Case(.pop3, "+OK hi\r\n+OK go\r\n"), Case(.pop3, "+OK hi\r\n-ERR no\r\n", .refused),
        Case(.pop3, "-ERR full\r\n", .error), Case(.pop3, "* OK IMAP\r\n", .otherProtocol),
        Case(.ftp, "220-Welcome\r\n230 looks like another\r\n 220 no\r\n220 x\r\n234 go\r\n"),
        Case(.ftp, "120 in 5 minutes\r\n220 x\r\n234 go\r\n"), Case(.ftp, "220 x\r\n530 no\r\n", .refused),
        Case(.ftp, "220 x\r\n500 what\r\n", .refused), Case(.ftp, "421 busy\r\n", .error),
        Case(.ftp, "hello\r\n", .otherProtocol),
        Case(.nntp, "200 hi\r\n382 go\r\n"), Case(.nntp, "201 hi\r\n580 no\r\n", .refused),
        Case(.nntp, "400 full\r\n", .error), Case(.nntp, "HTTP/1.1 400 x\r\n", .otherProtocol),
        Case(.sieve, "\"STARTTLS\"\r\nOK ready\r\nOK go\r\n"),
        Case(.sieve, "\"SASL\" \"x\"\r\nOK ready\r\n", .refused),
        Case(.sieve, "\"STARTTLS\"\r\nOK\r\nNO (X) no\r\n", .refused), Case(.sieve, "BYE full\r\n", .error),
        Case(.sieve, "220 x\r\n", .otherProtocol),
        Case(.irc, ":a NOTICE * :x\r\nPING :1\r\n:a 670 * :go\r\n"),
        Case(.irc, ":a CAP * LS * :x tls\r\n:a CAP * LS :y\r\n:a 670 * :go\r\n"),
        Case(.irc, ":a CAP * LS :sasl\r\n", .refused), Case(.irc, ":a 421 * STARTTLS :what\r\n", .refused),
        Case(.irc, ":a 451 * :not registered\r\n", .refused), Case(.irc, ":a 691 * :failed\r\n", .refused),
        Case(.irc, "ERROR :closing\r\n", .error), Case(.irc, "220 x\r\n", .otherProtocol),
        Case(.xmpp, features + tls + "</stream:features><proceed xmlns='x'/>"),
        Case(.xmpp, features + tls + "</stream:features><proceed xmlns='x'></proceed>"),
        Case(.xmpp, features + "</stream:features>", .refused),
        Case(.xmpp, features + tls + "</stream:features><failure xmlns='x'/>", .refused),
        Case(.xmpp, "<stream:stream><stream:error><host-unknown/></stream:error>", .error),
        Case(.xmpp, "<stream:stream></stream:stream>", .error),
        Case(.xmpp, "HTTP/1.1 400 x\r\n", .otherProtocol),
        Case(.xmpp, "<!DOCTYPE html><html>", .otherProtocol),
        Case(.xmpp, "<s:stream xmlns:s='x'><s:features><starttls/></s:features><proceed/>"),
        Case(.xmpp, features + "<starttls/>", .error),
        Case(.xmpp, "<html>" + String(repeating: "x", count: 300), .otherProtocol),
        Case(.postgres, "S"), Case(.postgres, "N", .refused), Case(.postgres, "E", .error),
        Case(.postgres, "H", .otherProtocol),
    ]

    @Test(arguments: cases)
    func reads(_ test: Case) {
        for size in [1000, 1, 3] {
            let (last, _) = play(test.name, Array(test.server.utf8), size)
            switch last {
            case .upgrade: #expect(test.reason == nil)
            case .fail(let failure): #expect(failure.reason == test.reason, "\(failure)")
            default: #expect(Bool(false), "\(last)")
            }
        }
    }

    struct Binary: Sendable, CustomTestStringConvertible {
        let name: StartTLSProtocol
        let what: String
        let server: [UInt8]
        var reason: StartTLSFailure.Reason?
        var testDescription: String { "\(name): \(what)" }
    }

    static func mysql(_ flags: [UInt8]) -> [UInt8] {
        let payload: [UInt8] =
            [10] + Array("8.0\0".utf8) + [1, 2, 3, 4] + [UInt8](repeating: 1, count: 8) + [0] + flags + [
                8, 2, 0,
            ]
        return [UInt8(payload.count), 0, 0, 0] + payload
    }

    static func tds(_ encryption: UInt8) -> [UInt8] {
        [4, 1, 0, 26, 0, 0, 1, 0, 0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0, 0, 0, 0, encryption]
    }

    static func rdp(_ negotiation: [UInt8]) -> [UInt8] {
        [3, 0, 0, UInt8(11 + negotiation.count), UInt8(6 + negotiation.count), 0xd0, 0, 0, 0x12, 0x34, 0]
            + negotiation
    }

    static func ldap(_ code: UInt8, id: UInt8 = 1) -> [UInt8] {
        [0x30, 12, 2, 1, id, 0x78, 7, 0x0a, 1, code, 4, 0, 4, 0]
    }

    static let binaries = [
        Binary(name: .mysql, what: "TLS", server: mysql([0xff, 0xff])),
        Binary(name: .mysql, what: "no TLS", server: mysql([0xff, 0xf7]), reason: .refused),
        Binary(name: .mysql, what: "short", server: [6, 0, 0, 0, 10, 0x38, 0, 1, 2, 3], reason: .refused),
        Binary(name: .mysql, what: "old", server: [3, 0, 0, 0, 9, 0x33, 0], reason: .refused),
        Binary(
            name: .mysql,
            what: "not allowed",
            server: [12, 0, 0, 0, 0xff, 0x6a, 4] + Array("Host 'x'!".utf8),
            reason: .error
        ),
        Binary(name: .mysql, what: "SMTP", server: Array("220 mail\r\n".utf8), reason: .otherProtocol),
        Binary(name: .tds, what: "login", server: tds(0)), Binary(name: .tds, what: "on", server: tds(1)),
        Binary(name: .tds, what: "required", server: tds(3)),
        Binary(name: .tds, what: "not supported", server: tds(2), reason: .refused),
        Binary(name: .tds, what: "odd", server: tds(9), reason: .error),
        Binary(name: .tds, what: "empty", server: [4, 1, 0, 9, 0, 0, 0, 0, 0xff], reason: .error),
        Binary(
            name: .tds,
            what: "offset outside",
            server: [4, 1, 0, 14, 0, 0, 0, 0, 1, 0xff, 0xff, 0, 1, 0xff],
            reason: .error
        ),
        Binary(name: .tds, what: "other", server: Array("HTTP/1.1".utf8), reason: .otherProtocol),
        Binary(name: .rdp, what: "TLS", server: rdp([2, 0, 8, 0, 1, 0, 0, 0])),
        Binary(name: .rdp, what: "CredSSP", server: rdp([2, 0x1f, 8, 0, 2, 0, 0, 0])),
        Binary(name: .rdp, what: "own security", server: rdp([2, 0, 8, 0, 0, 0, 0, 0]), reason: .refused),
        Binary(name: .rdp, what: "failure", server: rdp([3, 0, 8, 0, 2, 0, 0, 0]), reason: .refused),
        Binary(name: .rdp, what: "no negotiation", server: rdp([]), reason: .refused),
        Binary(name: .rdp, what: "odd", server: rdp([7, 0, 8, 0, 1, 0, 0, 0]), reason: .error),
        Binary(name: .rdp, what: "other", server: Array("SSH-2.0-x".utf8), reason: .otherProtocol),
        Binary(name: .ldap, what: "success", server: ldap(0)),
        Binary(name: .ldap, what: "protocol error", server: ldap(2), reason: .refused),
        Binary(name: .ldap, what: "notice of disconnection", server: ldap(0, id: 0), reason: .error),
        Binary(
            name: .ldap,
            what: "long lengths",
            server: [0x30, 0x84, 0, 0, 0, 16, 2, 1, 1, 0x78, 0x84, 0, 0, 0, 7, 0x0a, 1, 0, 4, 0, 4, 0]
                .withLength(),
        ),
        Binary(
            name: .ldap,
            what: "indefinite",
            server: [0x30, 0x80, 2, 1, 1, 0x78, 0],
            reason: .otherProtocol
        ),
        Binary(name: .ldap, what: "huge", server: [0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 2], reason: .limit),
        Binary(name: .ldap, what: "search entry", server: [0x30, 5, 2, 1, 1, 0x64, 0], reason: .error),
        Binary(name: .ldap, what: "other", server: Array("HTTP/1.1".utf8), reason: .otherProtocol),
    ]

    @Test(arguments: binaries)
    func readsBinary(_ test: Binary) {
        for size in [1000, 1, 3] {
            let (last, _) = play(test.name, test.server, size)
            switch last {
            case .upgrade: #expect(test.reason == nil)
            case .fail(let failure): #expect(failure.reason == test.reason, "\(failure)")
            default: #expect(Bool(false), "\(last)")
            }
        }
    }

    /// What follows the last plaintext byte belongs to TLS.
    @Test func bytesAfterThePlaintextAreLeft() {
        var dialogue = StartTLS(.postgres, host: "a.test")
        _ = dialogue.connected()
        #expect(dialogue.received([0x53].span) == .upgrade(sending: [], consumed: 1))
        var mail = StartTLS(.smtp, host: "a.test")
        _ = mail.connected()
        _ = mail.received(Array("220 x\r\n250 STARTTLS\r\n22".utf8).span)
        #expect(mail.received(Array("0 go\r\ninjected".utf8).span) == .upgrade(sending: [], consumed: 6))
    }

    @Test(arguments: StartTLSProtocol.allCases)
    func endlessAnswersEnd(_ name: StartTLSProtocol) {
        for line in [
            "220-x\r\n", "* OK x\r\n", "\"x\"\r\n", ":a NOTICE x\r\n", "<stream:stream>", "\0\0\0\0",
            "PING x\r\n",
        ] {
            var dialogue = StartTLS(name, host: "a.test")
            _ = dialogue.connected()
            var count = 0
            var isOver = false
            while !isOver, count < 100_000 {
                switch dialogue.received(Array(line.utf8).span) {
                case .fail, .upgrade: isOver = true
                default: count += 1
                }
            }
            #expect(isOver)
            #expect(count < 20_000)
            #expect(dialogue.greeting.count <= StartTLS.greetingLimit)
        }
    }

    @Test func aLineWithoutEndEnds() {
        var dialogue = StartTLS(.smtp, host: "a.test")
        let piece = [UInt8](repeating: 0x32, count: 5000)
        #expect(dialogue.received(piece.span) == .wait)
        #expect(dialogue.received(piece.span) == .fail(StartTLSFailure(.limit, "a line has no end")))
    }

    @Test func namesCantBreakOutOfXML() {
        var dialogue = StartTLS(.xmpp, host: "a'/><evil x=\"&")
        guard case .send(let bytes) = dialogue.connected() else { return #expect(Bool(false)) }
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("to='a&apos;/>&lt;evil x=&quot;&amp;'"))
    }

    @Test func usualPorts() {
        #expect(StartTLSProtocol.usual(on: 25) == .smtp)
        #expect(StartTLSProtocol.usual(on: 443) == nil)
        let found = Set((0...UInt16.max).compactMap(StartTLSProtocol.usual(on:)))
        #expect(found == Set(StartTLSProtocol.allCases))
    }

    /// The last action, and the size of the piece that brought it.
    private func play(_ name: StartTLSProtocol, _ server: [UInt8], _ size: Int) -> (StartTLS.Action, Int) {
        var dialogue = StartTLS(name, host: "a.test")
        _ = dialogue.connected()
        for start in stride(from: 0, to: server.count, by: size) {
            let piece = Array(server[start..<min(start + size, server.count)])
            let action = dialogue.received(piece.span)
            switch action {
            case .upgrade, .fail: return (action, piece.count)
            default: break
            }
        }
        return (dialogue.closed(), 0)
    }
}

extension [UInt8] {
    /// An LDAP message with its first length, of four bytes, put right.
    fileprivate func withLength() -> [UInt8] {
        var copy = self
        copy[5] = UInt8(count - 6)
        return copy
    }
}
