import Bytes
import Foundation
import Observations
import Wire

/// Reads certificates; one is used for all, so that reading allocates little.
package struct IssuedCertificateReader: ~Copyable {
    private var index = CertificateIndex()

    package init() {}

    /// - Returns: nil for what is no certificate.
    package mutating func read(_ der: ArraySlice<UInt8>) -> IssuedCertificate? {
        let bytes = der.span
        guard index.read(bytes) else { return nil }
        var result = IssuedCertificate()
        for name in index.extensions.alternativeNames where name.kind == .dns {
            result.names.append(text(name.text, bytes))
        }
        for attribute in index.subject where attribute.part == .commonName {
            let name = text(attribute.text, bytes)
            if !result.names.contains(name) { result.names.append(name) }
        }
        for attribute in index.issuer where attribute.part == .commonName || attribute.part == .organization {
            result.issuer.append(text(attribute.text, bytes).lowercased())
        }
        result.notBefore = index.notBefore?.seconds
        result.notAfter = index.notAfter?.seconds
        result.hidesNames = hidesNames || result.names.count > CertificateWatch.mostNames
        result.isAuthority = index.extensions.isCA == true
        return result
    }

    /// Whether there may be a name in the certificate that was not read: one in letters that nobody can tell,
    /// longer than any, or under a tag that names don't have.
    private var hidesNames: Bool {
        let anomalies = index.reading.anomalies
        let broken: [CertificateAnomaly] = [
            .unparsableExtension, .unparsableExtensions, .duplicateExtension, .tooManyParts,
            .overlongLength, .indefiniteLength, .trailingDataInExtension,
        ]
        if index.extensions.all.contains(where: { $0.key == .subjectAlternativeName }),
            broken.contains(where: { anomalies.contains($0) })
        {
            return true
        }
        if anomalies.contains(.unparsableSubject) { return true }
        let isOdd = index.extensions.alternativeNames.contains { name in
            switch name.kind {
            case .dns: name.text.place == .hexadecimal || name.element.content.count > NameText.longest
            // Other names, X.400 and EDI addresses, registered identifiers (RFC 5280, section 4.2.1.6).
            case .other: ![0xa0, 0xa3, 0xa5, 0x88].contains(name.element.tag)
            case .address, .email, .uri, .directory: false
            }
        }
        return isOdd
            || index.subject.contains { $0.part == .commonName && $0.text.place == .hexadecimal }
    }

    /// Reads an entry of a log: what the log has signed of it.
    ///
    /// A precertificate stands beside the leaf, and nothing signs it: where it says something else, the leaf
    /// counts, and is put in its place.
    ///
    /// - Returns: nil for what is no certificate; and whether what was submitted could not have led to the
    ///   leaf.
    package mutating func read(_ entry: inout LogEntry) -> (certificate: IssuedCertificate?, isFalse: Bool) {
        let submitted = read(entry.certificate)
        guard entry.kind == .precertificate else { return (submitted, false) }
        var key: [UInt8] = []
        if submitted != nil {
            if CertificateBody.withoutTransparency(entry.certificate.span, index)[...] == entry.body {
                return (submitted, false)
            }
            key.append(entry.certificate.span.extracting(index.key.whole.indices))
        }
        entry.takeLeaf()
        let signed = read(entry.certificate)
        guard let signed, let submitted else { return (signed, true) }
        // One that a precertificate's signing certificate has signed has another issuer, and all else the
        // same.
        var signedKey: [UInt8] = []
        signedKey.append(entry.certificate.span.extracting(index.key.whole.indices))
        let isSame =
            signed.names == submitted.names && signed.notBefore == submitted.notBefore
            && signed.notAfter == submitted.notAfter && key == signedKey
        return (signed, !isSame)
    }

    /// Adds the digest by which precertificate and certificate are one, of the certificate that was read
    /// last.
    ///
    /// - Parameter isWatched: whether somebody will look at it: all digests, and its issuer's whole name.
    package mutating func addDigests(
        _ der: ArraySlice<UInt8>,
        to certificate: inout IssuedCertificate,
        isWatched: Bool = true
    ) {
        var digests = CertificateDigests()
        if isWatched { digests.hash(der.span, index) } else { digests.hashBody(der.span, index) }
        var body: [UInt8] = []
        body.append(digests.body.span)
        certificate.bodyBytes = body
        guard isWatched else { return }
        certificate.body = Digest256(body)
        certificate.certificate = Digest256(digests.sha256)
        certificate.issuerName = issuerName(der.span)
        certificate.key = index.key.whole.isEmpty ? nil : Digest256(digests.publicKey)
    }

    private func issuerName(_ bytes: Span<UInt8>) -> String {
        var buffer = ByteBuffer()
        buffer.append("\"")
        buffer.append(name: index.issuer.span, bytes, index)
        buffer.append("\"")
        let text = buffer.withSpan { span in span.withUnsafeBufferPointer { Data($0) } }
        return (try? JSONDecoder().decode(String.self, from: text)) ?? ""
    }

    private func text(_ text: CertificateText, _ bytes: Span<UInt8>) -> String {
        let range = text.range.indices
        switch text.place {
        case .certificate: return String(copying: bytes.extracting(range))
        case .converted, .hexadecimal: return String(copying: index.reading.converted.span.extracting(range))
        }
    }
}

extension String {
    fileprivate init(copying bytes: Span<UInt8>) {
        self = bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}

extension Digest256 {
    fileprivate init(_ bytes: InlineArray<32, UInt8>) {
        var copy: [UInt8] = []
        copy.append(bytes.span)
        self.init(copy)
    }
}
