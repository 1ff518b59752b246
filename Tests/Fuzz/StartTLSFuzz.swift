import Wire

/// What a server says before TLS, in every protocol and at three splits, and TDS's packets.
func fuzzStartTLS(_ bytes: [UInt8]) {
    for name in StartTLSProtocol.allCases {
        for size in [max(1, bytes.count), 1, 5] {
            var dialogue = StartTLS(name, host: "a.test")
            _ = dialogue.connected()
            loop: for start in stride(from: 0, to: bytes.count, by: size) {
                let piece = Array(bytes[start..<min(start + size, bytes.count)])
                switch dialogue.received(piece.span) {
                case .upgrade(_, let consumed):
                    precondition(0...piece.count ~= consumed)
                    break loop
                case .fail(let failure):
                    check(failure)
                    break loop
                case .send, .wait: break
                }
            }
            precondition(dialogue.greeting.count <= StartTLS.greetingLimit)
            if case .fail(let failure) = dialogue.closed() { check(failure) }
        }
    }
    var framing = StartTLSFraming(.tds)
    precondition((framing.unwrap(bytes.span) ?? []).count <= bytes.count)
}

private func check(_ failure: StartTLSFailure) {
    precondition(failure.message.unicodeScalars.count <= StartTLSFailure.messageLimit + 1)
    precondition(!failure.message.unicodeScalars.contains { $0.value < 0x20 || 0x7f...0x9f ~= $0.value })
}

func startTLSSeeds() -> [[UInt8]] {
    let texts = [
        "220-a\r\n220 b\r\n250-STARTTLS\r\n250 y\r\n220 go\r\n", "* OK hi\r\na OK go\r\n",
        "+OK a\r\n+OK b\r\n",
        "220-x\r\n 1\r\n220 x\r\n234 go\r\n", "200 a\r\n382 go\r\n", "\"STARTTLS\"\r\nOK\r\nOK\r\n",
        ":a CAP * LS :tls\r\nPING :a\r\n:a 670 * :go\r\n",
        "<stream:stream><stream:features><starttls/></stream:features><proceed/>",
        "<stream:stream from='b.test'><stream:error><host-unknown/><text>x</text></stream:error>",
        "\"A\" {3}\r\nx\r\n\"STARTTLS\"\r\nOK\r\nNO (TRYLATER) {1}\r\nx\r\n", "EFATAL: no\n\0",
        "E\0\0\0\u{16}C28000\0Mno entry\0\0",
    ]
    return texts.map { Array($0.utf8) } + [
        [0x30, 15, 2, 1, 1, 0x78, 10, 0x0a, 1, 52, 4, 0, 4, 3, 0x61, 0x62, 0x63],
        [4, 1, 0, 23, 0, 0, 0, 0, 0xaa, 12, 0, 1, 2, 0, 0, 1, 20, 2, 0, 0x61, 0, 0x62, 0],
        [12, 0, 0, 0, 0xff, 0x10, 4, 0x23, 0x30, 0x38, 0x30, 0x30, 0x34, 0x61, 0x62, 0x63],
        [0x30, 12, 2, 1, 1, 0x78, 7, 0x0a, 1, 0, 4, 0, 4, 0], [0x53],
        [34, 0, 0, 0, 10, 0x38, 0] + [UInt8](repeating: 8, count: 31),
        [4, 1, 0, 26, 0, 0, 1, 0, 0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0, 0, 0, 0, 1],
        [3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 2, 0, 8, 0, 1, 0, 0, 0],
        [0x12, 1, 0, 10, 0, 0, 0, 0, 1, 2, 0x12, 1, 0, 9, 0, 0, 0, 0, 3],
    ]
}
