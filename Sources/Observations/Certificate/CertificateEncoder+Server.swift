package import Bytes
import Wire

/// The members of `tls.server` that come of certificates.
extension CertificateEncoder {
    /// Writes `hash`, `subject`, `issuer`, `not_before`, `not_after`, `x509` and `certificate_chain`,
    /// into an object that is open; nothing when no certificate was sent.
    ///
    /// Of a leaf that was read in part there is neither hash nor chain.
    package func writeServer(to out: inout ByteBuffer) {
        guard hasLeaf else { return }
        let leaf = bytes.span.extracting(leafRange)
        if !isInPart {
            out.object("hash")
            out.member("sha256", hex: digests.sha256.span)
            out.member("sha1", hex: digests.sha1.span)
            out.member("md5", hex: digests.md5.span)
            out.endObject()
        }
        if isReadable {
            writeNames(leaf, to: &out)
            writeTimes(to: &out)
            out.object("x509")
            writeX509(leaf, to: &out)
            out.endObject()
        }
        writeChain(to: &out)
    }

    private func writeNames(_ leaf: Span<UInt8>, to out: inout ByteBuffer) {
        if index.subjectName != nil { out.member("subject", name: index.subject.span, leaf, index) }
        if index.issuerName != nil { out.member("issuer", name: index.issuer.span, leaf, index) }
    }

    private func writeTimes(to out: inout ByteBuffer) {
        if let time = index.notBefore { out.member("not_before", time: time) }
        if let time = index.notAfter { out.member("not_after", time: time) }
    }

    private func writeX509(_ leaf: Span<UInt8>, to out: inout ByteBuffer) {
        if let version = index.version {
            out.key("version_number")
            out.append(0x22)
            out.append(decimal: version)
            out.append(0x22)
        }
        if !index.serial.isEmpty { out.member("serial_number", hex: leaf.extracting(index.serial.indices)) }
        writeTimes(to: &out)
        writeAlgorithms(leaf, to: &out)
        writeAlternativeNames(leaf, to: &out)
        if index.subjectName != nil { out.member("subject", parts: index.subject.span, leaf, index) }
        if index.issuerName != nil { out.member("issuer", parts: index.issuer.span, leaf, index) }
    }

    private func writeAlgorithms(_ leaf: Span<UInt8>, to out: inout ByteBuffer) {
        let signature = index.signatureAlgorithm
        if signature.isPresent {
            out.member("signature_algorithm", signatureAlgorithmName(signature.key), or: signature.type, leaf)
        }
        let key = index.key
        if key.identifier.isPresent {
            out.member("public_key_algorithm", key.algorithm.name, or: key.identifier.type, leaf)
        }
        if let size = key.size { out.member("public_key_size", size) }
        switch key.curve {
        case .none: break
        case .named(let curve): out.member("public_key_curve", curve.name)
        case .identifier(let type): out.member("public_key_curve", nil, or: type, leaf)
        case .explicit: out.member("public_key_curve", "explicit" as StaticString)
        }
        if let exponent = leaf.number(key.exponent) { out.member("public_key_exponent", exponent) }
    }

    private func writeAlternativeNames(_ leaf: Span<UInt8>, to out: inout ByteBuffer) {
        let names = index.extensions.alternativeNames.span
        var isOpen = false
        for place in names.indices {
            let name = names[place]
            if name.kind == .directory || name.kind == .other { continue }
            if !isOpen { out.array("alternative_names") }
            isOpen = true
            out.element(name: name, leaf, index)
        }
        if isOpen { out.endArray() }
    }

    private func writeChain(to out: inout ByteBuffer) {
        let count =
            switch chainOutput {
            case .full: ranges.count
            case .leaf: 1
            case .none: 0
            }
        guard count > 0, !isInPart else { return }
        out.array("certificate_chain")
        let all = bytes.span
        for place in 0..<count {
            out.comma()
            out.append(0x22)
            out.append(base64: all.extracting(ranges[place].indices))
            out.append(0x22)
        }
        out.endArray()
    }
}

extension Span where Element == UInt8 {
    /// A number that is not negative and below 2^63; nil when it is another, or there is none.
    func number(_ range: ByteRange) -> Int? {
        guard range.count > 0, self[range.indices.lowerBound] < 0x80 else { return nil }
        var value = 0
        for index in range.indices {
            guard value >> 55 == 0 else { return nil }
            value = value << 8 | Int(self[index])
        }
        return value
    }
}
