extension ClientHello {
    /// Lays out a hello.
    ///
    /// - Parameters:
    ///   - shares: the keys offered in TLS 1.3, the preferred one first; a browser offers the first alone.
    ///   - groups: those that a key can be made for.
    ///   - sessionID: 32 bytes; asks TLS 1.3 servers to look like TLS 1.2 to middleboxes.
    ///   - protocols: application protocols in order of preference.
    package convenience init(
        _ look: Look,
        shares: [KeyShare],
        groups: [UInt16],
        sessionID: [UInt8],
        protocols: [String] = ["h2", "http/1.1"]
    ) {
        switch look {
        case .default, .noServerName, .noProtocols, .rsa, .ecdsa:
            self.init(
                look: look,
                recordVersion: [3, 1],
                version: [3, 3],
                sessionID: sessionID,
                pieces: Self.ownPieces(look, shares, groups, look == .noProtocols ? [] : protocols)
            )
        case .browser:
            self.init(
                look: look,
                recordVersion: [3, 1],
                version: [3, 3],
                sessionID: sessionID,
                pieces: Self.browserPieces(Array(shares.prefix(1)), protocols)
            )
        case .tls12:
            self.init(
                look: look,
                recordVersion: [3, 1],
                version: [3, 3],
                sessionID: [],
                pieces: Self.tls12Pieces
            )
        case .legacy:
            self.init(
                look: look,
                recordVersion: [3, 0],
                version: [3, 1],
                sessionID: [],
                pieces: [.bytes(Self.suites(Self.legacySuites))]
            )
        }
    }

    private static func ownPieces(
        _ look: Look,
        _ shares: [KeyShare],
        _ groups: [UInt16],
        _ protocols: [String]
    ) -> [Piece] {
        [
            .bytes(suites(ownSuites(look))), .extensionsLength, .serverName,
            .bytes(
                item(11, [1, 0]) + item(10, list(groups + oldGroups)) + item(35, [])
                    + item(5, [1, 0, 0, 0, 0])
                    + item(18, []) + item(22, []) + item(23, []) + item(13, list(ownSchemes(look)))
            ),
            .protocols(alpn(protocols)),
            .bytes(
                item(43, [10, 3, 4, 3, 3, 3, 2, 3, 1, 3, 0]) + item(45, [1, 1]) + item(28, [0x40, 1])
                    + item(0xff01, [0])
            ),
            .cookie, .keyShares(keyShares(shares), grease: nil), .padding,
        ]
    }

    /// In the manner of Chromium's hello, which draws the order of its extensions anew each time; ours is
    /// fixed.
    private static func browserPieces(_ shares: [KeyShare], _ protocols: [String]) -> [Piece] {
        let group = shares.map(\.group) + [23, 24].filter { !shares.map(\.group).contains($0) }
        let withGrease = [KeyShare(group: 0, key: [0])] + shares
        return [
            .bytes(u16(2 * (browserSuites.count + 1))), .grease(0),
            .bytes(browserSuites.flatMap { u16(Int($0)) } + [1, 0]), .extensionsLength,
            .grease(2), .bytes([0, 0]), .serverName,
            .bytes(
                item(23, []) + item(0xff01, [0]) + u16(10) + u16(2 * group.count + 4)
                    + u16(2 * group.count + 2)
            ),
            .grease(4),
            .bytes(group.flatMap { u16(Int($0)) } + item(11, [1, 0]) + item(35, [])),
            .protocols(alpn(protocols)),
            .bytes(item(5, [1, 0, 0, 0, 0]) + item(13, list(browserSchemes)) + item(18, [])),
            .cookie, .keyShares(keyShares(withGrease), grease: 4),
            .bytes(item(45, [1, 1]) + u16(43) + u16(7) + [6]), .grease(6), .bytes([3, 4, 3, 3]),
            .grease(3), .bytes([0, 1, 0]), .padding,
        ]
    }

    private static let tls12Pieces: [Piece] = [
        .bytes(suites(tls12Suites)), .extensionsLength, .serverName,
        .bytes(item(10, list([29, 23, 24, 25])) + item(11, [1, 0]) + item(13, list(tls12Schemes))),
    ]

    private static func keyShares(_ shares: [KeyShare]) -> [UInt8] {
        let entries = shares.flatMap { u16(Int($0.group)) + u16($0.key.count) + $0.key }
        return item(51, u16(entries.count) + entries)
    }

    private static func alpn(_ protocols: [String]) -> [UInt8] {
        let names = protocols.flatMap { [UInt8(truncatingIfNeeded: $0.utf8.count)] + Array($0.utf8) }
        return names.isEmpty ? [] : item(16, u16(names.count) + names)
    }

    /// An extension.
    private static func item(_ type: Int, _ value: [UInt8]) -> [UInt8] {
        u16(type) + u16(value.count) + value
    }

    /// Numbers with the length of their list in front.
    private static func list(_ values: [UInt16]) -> [UInt8] {
        u16(2 * values.count) + values.flatMap { u16(Int($0)) }
    }

    /// Cipher suites, and the null compression after them.
    private static func suites(_ values: [UInt16]) -> [UInt8] { list(values) + [1, 0] }

    private static func u16(_ value: Int) -> [UInt8] {
        [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
    }
}
