/// What reads a name server's bytes and the hosts file, for fuzzing.
package enum DNSFuzz {
    package static func run(_ bytes: [UInt8]) {
        _ = DNSMessage.negativeTTL(bytes.span)
        for isIPv6 in [false, true] {
            bytes.withUnsafeBufferPointer {
                _ = DNSAnswer.read(0, $0, DNSQuestion(name: "a.test", isIPv6: isIPv6))
            }
        }
        _ = HostsFile(text: String(decoding: bytes, as: UTF8.self))
    }
}
