import Bytes
package import Wire

/// What an index knows a value by: 128 bits, in which no two values meet by chance.
///
/// Of a digest it is the first half, of an address the address; all else is hashed. A value has one key,
/// however it is spelled.
package struct IndicatorKey: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    /// Reads a value of a kind that is known; nil for what is none.
    ///
    /// Not for ranges and names below a name, which have forms of their own.
    package init?(_ kind: IndicatorKind, _ text: Span<UInt8>) {
        switch kind {
        case .sha1: self.init(kind, digest: text, digits: 40)
        case .sha256, .key: self.init(kind, digest: text, digits: 64)
        case .md5, .ja3s: self.init(kind, digest: text, digits: 32)
        case .jarm: self.init(jarm: text)
        case .serial: self.init(serial: text)
        case .ja4s: self.init(ja4s: text)
        case .name, .below: self.init(kind, name: text)
        case .address:
            guard let address = IPAddress(text) else { return nil }
            self.init(.address, address)
        case .endpoint, .range: return nil
        }
    }

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    // MARK: Addresses

    /// - Parameters:
    ///   - port: of an endpoint.
    ///   - length: how many bits of the address count, of a range.
    package init(_ kind: IndicatorKind, _ address: IPAddress, port: UInt16 = 0, length: Int = 0) {
        let address = address.unmapped
        var tag = UInt64(kind.rawValue) << 48 | UInt64(port) << 16 | UInt64(truncatingIfNeeded: length) << 1
        if address.isV4 { tag |= 1 }
        high = Self.mixed(address.low &+ Self.mixed(tag))
        low = address.high ^ tag
    }

    /// Spreads what differs in a few bits over all of them, and can be undone: the end of SplitMix64
    /// (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
    static func mixed(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }

    // MARK: Digests

    private init?(_ kind: IndicatorKind, digest text: Span<UInt8>, digits: Int) {
        guard text.count == digits else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        for index in 0..<digits {
            guard let value = text[index].hexValue else { return nil }
            if index < 16 {
                words.0 = words.0 << 4 | UInt64(value)
            } else if index < 32 {
                words.1 = words.1 << 4 | UInt64(value)
            }
        }
        // Kinds are told apart by the half that no bucket is chosen by.
        self.init(high: words.0, low: words.1 ^ Self.mixed(UInt64(kind.rawValue)))
    }

    // MARK: Texts

    private init?(jarm text: Span<UInt8>) {
        guard text.count == 62 else { return nil }
        for index in text.indices where !text[index].isHexDigit { return nil }
        self.init(.jarm, lowered: text)
    }

    /// Digits without the zeros before them, which some programs write and others don't.
    private init?(serial text: Span<UInt8>) {
        guard !text.isEmpty, text.count <= 128 else { return nil }
        for index in text.indices where !text[index].isHexDigit { return nil }
        var start = 0
        while start < text.count - 1, text[start] == 0x30 { start += 1 }
        self.init(.serial, lowered: text.extracting(start...))
    }

    /// `t130200_1301_234ea6891581`: the protocol, version, counts and ALPN, a cipher suite, a hash.
    private init?(ja4s text: Span<UInt8>) {
        guard text.count == 25, text[7] == 0x5f, text[12] == 0x5f,
            [0x74, 0x71, 0x64].contains(text[0] | 0x20)
        else { return nil }
        for index in 8..<25 where index != 12 {
            guard text[index].isHexDigit else { return nil }
        }
        for index in 1..<7 {
            guard text[index] > 0x20, text[index] < 0x7f else { return nil }
        }
        self.init(.ja4s, lowered: text)
    }

    /// A name as `HostName` takes it, without its last dot.
    private init?(_ kind: IndicatorKind, name text: Span<UInt8>) {
        var count = text.count
        if count > 1, text[count - 1] == 0x2e { count -= 1 }
        guard count > 0, count <= 253 else { return nil }
        for index in 0..<count {
            switch text[index] | 0x20 {
            case 0x61...0x7a: continue
            default: break
            }
            switch text[index] {
            case 0x30...0x39, 0x2d, 0x2e, 0x5f: continue
            default: return nil
            }
        }
        self.init(kind, lowered: text.extracting(..<count))
    }

    private init(_ kind: IndicatorKind, lowered text: Span<UInt8>) {
        let words = withUnsafeTemporaryAllocation(byteCount: text.count, alignment: 8) { copy in
            for index in text.indices {
                let byte = text[index]
                copy[index] = 0x41...0x5a ~= byte ? byte | 0x20 : byte
            }
            let bytes = UnsafeRawBufferPointer(copy)
            let number = UInt64(kind.rawValue)
            return (
                SipHash(k0: 0x6861_6c6c_6d61_726b, k1: number).hash(bytes),
                SipHash(k0: 0x696e_6469_6361_746f, k1: number).hash(bytes)
            )
        }
        self.init(high: words.0, low: words.1)
    }

    /// What a filter asks for: all bits of both halves have a part in it.
    var filterWord: UInt64 { Self.mixed(low &* 0x9e37_79b9_7f4a_7c15 ^ high) }
}

extension IndicatorKey: Comparable {
    package static func < (left: IndicatorKey, right: IndicatorKey) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}
