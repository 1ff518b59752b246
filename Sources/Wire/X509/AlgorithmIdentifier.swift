package import Bytes

/// An algorithm and its parameters (RFC 5280, section 4.1.1.2).
package struct AlgorithmIdentifier: Sendable {
    package let type: ByteRange
    package let key: OIDKey

    /// Absent when its tag is zero.
    package let parameters: DERElement
    package let whole: ByteRange

    package static let none = AlgorithmIdentifier(type: .none, key: .none, parameters: .none, whole: .none)

    package var isPresent: Bool { !whole.isEmpty }

    private init(type: ByteRange, key: OIDKey, parameters: DERElement, whole: ByteRange) {
        (self.type, self.key) = (type, key)
        (self.parameters, self.whole) = (parameters, whole)
    }

    /// Nil when the SEQUENCE does not start with an object identifier.
    init?(_ bytes: Span<UInt8>, _ element: DERElement, _ reading: inout CertificateReading) {
        var fields = DERCursor(element.content)
        guard let type = fields.next(bytes, &reading.faults, ifTag: 0x06)?.content else { return nil }
        reading.checkIdentifier(bytes, type)
        self.type = type
        key = OIDKey(bytes, type)
        parameters = fields.next(bytes, &reading.faults) ?? .none
        whole = element.whole
        if !fields.isAtEnd { reading.anomalies.insert(.trailingDataInAlgorithm) }
    }
}
