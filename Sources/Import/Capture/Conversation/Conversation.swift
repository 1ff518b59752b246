import Bytes
import Observations
import Wire

/// What is said on one connection, as far as it can be read: TLS from the first byte or after a plaintext
/// dialogue, DTLS, and HTTP in the clear.
///
/// It holds no more than it needs to go on, and nothing once everything was seen.
final class Conversation {
    /// What is spoken.
    enum Kind: Equatable {
        case unknown
        case tls
        case http
        /// TLS that had begun before its first packet in the capture.
        case midstream
        /// QUIC whose first packet was not captured, or is of a version whose keys are not known.
        case quic
        /// Something else.
        case other
    }

    /// Bytes of each side that are looked through for the begin of TLS.
    static let maximumClear = 64 * 1024

    enum Stage {
        /// Its first bytes are not there yet.
        case opening
        /// It does not begin with TLS.
        case clear
        case records
        /// Nothing more is wanted.
        case over
    }

    struct Side {
        var stage = Stage.opening
        /// What came in the clear, at most `maximumClear`.
        var clear: [UInt8] = []
        /// Bytes of `clear` in which no TLS begins.
        var scanned = 0
        /// Bytes that are missing in the clear, the frame that shows it, and whether they are the first ones.
        var lost = 0
        var lostFrame = 0
        var lacksBegin = false
        var framing = StartTLSFraming(.none)
    }

    let transport: Transport
    var kind = Kind.unknown
    var sides = [Side(), Side()]
    /// The side that sent the ClientHello or the request.
    var client: Int?
    /// The side that opened the connection, where that was seen: it is the one to ask for TLS after words in
    /// the clear.
    var opener: Int?
    var flight = ServerFlight()
    var server = ServerReader()
    var offer = ClientReader()
    var http: HTTPConversation?
    /// What was said in HTTP before TLS began on the same connection.
    var plain: HTTPConversation?
    /// All of HTTP that is read was seen: only TLS is still looked for.
    var isSettled = false
    /// What may be a ClientHello after HTTP, until the server has answered it.
    var hello: [UInt8] = []
    /// The capture ends within a handshake or an answer.
    private(set) var breaksOff = false
    var datagrams: DatagramReader?
    var quic: QUICReader?
    /// How much of the server's clear bytes were there when the ClientHello began.
    var goAhead = 0

    /// What is missing where it would have been read: bytes, and the frame that shows it.
    private(set) var missing = 0
    private(set) var firstMissing = 0

    init(_ transport: Transport) { self.transport = transport }

    /// Whether more bytes of a side would be read.
    func wants(_ side: Int) -> Bool { sides[side].stage != .over }

    /// Whether more bytes of a side would be kept.
    func reads(_ side: Int) -> Bool { wants(side) && !isSettled }

    var isOver: Bool { !wants(0) && !wants(1) }

    /// Whether all that is read was seen, as far as that can be told.
    var isDone: Bool { isOver || isSettled }

    /// Whether the first bytes of a side are missing.
    var lacksBegin: Bool { sides[0].lacksBegin || sides[1].lacksBegin }

    /// About how many bytes it holds; 2 KiB is what an empty one takes.
    var weight: Int {
        2048 + sides[0].clear.count + sides[1].clear.count + server.weight + offer.weight + flight.weight
            + hello.count + (http?.weight ?? 0) + (plain?.weight ?? 0) + (datagrams?.weight ?? 0)
            + (quic?.weight ?? 0)
    }

    /// Takes the next bytes of a stream, before which `hole` are missing.
    func take(_ bytes: Span<UInt8>, after hole: Int, from side: Int, frame: Int) {
        if hole > 0 { lose(hole, side, frame) }
        guard !bytes.isEmpty else { return }
        switch sides[side].stage {
        case .opening, .clear: takeClear(bytes, side)
        case .records: takeRecords(bytes, side)
        case .over: break
        }
    }

    /// A side has ended its stream.
    ///
    /// - Parameter isEnd: false when it is the capture that has ended.
    func closed(_ side: Int, isEnd: Bool = true) {
        guard wants(side) else { return }
        lastSearch(side)
        if sides[side].stage == .records {
            if side == client {
                sides[side].stage = .over
                return
            }
            if !server.isDone, flight.close == nil {
                if !isEnd, missing == 0 { breaksOff = true }
                flight.close = .close
            }
            server.end(&flight)
        }
        http?.closed(side == client, isEnd: isEnd)
        if sides[side].stage != .clear || http == nil { sides[side].stage = .over }
        if http?.isOver == true { stop() }
    }

    /// Nothing comes any more.
    func finish(isReset: Bool) {
        if kind == .tls, !server.isDone, isReset, flight.close == nil { flight.close = .reset }
        server.end(&flight)
        http?.finish()
        datagrams?.finish(&flight)
        for side in 0...1 where sides[side].lost > 0 && lossMatters(side) {
            miss(sides[side].lost, sides[side].lostFrame)
        }
        if missing == 0, http?.breaksOff == true { breaksOff = true }
        stop()
    }

    /// Whether what is missing in the clear is what would have been read.
    private func lossMatters(_ side: Int) -> Bool {
        switch kind {
        case .tls where side == client: offer.offer == nil
        case .tls: flight.suite == nil && flight.chain.isEmpty && flight.close != .alert
        case .unknown, .other: sides[side].lacksBegin
        case .http, .midstream, .quic: false
        }
    }

    private func miss(_ count: Int, _ frame: Int) {
        if missing == 0 { firstMissing = frame }
        missing += count
    }

    /// Nothing more is wanted.
    func stop() {
        for side in 0...1 {
            sides[side].stage = .over
            sides[side].scanned = 0
        }
    }

    private func lose(_ count: Int, _ side: Int, _ frame: Int) {
        guard !isSettled else { return }
        let matters: Bool
        switch sides[side].stage {
        case .over: return
        case .opening, .clear:
            if sides[side].stage == .opening { sides[side].lacksBegin = true }
            sides[side].stage = .clear
            // A dialogue goes on behind a hole; an answer of HTTP does not.
            http?.lost(side == client)
            matters = http != nil
            if !matters {
                if sides[side].lost == 0 { sides[side].lostFrame = frame }
                sides[side].lost += count
            }
        case .records:
            matters = side == client ? offer.offer == nil : !server.isDone
            if side != client { server.end(&flight) }
            sides[side].stage = .over
        }
        if matters { miss(count, frame) }
    }
}

extension ServerFlight {
    /// About how many bytes it holds.
    var weight: Int {
        chain.bytes.count + values.count + ocspResponse.count + timestamps.bytes.count
            + certificateRequest.authorities.bytes.count + junk.count
    }
}
