import Bytes
import Wire

/// Reads a value as people and lists write it: defanged, with colons, in any case.
package enum IndicatorText {
    /// Longer values are none.
    private static let longest = 512

    /// What a text stands for, when its kind is known.
    ///
    /// - Returns: more than one for a range that is no single network; nothing for what is not of the kind.
    package static func read(_ kind: IndicatorKind, _ text: Span<UInt8>) -> [Indicator] {
        guard text.count <= longest else { return [] }
        switch kind {
        case .address, .endpoint, .range, .name, .below:
            return plain(text).withUnsafeBufferPointer { network(kind, $0.span) }
        case .sha1, .sha256, .md5, .key, .serial, .ja3s, .jarm, .ja4s:
            if let key = IndicatorKey(kind, text) { return [Indicator(kind, key)] }
            let digits = plain(text).filter { $0 != 0x3a && $0 != 0x20 }
            return digits.withUnsafeBufferPointer { bytes in
                IndicatorKey(kind, bytes.span).map { [Indicator(kind, $0)] } ?? []
            }
        }
    }

    /// What a text stands for by its form alone.
    ///
    /// 64 digits can be a certificate's or a key's digest, and count as both. A serial has no form of its
    /// own.
    package static func guess(_ text: Span<UInt8>) -> [Indicator] {
        guard text.count <= longest else { return [] }
        switch text.count {
        case 32: if let key = IndicatorKey(.ja3s, text) { return [Indicator(.ja3s, key)] }
        case 40: if let key = IndicatorKey(.sha1, text) { return [Indicator(.sha1, key)] }
        case 62: if let key = IndicatorKey(.jarm, text) { return [Indicator(.jarm, key)] }
        case 25: if let key = IndicatorKey(.ja4s, text) { return [Indicator(.ja4s, key)] }
        case 64:
            if let digest = IndicatorKey(.sha256, text), let key = IndicatorKey(.key, text) {
                return [Indicator(.sha256, digest), Indicator(.key, key)]
            }
        case 59, 95:
            // SHA-1 or SHA-256 with a colon between each two digits.
            let digits = plain(text).filter { $0 != 0x3a }
            if digits.count == 40 || digits.count == 64 {
                let found = digits.withUnsafeBufferPointer { guess($0.span) }
                if !found.isEmpty { return found }
            }
        default: break
        }
        return plain(text).withUnsafeBufferPointer { bytes in
            for kind in [IndicatorKind.address, .range, .endpoint, .name] {
                let found = network(kind, bytes.span)
                if !found.isEmpty { return found }
            }
            return []
        }
    }

    /// The text as it is meant, without the brackets that keep it from being clicked on: `evil[.]example`.
    ///
    /// Other spellings, as of schemes, are no value.
    private static func plain(_ text: Span<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            let isBracketed =
                index + 2 < text.count
                && (text[index] == 0x5b && text[index + 2] == 0x5d
                    || text[index] == 0x28 && text[index + 2] == 0x29)
            if isBracketed, text[index + 1] == 0x2e || text[index + 1] == 0x3a {
                result.append(text[index + 1])
                index += 3
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }

    private static func network(_ kind: IndicatorKind, _ text: Span<UInt8>) -> [Indicator] {
        switch kind {
        case .address: return IPAddress(text).map { [Indicator(.address, IndicatorKey(.address, $0))] } ?? []
        case .range:
            guard let range = try? AddressRange(parsing: text) else { return [] }
            return networks(range)
        case .endpoint: return endpoint(text).map { [$0] } ?? []
        default: return name(text).map { [$0] } ?? []
        }
    }

    /// The networks that a range is made of, the largest that fit.
    private static func networks(_ range: AddressRange) -> [Indicator] {
        let range = range.unmapped
        if range.isSingle { return [Indicator(.address, IndicatorKey(.address, range.first))] }
        var result: [Indicator] = []
        let width = range.first.bitWidth
        var bits = range.first.bits
        let last = range.last.bits
        while true {
            // The largest network that begins here and does not go beyond the end.
            var host = bits == 0 ? width : min(width, bits.trailingZeroBitCount)
            while host > 0, host == 128 ? last != .max : bits + ((1 << UInt128(host)) - 1) > last {
                host -= 1
            }
            let address = width == 32 ? IPAddress(v4: UInt32(truncatingIfNeeded: bits)) : IPAddress(v6: bits)
            let length = width - host
            var indicator = Indicator(.range, IndicatorKey(.range, address, length: length))
            indicator.length = length
            indicator.isV4 = width == 32
            result.append(indicator)
            guard host < 128, last - bits >= 1 << UInt128(host) else { return result }
            bits += 1 << UInt128(host)
        }
    }

    private static func endpoint(_ text: Span<UInt8>) -> Indicator? {
        guard let separator = text.lastIndex(where: { $0 == 0x3a || $0 == 0x7c }), separator > 0 else {
            return nil
        }
        var port = 0
        for index in (separator + 1)..<text.count {
            guard 0x30...0x39 ~= text[index], port < 65_536 else { return nil }
            port = port * 10 + Int(text[index] - 0x30)
        }
        guard 1...65_535 ~= port, separator + 1 < text.count else { return nil }
        var host = text.extracting(..<separator)
        if host.count > 2, host[0] == 0x5b, host[host.count - 1] == 0x5d {
            host = host.extracting(1..<(host.count - 1))
        } else if text[separator] == 0x3a, host.firstIndex(of: 0x3a) != nil {
            return nil
        }
        guard let address = IPAddress(host), let number = UInt16(exactly: port) else { return nil }
        return Indicator(.endpoint, IndicatorKey(.endpoint, address, port: number))
    }

    /// A name with a dot in it, or all names below one: `*.evil.example`, `.evil.example`.
    private static func name(_ text: Span<UInt8>) -> Indicator? {
        let isStarred = text.count > 2 && text[0] == 0x2a && text[1] == 0x2e
        let isBelow = isStarred || text.count > 1 && text[0] == 0x2e
        let host = text.extracting((isStarred ? 2 : isBelow ? 1 : 0)...)
        guard let name = try? HostName.parse(host), isBelow || name.utf8.contains(0x2e) else { return nil }
        let kind: IndicatorKind = isBelow ? .below : .name
        return Array(name.utf8).withUnsafeBufferPointer { bytes in
            IndicatorKey(kind, bytes.span).map { Indicator(kind, $0) }
        }
    }
}

extension Span<UInt8> {
    fileprivate func lastIndex(where isWanted: (UInt8) -> Bool) -> Int? {
        for index in stride(from: count - 1, through: 0, by: -1) where isWanted(self[index]) { return index }
        return nil
    }
}
