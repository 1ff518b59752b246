/// Why a piece of text is not an address, a range, a port list, a host name or a target.
package struct AddressSyntaxError: Error, Equatable, Sendable, CustomStringConvertible {
    package let why: String

    package var description: String { why }

    package init(_ why: String) {
        self.why = why
    }

    /// Text from a file, made fit for a terminal: at most 80 bytes, all of them printable ASCII.
    package static func quote(_ text: Span<UInt8>) -> String {
        var quoted = "\""
        for index in 0..<min(text.count, 80) {
            let byte = text[index]
            if byte >= 0x20, byte < 0x7f, byte != 0x22, byte != 0x5c {
                quoted.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let hex = String(byte, radix: 16)
                quoted += "\\x" + (hex.count < 2 ? "0" : "") + hex
            }
        }
        return quoted + (text.count > 80 ? "…\"" : "\"")
    }
}
