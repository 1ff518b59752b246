/// Rules for DNS names in ASCII (RFC 1123, section 2.1), with the underscore that DNS itself allows.
package enum HostName {
    /// A name in the one form by which it is known; what is no name, in lower case.
    package static func spelled(_ text: String) -> String {
        (try? parse(Array(text.utf8).span)) ?? text.lowercased()
    }

    /// The name in lower case without its final dot.
    ///
    /// - Parameter allowsUnicode: whether labels outside ASCII are taken as they are (lists that people
    ///   keep).
    package static func parse(
        _ text: Span<UInt8>,
        allowsUnicode: Bool = false
    ) throws(AddressSyntaxError) -> String {
        var count = text.count
        if count > 1, text[count - 1] == UInt8(ascii: ".") { count -= 1 }
        guard count > 0 else { throw AddressSyntaxError("a host is missing") }
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
            guard byte < 0x80 || allowsUnicode else {
                throw AddressSyntaxError("a name outside ASCII must be given in its xn-- form")
            }
            guard byte >= 0x80 || isNameByte(byte) else {
                throw AddressSyntaxError(
                    "\(AddressSyntaxError.quote(text)) is neither an address nor a host name"
                )
            }
            isNumber = isNumber && byte >= 0x30 && byte <= 0x39
            name.append(byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte)
        }
        guard count <= 253 else {
            throw AddressSyntaxError("a host name has at most 253 bytes, this one \(count)")
        }
        // No top-level domain is a number, in hexadecimal neither; what ends in one is an IPv4 address gone
        // wrong, as is what has ranges for its numbers.
        let last = name[((name.lastIndex(of: UInt8(ascii: ".")) ?? -1) + 1)...]
        isNumber =
            isNumber
            || last.starts(with: "0x".utf8)
                && last.dropFirst(2).allSatisfy { 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }
        let isDotted = name.contains(UInt8(ascii: "."))
        guard !isNumber, !isDotted || !name.allSatisfy({ $0 >= 0x2d && $0 <= 0x39 }) else {
            throw AddressSyntaxError("\(AddressSyntaxError.quote(text)) is not an IPv4 address")
        }
        return String(decoding: name, as: UTF8.self)
    }

    /// The name without its first label; nil for a name of one label.
    package static func parent(_ name: String) -> String? {
        guard let dot = name.utf8.firstIndex(of: 0x2e) else { return nil }
        return String(name[name.index(after: dot)...])
    }

    /// Whether a certificate's name covers a host name: the same, or with `*` for its first label (RFC 9525,
    /// section 6.3).
    package static func covers(_ pattern: String, _ name: String) -> Bool {
        let pattern = pattern.lowercased()
        let name = name.lowercased()
        if pattern == name { return true }
        return pattern.hasPrefix("*.") && parent(name) == String(pattern.dropFirst(2))
    }

    private static func checkLabel(_ label: Span<UInt8>) throws(AddressSyntaxError) {
        guard !label.isEmpty else { throw AddressSyntaxError("a host name has an empty label") }
        guard label.count <= 63 else {
            throw AddressSyntaxError("a label of a host name has at most 63 bytes, this one \(label.count)")
        }
        guard label[0] != UInt8(ascii: "-"), label[label.count - 1] != UInt8(ascii: "-") else {
            throw AddressSyntaxError("a label of a host name neither starts nor ends with a hyphen")
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
