/// One of the ten ClientHellos of JARM 1.0, byte for byte as the reference sends it.
///
/// Two things are on purpose, since mending them would change the
/// fingerprints of known servers: probes 5 and 10 put a GREASE group into
/// key_share that supported_groups does not list, and "extension order" turns
/// only the names inside ALPN and the versions inside supported_versions.
package struct JARMHello: Sendable {
    enum Order { case forward, reverse, topHalf, bottomHalf, middleOut }

    enum Versions { case none, upTo12, upTo13 }

    /// 1 to 10, the order of sending.
    package let number: Int
    let recordVersion: UInt16
    let helloVersion: UInt16
    let hasTLS13Suites: Bool
    let order: Order
    let hasGREASE: Bool
    let hasCommonProtocols: Bool
    let isReversed: Bool
    let versions: Versions

    /// The ten probes.
    ///
    /// The sixth is called "middle out" by the reference, and goes forward there too.
    package static let all: [JARMHello] = [
        JARMHello(1, 0x0303, 0x0303, .forward, isReversed: true, .upTo12),
        JARMHello(2, 0x0303, 0x0303, .reverse, .upTo12),
        JARMHello(3, 0x0303, 0x0303, .topHalf, .none),
        JARMHello(4, 0x0303, 0x0303, .bottomHalf, hasCommonProtocols: false, .none),
        JARMHello(
            5,
            0x0303,
            0x0303,
            .middleOut,
            hasGREASE: true,
            hasCommonProtocols: false,
            isReversed: true,
            .none
        ),
        JARMHello(6, 0x0302, 0x0302, .forward, .none),
        JARMHello(7, 0x0301, 0x0303, .forward, isReversed: true, .upTo13),
        JARMHello(8, 0x0301, 0x0303, .reverse, .upTo13),
        JARMHello(9, 0x0301, 0x0303, hasTLS13Suites: false, .forward, .upTo13),
        JARMHello(10, 0x0301, 0x0303, .middleOut, hasGREASE: true, isReversed: true, .upTo13),
    ]

    private init(
        _ number: Int,
        _ recordVersion: UInt16,
        _ helloVersion: UInt16,
        hasTLS13Suites: Bool = true,
        _ order: Order,
        hasGREASE: Bool = false,
        hasCommonProtocols: Bool = true,
        isReversed: Bool = false,
        _ versions: Versions
    ) {
        self.number = number
        self.recordVersion = recordVersion
        self.helloVersion = helloVersion
        self.hasTLS13Suites = hasTLS13Suites
        self.order = order
        self.hasGREASE = hasGREASE
        self.hasCommonProtocols = hasCommonProtocols
        self.isReversed = isReversed
        self.versions = versions
    }

    /// Random bytes that one hello takes: client random, session id, key share, four GREASE choices.
    package static let randomCount = 32 + 32 + 32 + 4

    /// The hello as a TLS record.
    ///
    /// - Parameters:
    ///   - serverName: sent as host_name whatever it is, an address too, as the reference does.
    ///   - random: `randomCount` bytes. The key share's last bit is cleared, which every real
    ///     X25519 key has clear: a stack that looks at it answers always, not every other time.
    package func record(serverName: [UInt8], random: [UInt8]) -> [UInt8] {
        let random = random + [UInt8](repeating: 0x42, count: max(0, Self.randomCount - random.count))
        let grease = random[96..<100].map { UInt16($0 & 0xf0 | 0x0a) * 0x0101 }
        var share = Array(random[64..<96])
        share[31] &= 0x7f
        var suites = ordered(hasTLS13Suites ? Self.suites : Self.suites.filter { !Self.isTLS13($0) })
        if hasGREASE { suites.insert(grease[0], at: 0) }
        let extensions = extensions(Array(serverName.prefix(0xff00)), share, Array(grease[1...]))
        var body = Self.u16(helloVersion) + random[0..<32] + [32] + random[32..<64]
        body += Self.vector16(suites.flatMap(Self.u16)) + [1, 0] + Self.vector16(extensions)
        let message =
            [1, UInt8(truncatingIfNeeded: body.count >> 16)]
            + Self.u16(UInt16(truncatingIfNeeded: body.count)) + body
        return [22] + Self.u16(recordVersion) + Self.vector16(message)
    }

    private func ordered(_ list: [UInt16]) -> [UInt16] {
        let (middle, isOdd) = (list.count / 2, list.count % 2 == 1)
        switch order {
        case .forward: return list
        case .reverse: return list.reversed()
        case .bottomHalf: return Array(list[(isOdd ? middle + 1 : middle)...])
        case .topHalf: return (isOdd ? [list[middle]] : []) + list[..<middle].reversed()
        case .middleOut:
            guard isOdd else { return (1...middle).flatMap { [list[middle - 1 + $0], list[middle - $0]] } }
            return [list[middle]] + (1...middle).flatMap { [list[middle + $0], list[middle - $0]] }
        }
    }

    private func extensions(_ serverName: [UInt8], _ share: [UInt8], _ grease: [UInt16]) -> [UInt8] {
        var bytes: [UInt8] = hasGREASE ? Self.u16(grease[0]) + [0, 0] : []
        bytes += [0, 0] + Self.vector16(Self.vector16([0] + Self.vector16(serverName)))
        bytes += [0, 0x17, 0, 0, 0, 1, 0, 1, 1, 0xff, 1, 0, 1, 0]
        bytes += [
            0, 0x0a, 0, 0x0a, 0, 8, 0, 0x1d, 0, 0x17, 0, 0x18, 0, 0x19, 0, 0x0b, 0, 2, 1, 0, 0, 0x23, 0, 0,
        ]
        let names = hasCommonProtocols ? Self.protocols : Self.rareProtocols
        let list = (isReversed ? names.reversed() : names).flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        bytes += [0, 0x10] + Self.vector16(Self.vector16(list))
        bytes += [0, 0x0d, 0, 0x14, 0, 0x12, 4, 3, 8, 4, 4, 1, 5, 3, 8, 5, 5, 1, 8, 6, 6, 1, 2, 1]
        let shares = (hasGREASE ? Self.u16(grease[1]) + [0, 1, 0] : []) + [0, 0x1d, 0, 0x20] + share
        bytes += [0, 0x33] + Self.vector16(Self.vector16(shares)) + [0, 0x2d, 0, 2, 1, 1]
        guard versions != .none else { return bytes }
        var offered: [UInt16] = [0x0301, 0x0302, 0x0303] + (versions == .upTo13 ? [0x0304] : [])
        if isReversed { offered.reverse() }
        if hasGREASE { offered.insert(grease[2], at: 0) }
        let texts = offered.flatMap(Self.u16)
        return bytes + [0, 0x2b] + Self.vector16([UInt8(texts.count)] + texts)
    }

    private static func u16(_ value: UInt16) -> [UInt8] {
        [UInt8(value >> 8), UInt8(value & 0xff)]
    }

    private static func vector16(_ bytes: [UInt8]) -> [UInt8] {
        u16(UInt16(truncatingIfNeeded: bytes.count)) + bytes
    }

    private static func isTLS13(_ suite: UInt16) -> Bool { suite >> 8 == 0x13 }

    private static let protocols = [
        "http/0.9", "http/1.0", "http/1.1", "spdy/1", "spdy/2", "spdy/3", "h2", "h2c", "hq",
    ]
    private static let rareProtocols = ["http/0.9", "http/1.0", "spdy/1", "spdy/2", "spdy/3", "h2c", "hq"]

    private static let suites: [UInt16] = [
        0x0016, 0x0033, 0x0067, 0xc09e, 0xc0a2, 0x009e, 0x0039, 0x006b, 0xc09f, 0xc0a3, 0x009f, 0x0045,
        0x00be, 0x0088, 0x00c4, 0x009a, 0xc008, 0xc009, 0xc023, 0xc0ac, 0xc0ae, 0xc02b, 0xc00a, 0xc024,
        0xc0ad, 0xc0af, 0xc02c, 0xc072, 0xc073, 0xcca9, 0x1302, 0x1301, 0xcc14, 0xc007, 0xc012, 0xc013,
        0xc027, 0xc02f, 0xc014, 0xc028, 0xc030, 0xc060, 0xc061, 0xc076, 0xc077, 0xcca8, 0x1305, 0x1304,
        0x1303, 0xcc13, 0xc011, 0x000a, 0x002f, 0x003c, 0xc09c, 0xc0a0, 0x009c, 0x0035, 0x003d, 0xc09d,
        0xc0a1, 0x009d, 0x0041, 0x00ba, 0x0084, 0x00c0, 0x0007, 0x0004, 0x0005,
    ]
}
