import Net
import Wire

/// A name server's answer; the same bytes also as `/etc/hosts`.
func fuzzDNS(_ bytes: [UInt8]) {
    _ = DNSMessage.negativeTTL(bytes.span)
    _ = DNSMessage.isTruncated(bytes.span)
    for isIPv6 in [false, true] {
        bytes.withUnsafeBufferPointer {
            _ = DNSAnswer.read(0, $0, DNSQuestion(name: "a.test", isIPv6: isIPv6))
        }
    }
    let others = [
        DNSQuestion.authorities(of: "a.test"), DNSQuestion.reverse(of: IPAddress(v4: 0xc000_0201)),
    ]
    for question in others.compactMap(\.self) {
        bytes.withUnsafeBufferPointer { _ = DNSAnswer.read(0, $0, question) }
    }
    _ = HostsFile(text: String(decoding: bytes, as: UTF8.self))
}

func dnsSeeds() -> [[UInt8]] {
    let question: [UInt8] = [1, 0x61, 4, 0x74, 0x65, 0x73, 0x74, 0]
    let soa: [UInt8] = [
        0xc0, 14, 0, 6, 0, 1, 0, 0, 3, 0x84, 0, 24, 0xc0, 14, 0xc0, 14, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0,
        0,
        0, 4, 0, 0, 0, 60,
    ]
    let alias: [UInt8] = [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 4, 1, 0x62, 0xc0, 14]
    let ipv4: [UInt8] = [0xc0, 36, 0, 1, 0, 1, 0, 0, 0, 90, 0, 4, 192, 0, 2, 1]
    let ipv6: [UInt8] =
        [0xc0, 36, 0, 28, 0, 1, 0, 0, 0, 90, 0, 16, 0x20, 1] + [UInt8](repeating: 7, count: 14)
    return [
        [0, 1, 0x81, 0x83, 0, 1, 0, 0, 0, 1, 0, 0] + question + [0, 1, 0, 1] + soa,
        [0, 1, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0] + question + [0, 1, 0, 1] + alias + ipv4,
        [0, 1, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0] + question + [0, 28, 0, 1] + alias + ipv6,
        [0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0] + question + [0, 12, 0, 1] + [
            0xc0, 12, 0, 12, 0, 1, 0, 0, 0, 60, 0, 4, 1, 0x62, 0xc0, 14,
        ],
        [0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0] + question + [1, 1, 0, 1] + [
            0xc0, 12, 1, 1, 0, 1, 0, 0, 0, 60, 0, 10, 0, 5,
        ] + Array("issueca;".utf8),
        Array("192.0.2.9\tprinter.lan printer # old\n::1 localhost\n".utf8),
    ]
}
