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

    /// Writes the hello as a TLS record in place of what `output` holds.
    ///
    /// - Parameters:
    ///   - serverName: sent as host_name whatever it is, an address too, as the reference does.
    ///   - random: `randomCount` bytes. The key share's last bit is cleared, which every real
    ///     X25519 key has clear: a stack that looks at it answers always, not every other time.
    package func write(serverName: Span<UInt8>, random: Span<UInt8>, into output: inout [UInt8]) {
        precondition(random.count >= Self.randomCount)
        Self.templates[number - 1].write(name: serverName, random: random, into: &output)
    }

    private static let templates = all.map(JARMTemplate.init)

    /// The suites without GREASE, in their order.
    var suites: [UInt16] {
        ordered(hasTLS13Suites ? Self.knownSuites : Self.knownSuites.filter { $0 >> 8 != 0x13 })
    }

    /// The application protocols, in their order.
    var protocols: [String] {
        let names = hasCommonProtocols ? Self.allProtocols : Self.rareProtocols
        return isReversed ? names.reversed() : names
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

    private static let allProtocols = [
        "http/0.9", "http/1.0", "http/1.1", "spdy/1", "spdy/2", "spdy/3", "h2", "h2c", "hq",
    ]
    private static let rareProtocols = ["http/0.9", "http/1.0", "spdy/1", "spdy/2", "spdy/3", "h2c", "hq"]

    private static let knownSuites: [UInt16] = [
        0x0016, 0x0033, 0x0067, 0xc09e, 0xc0a2, 0x009e, 0x0039, 0x006b, 0xc09f, 0xc0a3, 0x009f, 0x0045,
        0x00be, 0x0088, 0x00c4, 0x009a, 0xc008, 0xc009, 0xc023, 0xc0ac, 0xc0ae, 0xc02b, 0xc00a, 0xc024,
        0xc0ad, 0xc0af, 0xc02c, 0xc072, 0xc073, 0xcca9, 0x1302, 0x1301, 0xcc14, 0xc007, 0xc012, 0xc013,
        0xc027, 0xc02f, 0xc014, 0xc028, 0xc030, 0xc060, 0xc061, 0xc076, 0xc077, 0xcca8, 0x1305, 0x1304,
        0x1303, 0xcc13, 0xc011, 0x000a, 0x002f, 0x003c, 0xc09c, 0xc0a0, 0x009c, 0x0035, 0x003d, 0xc09d,
        0xc0a1, 0x009d, 0x0041, 0x00ba, 0x0084, 0x00c0, 0x0007, 0x0004, 0x0005,
    ]
}
