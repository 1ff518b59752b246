package import Bytes
package import Wire

/// Reads the certificates that a server sent, once, and writes all that the record says of them.
///
/// One encoder serves endpoint after endpoint. It keeps a copy of the
/// certificates and its arrays' room, so that the two places of the record can be
/// written, and questions answered, until the next `read`, and nothing is allocated once it is warm.
package struct CertificateEncoder: ~Copyable {
    /// Which certificates stand in `tls.server.certificate_chain` as base64.
    package enum ChainOutput: String, CaseIterable, Sendable {
        case full, leaf, none
    }

    /// More certificates than any honest chain has: what is beyond them is counted only.
    package static let chainLimit = 32

    package var chainOutput: ChainOutput

    /// What the leaf's DER says; valid for `leaf`.
    package internal(set) var index = CertificateIndex()
    package internal(set) var digests = CertificateDigests()

    /// How many certificates were sent, those among them that were not kept.
    package internal(set) var chainLength = 0

    /// Whether all certificates that were sent are here, so that their number means something.
    package var isChainWhole = true

    /// Whether only the leaf's beginning is there: hashes of it would compare with nothing.
    package internal(set) var isInPart = false

    /// Whether the leaf has a certificate's structure; when not, only its digests and anomalies mean
    /// something.
    package internal(set) var isReadable = false

    /// Whether the leaf's subject and issuer are the same bytes.
    package internal(set) var isSelfIssued = false

    /// Whether the leaf's own key verifies its signature; nil when that could not be tested.
    package internal(set) var isSelfSigned: Bool?

    /// All certificates, one after another, and where each lies.
    var bytes: [UInt8] = []
    var ranges: [ByteRange] = []

    package private(set) var relations = CertificateRelations()

    /// What the record says of the certificates after the leaf, elements of an array.
    var chainText = ByteBuffer()
    var texts = SortedTexts()
    private var chainIndex = CertificateIndex()
    private var signatureCheck = SignatureCheck()

    package init(chainOutput: ChainOutput = .full) {
        self.chainOutput = chainOutput
    }

    /// Whether a certificate was sent.
    package var hasLeaf: Bool { !ranges.isEmpty }

    /// Where the leaf lies in the copy.
    var leafRange: Range<Int> { ranges.isEmpty ? 0..<0 : ranges[0].indices }

    package var anomalies: CertificateAnomalies { index.anomalies }

    /// Whole days between the two times of the leaf, rounded down.
    package var validityDays: Int? {
        validitySeconds.map { ($0 - ($0 % 86_400 + 86_400) % 86_400) / 86_400 }
    }

    package var validitySeconds: Int? {
        guard let start = index.notBefore, let end = index.notAfter else { return nil }
        return end.seconds - start.seconds
    }

    package var sha256: InlineArray<32, UInt8> { digests.sha256 }

    /// Takes the certificates of one endpoint, leaf first.
    ///
    /// - Parameters:
    ///   - flight: bytes that hold them.
    ///   - chain: where each certificate's DER lies in `flight`; what lies outside of it is left out.
    ///   - dropped: how many more were sent.
    ///   - isInPart: whether the leaf is only the beginning of what was sent.
    package mutating func read(
        _ flight: Span<UInt8>,
        _ chain: Span<ByteRange>,
        dropped: Int = 0,
        isInPart: Bool = false
    ) {
        clear()
        chainLength = chain.count + dropped
        self.isInPart = isInPart
        for place in 0..<min(chain.count, Self.chainLimit) where flight.holds(chain[place]) {
            let start = bytes.count
            bytes.append(flight.extracting(chain[place].indices))
            ranges.append(ByteRange(start, bytes.count))
        }
        let count = min(chain.count, Self.chainLimit)
        guard let first = chain.indices.first(where: { flight.holds(chain[$0]) }), first < count else {
            return
        }
        let leaf = flight.extracting(chain[first].indices)
        isReadable = isInPart ? index.read(beginning: leaf) : index.read(leaf)
        digests.hash(leaf, index)
        guard isReadable else { return readChain(flight, chain.extracting(first + 1..<count), leaf) }
        if let subject = index.subjectName, let issuer = index.issuerName {
            isSelfIssued = index.areEqual(leaf, subject, issuer)
        }
        isSelfSigned =
            isInPart
            ? nil
            : mayBeSelfSigned(leaf)
                ? signatureCheck.isSelfSigned(leaf, index, sha256: digests.sha256) : false
        relations.readNames(leaf, index)
        relations.readTimes(leaf, index)
        relations.readKeyIdentifiers(leaf, index)
        readChain(flight, chain.extracting(first + 1..<count), leaf)
    }

    /// Whether it is worth trying: the names or the key identifiers say so, or nothing says otherwise.
    private func mayBeSelfSigned(_ leaf: Span<UInt8>) -> Bool {
        if isSelfIssued { return true }
        guard let authority = index.extensions.authorityKeyID else { return chainLength == 1 }
        guard let own = index.extensions.subjectKeyID else { return false }
        return index.areEqual(leaf, authority, own)
    }

    /// Reads the certificates after the leaf and writes what the record says of each.
    private mutating func readChain(_ flight: Span<UInt8>, _ chain: Span<ByteRange>, _ leaf: Span<UInt8>) {
        for place in chain.indices where flight.holds(chain[place]) {
            let certificate = flight.extracting(chain[place].indices)
            let isRead = chainIndex.read(certificate)
            var digests = CertificateDigests()
            digests.hashShort(certificate, chainIndex)
            chainText.element(certificate: certificate, isRead, chainIndex, digests)
            guard isRead, isReadable else { continue }
            relations.readChain(
                leaf,
                index,
                self.digests,
                certificate,
                chainIndex,
                digests,
                isNext: place == 0
            )
        }
    }

    private mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        ranges.removeAll(keepingCapacity: true)
        (chainLength, isInPart, isReadable) = (0, false, false)
        (isSelfIssued, isSelfSigned) = (false, nil)
        relations = CertificateRelations()
        chainText.removeAll()
    }
}

extension Span where Element == UInt8 {
    fileprivate func holds(_ range: ByteRange) -> Bool {
        range.start >= 0 && range.start <= range.end && Int(range.end) <= count
    }
}
