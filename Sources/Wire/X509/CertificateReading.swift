import Bytes

/// What all parts of the reader add to while they read one certificate.
package struct CertificateReading: Sendable {
    var faults: DERFaults = []
    package internal(set) var anomalies = CertificateAnomalies()

    /// Texts that had to be made, one after another; see `CertificateText`.
    package internal(set) var converted: [UInt8] = []

    mutating func clear() {
        faults = []
        anomalies = CertificateAnomalies()
        if !converted.isEmpty { converted.removeAll(keepingCapacity: true) }
    }

    /// Notes what is wrong in an object identifier (X.690, section 8.19).
    mutating func checkIdentifier(_ bytes: Span<UInt8>, _ range: ByteRange) {
        let content = bytes.extracting(range.indices)
        // Each arc begins after a byte without the high bit, and not with 0x80; the last byte ends one.
        var previous: UInt8 = 0
        var isOdd = false
        for index in content.indices {
            isOdd = isOdd || previous < 0x80 && content[index] == 0x80
            previous = content[index]
        }
        if isOdd || previous >= 0x80 || content.isEmpty { anomalies.insert(.badObjectIdentifier) }
    }

    /// Notes what is wrong in an integer's form (X.690, section 8.3).
    mutating func checkInteger(_ bytes: Span<UInt8>, _ range: ByteRange) {
        guard range.count > 1 else { return }
        let start = range.indices.lowerBound
        let (first, second) = (bytes[start], bytes[start + 1])
        if first == 0 && second < 0x80 || first == 0xff && second >= 0x80 {
            anomalies.insert(.nonMinimalInteger)
        }
    }

    /// A BOOLEAN's value, leniently: all but zero is true.
    mutating func boolean(_ bytes: Span<UInt8>, _ range: ByteRange) -> Bool {
        guard range.count == 1, let index = range.indices.first else {
            anomalies.insert(.badBoolean)
            return !range.indices.allSatisfy { bytes[$0] == 0 }
        }
        if bytes[index] != 0, bytes[index] != 0xff { anomalies.insert(.badBoolean) }
        return bytes[index] != 0
    }

    /// The bytes of a BIT STRING.
    ///
    /// - Parameter isWhole: whether they must be whole bytes, as those of keys and signatures are.
    mutating func bits(_ bytes: Span<UInt8>, _ range: ByteRange, isWhole: Bool) -> ByteRange {
        guard let first = range.indices.first, let last = range.indices.last else {
            anomalies.insert(.badBitString)
            return .none
        }
        let unused = Int(bytes[first])
        if unused > 7 || unused > 0 && (isWhole || range.count == 1) {
            anomalies.insert(.badBitString)
        } else if unused > 0, bytes[last] & (1 << unused - 1) != 0 {
            anomalies.insert(.badBitString)
        }
        return ByteRange(first + 1, last + 1)
    }

    /// A number of up to eight bytes; nil when it is negative or larger.
    func number(_ bytes: Span<UInt8>, _ range: ByteRange) -> Int? {
        guard let first = range.indices.first, bytes[first] < 0x80 else { return nil }
        var value = 0
        for index in range.indices {
            guard value >> 55 == 0 else { return nil }
            value = value << 8 | Int(bytes[index])
        }
        return value
    }

    /// Bits of a number's magnitude, which is taken as unsigned.
    func bitCount(_ bytes: Span<UInt8>, _ range: ByteRange) -> Int {
        guard let first = range.indices.first(where: { bytes[$0] != 0 }) else { return 0 }
        return (range.indices.upperBound - first) * 8 - bytes[first].leadingZeroBitCount
    }
}
