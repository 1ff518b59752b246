/// Rules for DNS names in ASCII (RFC 1123, section 2.1), with the underscore that DNS itself allows.
enum HostName {
    /// The name in lower case without its final dot.
    static func parse(_ text: Span<UInt8>) throws(TargetSyntaxError) -> String {
        var count = text.count
        if count > 1, text[count - 1] == UInt8(ascii: ".") { count -= 1 }
        guard count > 0 else { throw TargetSyntaxError("a host is missing") }
        var name: [UInt8] = []
        name.reserveCapacity(count)
        var start = 0
        var isNumber = true
        for index in 0...count {
            guard index < count, text[index] != UInt8(ascii: ".") else {
                try checkLabel(text.extracting(start..<index))
                start = index + 1
                if index < count {
                    name.append(text[index])
                    isNumber = true
                }
                continue
            }
            let byte = text[index]
            guard byte < 0x80 else {
                throw TargetSyntaxError("a name outside ASCII must be given in its xn-- form")
            }
            guard isNameByte(byte) else {
                throw TargetSyntaxError(
                    "\(TargetSyntaxError.quote(text)) is neither an address nor a host name"
                )
            }
            isNumber = isNumber && byte >= 0x30 && byte <= 0x39
            name.append(byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte)
        }
        guard count <= 253 else {
            throw TargetSyntaxError("a host name has at most 253 bytes, this one \(count)")
        }
        // No top-level domain is a number; what ends in one is an IPv4 address gone wrong.
        guard !isNumber else {
            throw TargetSyntaxError("\(TargetSyntaxError.quote(text)) is not an IPv4 address")
        }
        return String(decoding: name, as: UTF8.self)
    }

    private static func checkLabel(_ label: Span<UInt8>) throws(TargetSyntaxError) {
        guard !label.isEmpty else { throw TargetSyntaxError("a host name has an empty label") }
        guard label.count <= 63 else {
            throw TargetSyntaxError("a label of a host name has at most 63 bytes, this one \(label.count)")
        }
        guard label[0] != UInt8(ascii: "-"), label[label.count - 1] != UInt8(ascii: "-") else {
            throw TargetSyntaxError("a label of a host name neither starts nor ends with a hyphen")
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
