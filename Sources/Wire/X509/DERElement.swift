package import Bytes

/// One tag, length and value (X.690, section 8.1).
package struct DERElement: Equatable, Sendable {
    /// The first identifier byte; 0x1f in its low bits means that the number stands in further bytes.
    package let tag: UInt8
    package let whole: ByteRange
    package let content: ByteRange

    package static let none = DERElement(tag: 0, whole: .none, content: .none)
}

/// What DER forbids and a lenient reader meets nevertheless (X.690, sections 8.1.3 and 10.1).
package struct DERFaults: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// A length in more bytes than it needs.
    package static let longLength = DERFaults(rawValue: 1)

    /// A length left open until an end-of-contents mark.
    package static let openLength = DERFaults(rawValue: 2)

    /// A length that reaches past the end of what holds it.
    package static let overrun = DERFaults(rawValue: 4)
}
