import Bytes
package import Wire

/// The TBSCertificate as it would be without the extensions of Certificate Transparency.
///
/// The lengths of all that holds them are written anew, so that a precertificate (RFC 6962, section 3.1)
/// and its certificate give the same bytes; so do reissues that differ in their SCTs alone. A certificate
/// without either extension gives its own.
package enum CertificateBody {
    package static func withoutTransparency(
        _ certificate: Span<UInt8>,
        _ index: borrowing CertificateIndex
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        forEachPart(certificate, index) { bytes.append($0) }
        return bytes
    }

    /// Calls `take` with one part after another.
    static func forEachPart(
        _ certificate: Span<UInt8>,
        _ index: borrowing CertificateIndex,
        _ take: (Span<UInt8>) -> Void
    ) {
        var removed = 0
        for item in index.extensions.all.indices where index.extensions.all[item].isTransparency {
            removed += index.extensions.all[item].whole.count
        }
        if removed == 0 { return take(certificate.extracting(index.tbs.whole.indices)) }
        let wrapper = index.extensions.whole.indices
        var kept = 0
        for item in index.extensions.all.indices where !index.extensions.all[item].isTransparency {
            kept += index.extensions.all[item].whole.count
        }
        // Without any extension left, the list is left out with its wrapper.
        let list = kept == 0 ? 0 : DERLength(kept).byteCount + 1 + kept
        let field = kept == 0 ? 0 : DERLength(list).byteCount + 1 + list
        let content = index.tbs.content.indices
        add(header: 0x30, content.count - wrapper.count + field, take)
        take(certificate.extracting(content.lowerBound..<wrapper.lowerBound))
        if kept > 0 {
            add(header: 0xa3, list, take)
            add(header: 0x30, kept, take)
            for item in index.extensions.all.indices where !index.extensions.all[item].isTransparency {
                take(certificate.extracting(index.extensions.all[item].whole.indices))
            }
        }
        take(certificate.extracting(wrapper.upperBound..<content.upperBound))
    }

    private static func add(header tag: UInt8, _ count: Int, _ take: (Span<UInt8>) -> Void) {
        var bytes = InlineArray<6, UInt8>(repeating: tag)
        let length = DERLength(count)
        for place in 0..<length.byteCount { bytes[place + 1] = length.bytes[place] }
        take(bytes.span.extracting(0...length.byteCount))
    }
}

/// A length as DER writes it (X.690, section 10.1).
private struct DERLength {
    private(set) var bytes = InlineArray<5, UInt8>(repeating: 0)
    private(set) var byteCount = 1

    init(_ length: Int) {
        guard length >= 0x80 else {
            bytes[0] = UInt8(truncatingIfNeeded: length)
            return
        }
        let digits = (Int.bitWidth - length.leadingZeroBitCount + 7) / 8
        bytes[0] = 0x80 | UInt8(truncatingIfNeeded: digits)
        for place in 0..<min(4, digits) {
            bytes[place + 1] = UInt8(truncatingIfNeeded: length >> (8 * (digits - 1 - place)))
        }
        byteCount = 1 + min(4, digits)
    }
}
