import Bytes

extension CertificateIndex {
    /// Reads a Name that stands alone, as a CertificateRequest holds it, into `subject`.
    ///
    /// False when `bytes` has none; all that a certificate would have is empty.
    package mutating func readName(_ bytes: Span<UInt8>) -> Bool {
        clear()
        guard bytes.count <= Self.byteLimit else { return false }
        var outer = DERCursor(ByteRange(0, bytes.count))
        guard let name = outer.next(bytes, &reading.faults, ifTag: 0x30) else { return false }
        subjectName = name.whole
        NameReader.read(bytes, name.content, into: &subject, &reading, unparsable: .unparsableSubject)
        return true
    }
}
