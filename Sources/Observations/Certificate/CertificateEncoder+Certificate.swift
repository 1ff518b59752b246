package import Bytes
import Wire

/// The member `certificate` of `hallmark`.
extension CertificateEncoder {
    /// Writes the member, into an object that is open; nothing when no certificate was sent.
    package mutating func writeCertificate(to out: inout ByteBuffer) {
        guard hasLeaf else { return }
        // A reference of its own, so that `texts` may change meanwhile.
        let copy = bytes
        let leaf = copy.span.extracting(leafRange)
        out.object("certificate")
        if isReadable {
            writeDigests(to: &out)
            writeValidity(to: &out)
            writeSerial(leaf, to: &out)
            out.member("self_issued", isSelfIssued)
            if let isSelfSigned { out.member("self_signed", isSelfSigned) }
            writeNames(leaf, to: &out)
            writeExtensions(leaf, to: &out)
            writeNameKinds(leaf, to: &out)
        }
        writeLists(to: &out)
        if isChainWhole { out.member("chain_length", chainLength) }
        if !chainText.isEmpty {
            out.array("chain")
            chainText.withSpan { out.append($0) }
            out.endArray()
        }
        out.endObject()
    }

    private func writeDigests(to out: inout ByteBuffer) {
        if !index.key.whole.isEmpty { out.member("spki_sha256", hex: digests.publicKey.span) }
        if !isInPart { out.member("tbs_no_ct_sha256", hex: digests.body.span) }
    }

    private func writeValidity(to out: inout ByteBuffer) {
        guard let start = index.notBefore, let end = index.notAfter, let days = validityDays else { return }
        out.member("validity_days", days)
        out.member("validity_seconds", end.seconds - start.seconds)
        if let years = start.calendarYears(to: end) { out.member("validity_calendar_years", years) }
    }

    private func writeSerial(_ leaf: Span<UInt8>, to out: inout ByteBuffer) {
        guard !index.serial.isEmpty else { return }
        let integer = SignedMagnitude(leaf.extracting(index.serial.indices))
        out.object("serial")
        out.member("bits", integer.bitCount)
        out.member("bytes", index.serial.count)
        out.key("integer")
        out.append(0x22)
        integer.append(leaf.extracting(index.serial.indices), to: &out)
        out.append(0x22)
        out.endObject()
    }

    private func writeNames(_ leaf: Span<UInt8>, to out: inout ByteBuffer) {
        if index.subjectName != nil {
            out.member("subject_attributes", types: index.subject.span, leaf, isShort: true)
            out.member("subject_oids", types: index.subject.span, leaf, isShort: false)
            out.member("subject", others: index.subject.span, leaf, index)
        }
        if index.issuerName != nil {
            out.member("issuer_attributes", types: index.issuer.span, leaf, isShort: true)
            out.member("issuer_oids", types: index.issuer.span, leaf, isShort: false)
            out.member("issuer", others: index.issuer.span, leaf, index)
        }
    }

    private func writeLists(to out: inout ByteBuffer) {
        if !anomalies.isEmpty {
            out.array("anomalies")
            anomalies.forEach { out.plainElement($0.rawValue) }
            out.endArray()
        }
        if !relations.isEmpty {
            out.array("relations")
            relations.forEach { out.plainElement($0.rawValue) }
            out.endArray()
        }
    }
}

extension ByteBuffer {
    /// A name from a list of ours, which needs no escape, as an element of an array.
    mutating func plainElement(_ name: String) {
        comma()
        append(0x22)
        append(name)
        append(0x22)
    }

    /// An object with the parts of a name that ECS has no fields for; nothing when there are none.
    fileprivate mutating func member(
        _ name: StaticString,
        others attributes: Span<NameAttribute>,
        _ bytes: Span<UInt8>,
        _ index: borrowing CertificateIndex
    ) {
        for place in attributes.indices where !attributes[place].part.isECS {
            object(name)
            members(attributes, bytes, index) { !$0.isECS }
            return endObject()
        }
    }

    /// The types of a name's attributes: short names as far as there are any, or identifiers.
    fileprivate mutating func member(
        _ name: StaticString,
        types attributes: Span<NameAttribute>,
        _ bytes: Span<UInt8>,
        isShort: Bool
    ) {
        key(name)
        append(0x22)
        for place in attributes.indices {
            if place > 0 { append(attributes[place].isContinued && isShort ? 0x2b : 0x2c) }
            if isShort {
                append(type: attributes[place], bytes)
            } else {
                append(oid: bytes, attributes[place].type)
            }
        }
        append(0x22)
    }
}

/// An INTEGER's sign and magnitude.
private struct SignedMagnitude {
    let isNegative: Bool

    /// Bits of the magnitude.
    let bitCount: Int

    /// The lowest byte that is not zero, in which a negative number's magnitude begins to differ.
    private let lowest: Int

    init(_ bytes: Span<UInt8>) {
        isNegative = bytes.count > 0 && bytes[0] >= 0x80
        lowest = bytes.indices.last { bytes[$0] != 0 } ?? 0
        var bits = 0
        for index in bytes.indices {
            let byte = Self.magnitude(bytes, index, isNegative, lowest)
            if byte != 0 {
                bits = (bytes.count - index) * 8 - byte.leadingZeroBitCount
                break
            }
        }
        bitCount = bits
    }

    /// Upper-case hex without leading zeros; `0` for zero.
    func append(_ bytes: Span<UInt8>, to out: inout ByteBuffer) {
        if isNegative { out.append(0x2d) }
        if bitCount == 0 { return out.append(0x30) }
        let digits = (bitCount + 3) / 4
        for index in bytes.count - (bitCount + 7) / 8..<bytes.count {
            let byte = Self.magnitude(bytes, index, isNegative, lowest)
            let place = bytes.count - index
            if 2 * place <= digits { out.append(hexDigit(byte >> 4)) }
            out.append(hexDigit(byte & 15))
        }
    }

    /// A byte of the magnitude: of the two's complement, when negative.
    private static func magnitude(
        _ bytes: Span<UInt8>,
        _ index: Int,
        _ isNegative: Bool,
        _ lowest: Int
    ) -> UInt8 {
        guard isNegative else { return bytes[index] }
        if index > lowest { return 0 }
        return index == lowest ? ~bytes[index] &+ 1 : ~bytes[index]
    }
}
