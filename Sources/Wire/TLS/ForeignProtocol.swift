import Bytes

/// Recognises what speaks, when it is not TLS, by the first bytes that it sent.
///
/// The names are those of `network.protocol`. A server that speaks first has
/// its banner here; another one its complaint about our ClientHello.
package enum ForeignProtocol {
    /// The name, or `unknown`.
    package static func name(_ bytes: Span<UInt8>) -> StaticString {
        binary(bytes) ?? text(bytes) ?? "unknown"
    }

    /// Whether bytes can be the beginning of a TLS or SSL 3.0 record; nil when more must come to tell.
    ///
    /// Some servers write other versions into their records, which is taken for TLS only where the content
    /// leaves no doubt: an alert, or a ServerHello.
    package static func isRecord(_ bytes: Span<UInt8>) -> Bool? {
        guard bytes.count >= 2 else { return bytes.isEmpty || 20...24 ~= bytes[0] ? nil : false }
        guard 20...24 ~= bytes[0] else { return false }
        if bytes[1] == 3 { return true }
        guard bytes[0] == 21 || bytes[0] == 22 else { return false }
        guard bytes.count >= 5 else { return nil }
        let isAlert = bytes[0] == 21
        // A ServerHello's fixed part is 38 bytes long, and four more for its header.
        guard isAlert ? bytes.u16(3) == 2 : 42...16384 ~= bytes.u16(3) else { return false }
        guard bytes.count >= 9 || isAlert && bytes.count >= 6 else { return nil }
        return isAlert ? 1...2 ~= bytes[5] : bytes[5] == 2 && 38...8192 ~= bytes.u24(6)
    }

    private static func text(_ bytes: Span<UInt8>) -> StaticString? {
        for (start, name) in starts where begins(bytes, with: start) { return name }
        if begins(bytes, with: "220") || begins(bytes, with: "421") || begins(bytes, with: "5") {
            return mailOrFiles(bytes)
        }
        return nil
    }

    private static let starts: [(StaticString, StaticString)] = [
        ("SSH-", "ssh"), ("HTTP/", "http"), ("<!DOCTYPE", "http"), ("<!doctype", "http"), ("<html", "http"),
        ("<HTML", "http"), ("+OK", "pop3"), ("* OK", "imap"), ("* PREAUTH", "imap"), ("* BYE", "imap"),
        ("-ERR", "redis"), ("-DENIED", "redis"), ("-NOAUTH", "redis"), ("RFB ", "vnc"), ("RTSP/", "rtsp"),
        ("SIP/2.0", "sip"), ("AMQP", "amqp"), ("ERROR\r\n", "memcached"), ("@RSYNCD:", "rsync"),
        ("( success", "svn"), ("CNXN", "adb"), ("NOTICE AUTH", "irc"), (":", "irc"), ("ERROR :", "irc"),
        ("<?xml", "xmpp"), ("<stream:", "xmpp"), ("200 ", "nntp"), ("201 ", "nntp"), ("RPY ", "beep"),
        ("EFATAL", "postgresql"),
    ]

    /// FTP and SMTP share their codes: the words after them tell them apart.
    private static func mailOrFiles(_ bytes: Span<UInt8>) -> StaticString? {
        guard bytes.count >= 4, 0x30...0x39 ~= bytes[1], 0x30...0x39 ~= bytes[2] else { return nil }
        guard bytes[3] == 0x20 || bytes[3] == 0x2d else { return nil }
        if contains(bytes, "ftp") || bytes[0] == 0x35 && bytes[1] == 0x33 { return "ftp" }
        if contains(bytes, "smtp") || contains(bytes, "mail") || contains(bytes, "postfix") { return "smtp" }
        // RFC 5321, section 4.2: the greeting begins with the server's domain; RFC 2034: enhanced codes.
        var place = 4
        while place < bytes.count, bytes[place] > 0x20, bytes[place] != 0x2e { place += 1 }
        return place > 4 && place < bytes.count && bytes[place] == 0x2e ? "smtp" : nil
    }

    private static func binary(_ bytes: Span<UInt8>) -> StaticString? {
        guard bytes.count >= 2 else { return nil }
        switch bytes[0] {
        case 0x03 where bytes[1] == 0: return bytes.count >= 6 && bytes[5] == 0xd0 ? "rdp" : "tpkt"
        case 0xff where 0xfb...0xfe ~= bytes[1]: return "telnet"
        case 0x04 where bytes[1] == 0x01: return "tds"
        case 0x05 where bytes.count == 2: return "socks5"
        case 0x00 where bytes.count >= 8 && (bytes[4] == 0xff || bytes[4] == 0xfe) && bytes[5] == 0x53:
            return "smb"
        case 0x30 where bytes.count >= 5 && contains(bytes, [2, 1]): return "ldap"
        case 0x45 where bytes.count >= 6 && bytes[1] == 0 && bytes[2] == 0 && bytes[5] == 0x53:
            return "postgresql"
        default: break
        }
        // A MySQL packet: three bytes of length, number 0, version 10 or an error.
        if bytes.count >= 5, bytes[2] == 0, bytes[3] == 0, bytes[4] == 0x0a || bytes[4] == 0xff {
            return "mysql"
        }
        // An SSL 2.0 SERVER-HELLO or error.
        if bytes.count >= 3, bytes[0] & 0x80 != 0, bytes[2] == 4 || bytes.count == 5 && bytes[2] == 0 {
            return "sslv2"
        }
        return nil
    }

    private static func begins(_ bytes: Span<UInt8>, with start: StaticString) -> Bool {
        start.withUTF8Buffer { start in
            guard start.count <= bytes.count else { return false }
            for index in 0..<start.count where unsafe start[index] != bytes[index] { return false }
            return true
        }
    }

    /// Whether a lower-case word stands anywhere, whatever the case of the text.
    private static func contains(_ bytes: Span<UInt8>, _ word: StaticString) -> Bool {
        word.withUTF8Buffer { word in
            guard word.count <= bytes.count else { return false }
            for start in 0...bytes.count - word.count {
                var index = 0
                while index < word.count, unsafe bytes[start + index] | 0x20 == word[index] { index += 1 }
                if index == word.count { return true }
            }
            return false
        }
    }

    private static func contains(_ bytes: Span<UInt8>, _ pair: InlineArray<2, UInt8>) -> Bool {
        for index in 1..<bytes.count where bytes[index - 1] == pair[0] && bytes[index] == pair[1] {
            return true
        }
        return false
    }
}
