package import Bytes
package import Wire

/// Reads chains of certificates, and remembers what the record says of those that were met again.
///
/// One certificate often stands on many endpoints: a wildcard, a load balancer's, a device's default. To read
/// and write it again costs ten times what it costs to copy what was written before. A chain is
/// remembered when it comes for the second time, so that certificates met once cost only a look at the table.
package struct ChainCache: ~Copyable {
    /// Places in the table; a chain has one, and takes it from another that had it.
    private static let size = 128

    /// Bytes of a chain and of its text beyond which it is read each time: the table's bound is `size` times
    /// as much.
    private static let entryLimit = 32 * 1024

    private struct Entry {
        /// Of the last chain that belonged here; zero before the first.
        var hash = 0
        /// Whether what follows is filled.
        var isKnown = false
        /// Whether its certificates are all that were sent.
        var isWhole = true
        var bytes: [UInt8] = []
        var ranges: [ByteRange] = []
        /// Members without the comma before them.
        var server: [UInt8] = []
        var certificate: [UInt8] = []
        var leaf = LeafSummary()
        var digest = InlineArray<32, UInt8>(repeating: 0)
    }

    private var encoder: CertificateEncoder
    private var entries = [Entry](repeating: Entry(), count: size)
    /// The place of the chain that was read last; nil when the encoder has it.
    private var place: Int?
    private var text = ByteBuffer(capacity: 64)

    /// How many chains were found in the table.
    package private(set) var hits = 0

    package init(chainOutput: CertificateEncoder.ChainOutput = .full) {
        encoder = CertificateEncoder(chainOutput: chainOutput)
    }

    /// Takes the certificates of one endpoint, leaf first.
    ///
    /// - Parameter isWhole: whether they are all that were sent; how many those are is not told otherwise.
    package mutating func read(_ chain: CertificateChain, isWhole: Bool = true) {
        encoder.isChainWhole = isWhole
        // What was cut is seldom met twice.
        guard !chain.isEmpty, !chain.isCut else {
            place = nil
            return encoder.read(
                chain.bytes.span,
                chain.ranges.span,
                dropped: chain.dropped,
                isInPart: chain.isLastCut
            )
        }
        let hash = chain.withString(0, Self.hash)
        let index = Int(UInt(bitPattern: hash) % UInt(Self.size))
        if entries[index].isKnown, entries[index].hash == hash, entries[index].isWhole == isWhole,
            has(index, chain)
        {
            place = index
            hits += 1
            return
        }
        place = nil
        encoder.read(chain.bytes.span, chain.ranges.span)
        if entries[index].hash == hash {
            remember(chain, at: index)
        } else {
            entries[index].hash = hash
            entries[index].isKnown = false
        }
    }

    /// Whether a certificate was sent.
    package var hasLeaf: Bool { place != nil || encoder.hasLeaf }

    /// SHA-256 of the leaf; nil without one, or when only its beginning is there.
    var leafDigest: InlineArray<32, UInt8>? {
        if let place { return entries[place].digest }
        return encoder.hasLeaf && !encoder.isInPart ? encoder.sha256 : nil
    }

    /// What the leaf showed, for who decides what to do next; nil without one.
    package var leaf: LeafSummary? {
        if let place { return entries[place].leaf }
        return encoder.hasLeaf ? LeafSummary(encoder) : nil
    }

    /// Writes the members of `tls.server`, as `CertificateEncoder.writeServer` does.
    package func writeServer(to out: inout ByteBuffer) {
        guard let place else { return encoder.writeServer(to: &out) }
        out.comma()
        let text = entries[place].server
        out.append(text.span)
    }

    /// Writes the member `certificate` of `hallmark`, as `CertificateEncoder.writeCertificate` does.
    package mutating func writeCertificate(to out: inout ByteBuffer) {
        guard let place else { return encoder.writeCertificate(to: &out) }
        out.comma()
        let text = entries[place].certificate
        out.append(text.span)
    }

    private func has(_ index: Int, _ chain: CertificateChain) -> Bool {
        guard entries[index].ranges == chain.ranges else { return false }
        let bytes = entries[index].bytes
        return areEqual(bytes.span, chain.bytes.span)
    }

    /// Keeps what the encoder, which has just read `chain`, says of it.
    private mutating func remember(_ chain: CertificateChain, at index: Int) {
        entries[index].isKnown = false
        text.removeAll()
        text.append(0x7b)  // an object that is open, for the comma's sake
        encoder.writeServer(to: &text)
        let middle = text.count
        text.append(0x7b)
        encoder.writeCertificate(to: &text)
        guard chain.bytes.count + text.count <= Self.entryLimit else { return }
        entries[index].isWhole = encoder.isChainWhole
        entries[index].bytes.replace(with: chain.bytes.span)
        entries[index].ranges = chain.ranges
        text.withSpan { text in
            entries[index].server.replace(with: text.extracting(1..<middle))
            entries[index].certificate.replace(with: text.extracting(middle + 1..<text.count))
        }
        entries[index].leaf = LeafSummary(encoder)
        entries[index].digest = encoder.sha256
        entries[index].isKnown = true
    }

    /// Swift's own hash, whose seed a server cannot know: it can't have many certificates share a place.
    private static func hash(_ leaf: Span<UInt8>) -> Int {
        var hasher = Hasher()
        leaf.withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}

extension [UInt8] {
    /// Takes other bytes and keeps its room.
    fileprivate mutating func replace(with bytes: Span<UInt8>) {
        removeAll(keepingCapacity: true)
        bytes.withUnsafeBufferPointer { append(contentsOf: $0) }
    }
}
