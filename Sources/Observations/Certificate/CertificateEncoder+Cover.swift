import Bytes
import Wire

extension CertificateEncoder {
    /// Whether the leaf is for a host: a DNS name or the text of an address, without a final dot.
    ///
    /// DNS names are compared as RFC 6125, section 6.4, says: in any case; `*` only as the whole first label
    /// of three or more, and for exactly one label. Addresses need an iPAddress. The CN counts only when
    /// there is neither a dNSName nor an iPAddress (section 6.4.4).
    package func covers(name: Span<UInt8>) -> Bool {
        guard isReadable, name.count > 0 else { return false }
        let leaf = bytes.span.extracting(leafRange)
        let address = IPAddress(name)
        var hasNames = false
        for place in index.extensions.alternativeNames.indices {
            let candidate = index.extensions.alternativeNames[place]
            switch candidate.kind {
            case .dns:
                hasNames = true
                guard address == nil else { continue }
                if index.with(candidate.text, leaf, { matches(name, $0) }) { return true }
            case .address:
                hasNames = true
                guard let address else { continue }
                if IPAddress(bytes: leaf.extracting(candidate.element.content.indices)) == address {
                    return true
                }
            default: continue
            }
        }
        guard !hasNames else { return false }
        for place in index.subject.indices where index.subject[place].part == .commonName {
            if index.with(index.subject[place].text, leaf, { matches(name, $0) }) { return true }
        }
        return false
    }

    package func covers(name: String) -> Bool {
        var name = name
        return name.withUTF8 { covers(name: $0.span) }
    }
}

/// Whether `pattern`, with its wildcard, stands for `name`.
private func matches(_ name: Span<UInt8>, _ pattern: Span<UInt8>) -> Bool {
    guard pattern.count > 2, pattern[0] == 0x2a, pattern[1] == 0x2e else {
        return areEqualIgnoringCase(name, pattern)
    }
    // `*.example` would stand for all of a top-level domain.
    guard (2..<pattern.count).contains(where: { pattern[$0] == 0x2e }),
        let dot = name.indices.first(where: { name[$0] == 0x2e }), dot > 0
    else { return false }
    return areEqualIgnoringCase(name.extracting(dot..<name.count), pattern.extracting(1..<pattern.count))
}
