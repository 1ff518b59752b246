import Bytes

/// A ClientHello of one look, laid out once and written for each connection.
///
/// Between two connections only the random, the server name, the GREASE values
/// and, after a HelloRetryRequest, key share and cookie differ: the rest is
/// kept as finished bytes. The same arguments give the same bytes, so that a
/// hello need not be kept for the transcript but can be written again.
package final class ClientHello: Sendable {
    /// Which hello: one of ours, or one that resembles another client's.
    package enum Look: String, CaseIterable, Sendable {
        /// TLS 1.3 down to SSL 3.0, with what servers of all ages need.
        case `default`
        /// Resembles a common browser's; without compress_certificate, which would hide the certificate.
        case browser
        /// TLS 1.2 with few suites and extensions, for intolerant servers and middleboxes.
        case tls12
        /// TLS 1.0 without extensions, in a record of SSL 3.0.
        case legacy
        /// As `default`, without a server name.
        case noServerName = "no_sni"
        /// As `default`, without application protocols, for servers that know only their own.
        case noProtocols = "no_alpn"
        /// As `default`, but only a certificate with an RSA key will do.
        case rsa
        /// As `default`, but only a certificate with a key on a curve will do (ECDSA, Ed25519, Ed448).
        case ecdsa

        /// Whether TLS 1.3 is among the versions offered.
        package var offersTLS13: Bool { self != .tls12 && self != .legacy }

        /// Whether it takes certificates of one kind of key alone: of a server that has several it shows that
        /// one, and another hello would show another.
        package var wantsOneKind: Bool { self == .rsa || self == .ecdsa }

        /// Whether a server name that is given is sent.
        package var sendsServerName: Bool { self != .legacy && self != .noServerName }
    }

    /// A public key offered for a group.
    package struct KeyShare: Sendable {
        package let group: UInt16
        package let key: [UInt8]

        package init(group: UInt16, key: [UInt8]) {
            self.group = group
            self.key = key
        }
    }

    /// What is particular to one connection.
    package struct Fill {
        package var random: InlineArray<32, UInt8>

        /// The host name for the server; empty for none.
        package var serverName: [UInt8]

        /// Whether the application protocols are offered: not when TLS begins inside another protocol.
        package var offersProtocols: Bool

        package init(random: InlineArray<32, UInt8>, serverName: [UInt8], offersProtocols: Bool) {
            self.random = random
            self.serverName = serverName
            self.offersProtocols = offersProtocols
        }
    }

    /// What a HelloRetryRequest asked for.
    package struct Retry {
        /// The one key share to offer; nil keeps those of the first hello.
        package var share: KeyShare?

        /// To be sent back; empty for none.
        package var cookie: [UInt8]

        package init(share: KeyShare?, cookie: [UInt8]) {
            self.share = share
            self.cookie = cookie
        }
    }

    /// A stretch of the hello after its session id.
    enum Piece {
        case bytes([UInt8])
        /// One of the values that servers must not know (RFC 8701), by its number in this hello.
        case grease(UInt8)
        /// Where the length of all extensions stands.
        case extensionsLength
        case serverName
        case protocols([UInt8])
        /// - Parameter grease: the number of the value that takes the place of the first group.
        case keyShares([UInt8], grease: UInt8?)
        case cookie
        /// Fills up to 512 bytes where servers are known to stumble over 256 to 511.
        case padding
    }

    /// A place in the layout where a hello differs from others.
    private struct Mark {
        enum Kind {
            case random, extensionsLength, serverName, protocols, keyShares, cookie, padding
            case grease(UInt8), keySharesWithGrease(UInt8)
        }

        let kind: Kind

        /// What of the layout the mark stands for, as far as it is written at all.
        let range: ByteRange
    }

    package let look: Look

    /// The session id that every hello of this value carries.
    package let sessionID: [UInt8]

    /// A whole hello with everything that can be in it but name, cookie and padding.
    private let layout: [UInt8]
    private let marks: [Mark]

    init(look: Look, recordVersion: [UInt8], version: [UInt8], sessionID: [UInt8], pieces: [Piece]) {
        self.look = look
        self.sessionID = sessionID
        var layout: [UInt8] = [22] + recordVersion + [0, 0, 1, 0, 0, 0] + version
        var marks: [Mark] = []
        func mark(_ kind: Mark.Kind, _ bytes: [UInt8] = []) {
            marks.append(Mark(kind: kind, range: ByteRange(layout.count, layout.count + bytes.count)))
            layout += bytes
        }
        mark(.random, [UInt8](repeating: 0, count: 32))
        layout += [UInt8(truncatingIfNeeded: sessionID.count)] + sessionID
        for piece in pieces {
            switch piece {
            case .bytes(let bytes): layout += bytes
            case .grease(let number): mark(.grease(number), [0, 0])
            case .extensionsLength: mark(.extensionsLength, [0, 0])
            case .serverName: if look.sendsServerName { mark(.serverName) }
            case .protocols(let bytes): mark(.protocols, bytes)
            case .keyShares(let bytes, nil): mark(.keyShares, bytes)
            case .keyShares(let bytes, let number?): mark(.keySharesWithGrease(number), bytes)
            case .cookie: mark(.cookie)
            case .padding: mark(.padding)
            }
        }
        self.layout = layout
        self.marks = marks
    }

    /// Bytes of the record header in front of the message.
    package static let recordHeader = 5

    /// Appends the hello as one record.
    ///
    /// - Parameter retry: for the second hello, which goes out in a TLS 1.2 record (RFC 8446, section 5.1).
    package func write(_ fill: Fill, retry: Retry? = nil, into out: inout [UInt8]) {
        let layout = self.layout
        let start = out.count
        var extensions: Int?
        var place = 0
        for mark in marks {
            let range = mark.range.indices
            out.append(layout.span.extracting(place..<range.lowerBound))
            place = range.upperBound
            switch mark.kind {
            case .random:
                out.append(fill.random.span)
            case .grease(let number):
                Self.append16(fill.grease(number), to: &out)
            case .extensionsLength:
                extensions = out.count
                Self.append16(0, to: &out)
            case .serverName:
                Self.append(serverName: fill.serverName, to: &out)
            case .protocols:
                if fill.offersProtocols { out.append(layout.span.extracting(range)) }
            case .keyShares, .keySharesWithGrease:
                if let share = retry?.share {
                    Self.append(share: share, to: &out)
                } else {
                    let start = out.count
                    out.append(layout.span.extracting(range))
                    if case .keySharesWithGrease(let number) = mark.kind {
                        Self.set16(fill.grease(number), at: start + 6, &out)
                    }
                }
            case .cookie:
                if let retry, !retry.cookie.isEmpty { Self.append(cookie: retry.cookie, to: &out) }
            case .padding:
                Self.pad(start + Self.recordHeader, &out)
            }
        }
        out.append(layout.span.extracting(place..<layout.count))
        if retry != nil { Self.set16(0x0303, at: start + 1, &out) }
        if let extensions { Self.set16(out.count - extensions - 2, at: extensions, &out) }
        Self.set16(out.count - start - Self.recordHeader, at: start + 3, &out)
        Self.set16(out.count - start - Self.recordHeader - 4, at: start + 7, &out)
    }

    private static func append(share: KeyShare, to out: inout [UInt8]) {
        append16(51, to: &out)
        append16(share.key.count + 6, to: &out)
        append16(share.key.count + 4, to: &out)
        append16(Int(share.group), to: &out)
        append16(share.key.count, to: &out)
        out.append(contentsOf: share.key)
    }

    private static func append(serverName name: [UInt8], to out: inout [UInt8]) {
        guard !name.isEmpty else { return }
        append16(0, to: &out)
        append16(name.count + 5, to: &out)
        append16(name.count + 3, to: &out)
        out.append(0)
        append16(name.count, to: &out)
        out.append(contentsOf: name)
    }

    private static func append(cookie: [UInt8], to out: inout [UInt8]) {
        append16(44, to: &out)
        append16(cookie.count + 2, to: &out)
        append16(cookie.count, to: &out)
        out.append(contentsOf: cookie)
    }

    private static func pad(_ start: Int, _ out: inout [UInt8]) {
        let count = out.count - start
        guard 256..<512 ~= count else { return }
        let zeros = max(0, 512 - count - 4)
        append16(21, to: &out)
        append16(zeros, to: &out)
        out.append(contentsOf: repeatElement(0, count: zeros))
    }

    private static func append16(_ value: Int, to out: inout [UInt8]) {
        out.append(UInt8(truncatingIfNeeded: value >> 8))
        out.append(UInt8(truncatingIfNeeded: value))
    }

    private static func set16(_ value: Int, at place: Int, _ out: inout [UInt8]) {
        out[place] = UInt8(truncatingIfNeeded: value >> 8)
        out[place + 1] = UInt8(truncatingIfNeeded: value)
    }
}

extension ClientHello.Fill {
    /// One of the sixteen GREASE values, drawn from the random; neighbours differ.
    func grease(_ number: UInt8) -> Int {
        let number = Int(number)
        let draw =
            number % 2 == 0 ? random[number] & 15 : (random[number - 1] & 15) ^ 1 ^ (random[number] & 14)
        return 0x0a0a + 0x1010 * Int(draw)
    }
}
