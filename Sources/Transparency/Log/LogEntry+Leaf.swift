import Bytes

/// What a log has signed of a precertificate, where what was submitted beside it says something else.
extension LogEntry {
    /// Puts the leaf's TBSCertificate in place of the precertificate, as a certificate without a signature.
    ///
    /// Nothing that the log signs covers what was submitted. It may be signed by a precertificate's signing
    /// certificate, whose name then stands in place of the issuer's (RFC 6962, section 3.1), and a log may
    /// send anything in its place.
    package mutating func takeLeaf() {
        guard kind == .precertificate else { return }
        let algorithm = Self.algorithm(body) ?? [0x30, 0x00]
        let content = Array(body) + algorithm + [0x03, 0x01, 0x00]
        precertificate = Self.header(0x30, content.count) + content
        isReconstructed = true
    }

    /// The `signature` of a TBSCertificate: behind version and serial number.
    private static func algorithm(_ body: ArraySlice<UInt8>) -> [UInt8]? {
        guard let outer = element(body, at: body.startIndex), body[body.startIndex] == 0x30 else {
            return nil
        }
        var place = outer.content.lowerBound
        for tag: UInt8 in [0xa0, 0x02] {
            guard let part = element(body, at: place) else { return nil }
            if body[place] == tag { place = part.content.upperBound } else if tag == 0x02 { return nil }
        }
        guard let part = element(body, at: place), body[place] == 0x30 else { return nil }
        return Array(body[part.whole])
    }

    /// An element of DER with a tag of one byte, and its content; nil for what does not end within the bytes.
    private static func element(
        _ bytes: ArraySlice<UInt8>,
        at place: Int
    ) -> (whole: Range<Int>, content: Range<Int>)? {
        guard place + 2 <= bytes.endIndex else { return nil }
        var (start, length) = (place + 2, Int(bytes[place + 1]))
        if length >= 0x80 {
            let count = length & 0x7f
            guard 1...3 ~= count, start + count <= bytes.endIndex else { return nil }
            length = bytes[start..<start + count].reduce(0) { $0 << 8 | Int($1) }
            start += count
        }
        guard length <= bytes.endIndex - start else { return nil }
        return (place..<start + length, start..<start + length)
    }

    private static func header(_ tag: UInt8, _ count: Int) -> [UInt8] {
        if count < 0x80 { return [tag, UInt8(count)] }
        let bytes = bigEndian(UInt64(count)).drop { $0 == 0 }
        return [tag, 0x80 | UInt8(bytes.count)] + bytes
    }
}
