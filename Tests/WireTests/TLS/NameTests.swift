import TestSupport
import Testing
import Wire

/// The tables of names, held against OpenSSL's.
@Suite struct TLSNameTests {
    @Test func suitesAreNamedAsOpenSSLNamesThem() throws {
        let result = try check("openssl", ["ciphers", "-V", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"])
        var count = 0
        for line in result.text.split(separator: "\n") {
            // `0xC0,0x2F - TLS_… - ECDHE-… …`
            let fields = line.split(separator: " ")
            let number = fields[0].split(separator: ",").reduce(0) {
                $0 << 8 | (UInt16($1.dropFirst(2), radix: 16) ?? 0)
            }
            #expect(CipherSuite.name(number)?.description == String(fields[2]))
            count += 1
        }
        #expect(count > 100)
    }

    @Test func keyExchangeIsReadFromTheName() {
        #expect(CipherSuite.keyExchange(0xc02f) == .ellipticCurve)
        #expect(CipherSuite.keyExchange(0xc018) == .ellipticCurveAnonymous)
        #expect(CipherSuite.keyExchange(0x009e) == .finiteField)
        #expect(CipherSuite.keyExchange(0x001b) == .finiteFieldAnonymous)
        for suite: UInt16 in [0x002f, 0x1301, 0xc004, 0xc033, 0x0090, 0x0030, 0xffff] {
            #expect(CipherSuite.keyExchange(suite) == .other)
        }
        #expect(CipherSuite.isAnonymous(0x0034))
        #expect(!CipherSuite.isAnonymous(0x0033))
    }

    /// What `openssl errstr` says of the library's reasons for alerts: 1000 and the alert's number.
    @Test(arguments: [
        (UInt8(10), "unexpected message"), (20, "bad record mac"), (40, "handshake failure"),
        (47, "illegal parameter"), (48, "unknown ca"), (50, "decode error"), (70, "protocol version"),
        (71, "insufficient security"), (80, "internal error"), (86, "inappropriate fallback"),
        (112, "unrecognized name"), (116, "tlsv13 alert certificate required"),
    ])
    func alertsAreNamedAsOpenSSLNamesThem(_ code: UInt8, _ words: String) throws {
        // Library 20 is SSL.
        let text = try check("openssl", ["errstr", String(20 << 23 | 1000 + Int(code), radix: 16)]).text
        let name = try #require(AlertCode.name(code)?.description)
        #expect(text.contains(words))
        #expect(words.hasSuffix(name.replacing("_", with: " ")))
    }

    @Test func groupsAndSchemes() {
        #expect(NamedGroup.name(29)?.description == "x25519")
        #expect(NamedGroup.name(4588)?.description == "x25519mlkem768")
        #expect(NamedGroup.name(0x0a0a) == nil)
        #expect(SignatureScheme.name(0x0804)?.description == "rsa_pss_rsae_sha256")
        #expect(ExtensionType.name(0xff01)?.description == "renegotiation_info")
    }

    @Test(arguments: [
        ("SSH-2.0-OpenSSH_9.2p1\r\n", "ssh"), ("HTTP/1.1 400 Bad Request\r\n", "http"),
        ("<html>\r\n<head><title>400", "http"), ("220 mx.example.com ESMTP Postfix\r\n", "smtp"),
        ("220 mx.example.com ready\r\n", "smtp"), ("220 (vsFTPd 3.0.5)\r\n", "ftp"),
        ("220-Welcome to Pure-FTPd\r\n", "ftp"), ("500 5.5.1 Invalid command\r\n", "smtp"),
        ("+OK Dovecot ready.\r\n", "pop3"), ("* OK [CAPABILITY IMAP4rev1]\r\n", "imap"),
        ("-ERR unknown command\r\n", "redis"), ("RFB 003.008\n", "vnc"), ("RTSP/1.0 400\r\n", "rtsp"),
        ("\u{03}\0\0\u{13}\u{0e}\u{50}", "tpkt"), ("J\0\0\0\n8.0.36\0", "mysql"),
        ("Welcome to the machine", "unknown"), ("", "unknown"),
    ])
    func whatIsNotTLSIsNamed(_ text: String, _ name: String) {
        let bytes = Array(text.utf8)
        #expect(foreignName(bytes) == name)
        #expect(isRecord(bytes) == (text.isEmpty ? nil : false))
    }

    @Test func binaryProtocolsAreNamed() {
        let answers: [([UInt8], String)] = [
            ([3, 0, 0, 0x13, 0x0e, 0xd0, 0, 0, 0x12, 0x34, 0], "rdp"), ([0xff, 0xfd, 0x18], "telnet"),
            ([0x80, 0x2e, 4, 0, 1, 0, 2], "sslv2"), ([0x80, 3, 0, 0, 1], "sslv2"),
            ([0, 0, 0, 0x55, 0xfe, 0x53, 0x4d, 0x42], "smb"),
        ]
        for (bytes, name) in answers {
            #expect(foreignName(bytes) == name)
            #expect(isRecord(bytes) == false)
        }
        for bytes: [UInt8] in [[22, 3], [21, 3, 1, 0, 2], [23, 3]] { #expect(isRecord(bytes) == true) }
    }

    /// Another version is believed only with an alert or a ServerHello behind it.
    @Test(arguments: [[0, 0], [1, 1], [2, 0], [4, 0], [0xfe, 0xfd]] as [[UInt8]])
    func recordsOfOtherVersions(_ version: [UInt8]) {
        #expect(isRecord([21] + version + [0, 2, 2, 40]) == true)
        #expect(isRecord([22] + version + [0, 80, 2, 0, 0, 76]) == true)
        for start: [UInt8] in [[], [22], [22] + version, [22] + version + [0, 80], [21] + version + [0, 2]] {
            #expect(isRecord(start) == nil)
        }
        for other in [
            [20] + version, [23] + version, [21] + version + [0, 3], [21] + version + [0, 2, 9],
            [22] + version + [0, 9], [22] + version + [0, 80, 1, 0, 0, 76],
            [22] + version + [0, 80, 2, 9, 0, 0],
        ] {
            #expect(isRecord(other) == false)
        }
    }

    // Spans don't pass through `#expect`.
    private func foreignName(_ bytes: [UInt8]) -> String { ForeignProtocol.name(bytes.span).description }

    private func isRecord(_ bytes: [UInt8]) -> Bool? { ForeignProtocol.isRecord(bytes.span) }
}
