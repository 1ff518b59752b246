import Bytes

/// An entry of a log: the leaf as the tree hashes it, and what of it can be read.
package struct LogEntry: Sendable {
    package enum Kind: Equatable, Sendable {
        case certificate, precertificate
        /// Something that was invented later: it is hashed and passed over (RFC 6962, section 4.6).
        case unknown
        /// A leaf that is none of what it says.
        case malformed
        /// It stands in a tile behind something that can't be read, so that nobody knows where it begins:
        /// only its hash is there.
        case unread
    }

    package var index: UInt64
    /// The MerkleTreeLeaf, hashed as it is.
    package var leaf: [UInt8]
    package var kind: Kind
    /// The leaf's hash, where that is all that is known of it.
    private var onlyHash: TreeHash?
    /// Milliseconds since 1970 when the log took it.
    package var time: UInt64 = 0
    /// Where in `leaf` the certificate, or the precertificate's TBSCertificate, lies.
    private(set) var signed = 0..<0
    /// Where in `leaf` the SHA-256 of the key lies that issues the certificate.
    private(set) var issuerKey = 0..<0
    /// The precertificate as it was submitted; empty for a certificate, or where it is not known.
    package var precertificate: [UInt8] = []
    /// Whether `precertificate` was put together from the leaf (`takeLeaf`).
    package internal(set) var isReconstructed = false
    /// Whether what stands beside the leaf can't be read: a chain, a precertificate.
    package var isTorn = false
    /// The certificates above it; or, of a static log, their SHA-256.
    package var chain: [[UInt8]] = []
    package var chainFingerprints: [TreeHash] = []

    /// Reads a MerkleTreeLeaf (RFC 6962, section 3.4).
    package init(index: UInt64, leaf: [UInt8]) {
        (self.index, self.leaf, kind) = (index, leaf, .malformed)
        let span = leaf.span
        var cursor = WireCursor(0..<leaf.count)
        guard let version = cursor.number(span, 1), let type = cursor.number(span, 1) else { return }
        guard version == 0, type == 0 else {
            kind = .unknown
            return
        }
        guard let time = cursor.u64(span), let entry = cursor.number(span, 2) else { return }
        self.time = time
        switch entry {
        case 0:
            guard let range = cursor.vector(span, 3), cursor.vector(span, 2) != nil, cursor.isAtEnd else {
                return
            }
            (kind, signed) = (.certificate, range)
        case 1:
            guard let key = cursor.take(32), let range = cursor.vector(span, 3),
                cursor.vector(span, 2) != nil, cursor.isAtEnd
            else { return }
            (kind, issuerKey, signed) = (.precertificate, key, range)
        default: kind = .unknown
        }
    }

    /// An entry of which a tile of hashes tells alone.
    package init(index: UInt64, unread hash: TreeHash) {
        (self.index, leaf, kind, onlyHash) = (index, [], .unread, hash)
    }

    /// What stands for it in the tree.
    package var hash: TreeHash { onlyHash ?? .leaf(leaf.span) }

    /// The certificate to read: the submitted one, with a precertificate's poison in it.
    package var certificate: ArraySlice<UInt8> {
        kind == .certificate ? leaf[signed] : precertificate[...]
    }

    /// The TBSCertificate of a precertificate, as the log signed it: without poison.
    package var body: ArraySlice<UInt8> { kind == .precertificate ? leaf[signed] : [] }

    /// SHA-256 of the SubjectPublicKeyInfo of who issues the certificate; nil for a certificate's entry.
    package var issuerKeyHash: TreeHash? {
        kind == .precertificate ? TreeHash(leaf.span.extracting(issuerKey)) : nil
    }

    /// Reads what RFC 6962, section 4.6, calls `extra_data`.
    ///
    /// - Returns: false when it can't be read; the leaf stays what it is.
    package mutating func read(extra: [UInt8]) -> Bool {
        let span = extra.span
        var cursor = WireCursor(0..<extra.count)
        if kind == .precertificate {
            guard let range = cursor.vector(span, 3) else { return false }
            precertificate = [UInt8](extra[range])
        }
        guard kind == .certificate || kind == .precertificate else { return true }
        guard let list = cursor.vector(span, 3), cursor.isAtEnd else { return false }
        var certificates = WireCursor(list)
        while !certificates.isAtEnd {
            guard chain.count < Self.mostCertificates, let range = certificates.vector(span, 3) else {
                return false
            }
            chain.append([UInt8](extra[range]))
        }
        return true
    }

    /// No chain is as long.
    static let mostCertificates = 64
}
