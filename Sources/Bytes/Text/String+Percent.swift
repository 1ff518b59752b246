extension String {
    /// The text for an argument of an address.
    ///
    /// All but letters, digits and `-._~` is in percent form (RFC 3986, section 2.3). A `+` is: many read it
    /// as a blank.
    package var percentEncoded: String {
        if utf8.allSatisfy(isUnreserved) { return self }
        var encoded: [UInt8] = []
        encoded.reserveCapacity(utf8.count + 16)
        for byte in utf8 {
            if isUnreserved(byte) {
                encoded.append(byte)
            } else {
                encoded += byte.percentForm
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}

extension UInt8 {
    /// `%` and the byte's two hexadecimal digits (RFC 3986, section 2.1).
    package var percentForm: [UInt8] { Array("%\([self].hex)".utf8) }
}

private func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: true
    default: false
    }
}
