import Bytes
import COpenSSL
import Wire

/// What all grabs of one thread share: hellos, key pairs, ciphers and room for one record.
///
/// It is made once for each event loop. A grab that is not being called holds
/// nothing of it.
package final class GrabContext {
    /// The bytes to send after an action `.send`; valid until the next call of any grab.
    package internal(set) var outgoing: [UInt8] = []

    let cipher: RecordCipher
    private let suites: SuiteCiphers
    /// Made when the first handshake goes on to its end, as is the verifier.
    private(set) lazy var sealer = RecordSealer(suites)
    lazy var verifier = SignatureVerifier()
    let sha256 = KeySchedule(size: 32)
    let sha384 = KeySchedule(size: 48)
    private var randoms = RandomPool()
    private var connections: UInt64 = 0

    /// In the order of `ClientHello.Look`.
    private let hellos: [ClientHello]

    /// Arrays for what a read cuts off, which few grabs need at a time.
    private var rooms: [[UInt8]] = []
    private static let maximumRooms = 64
    private static let largestRoom = 64 * 1024

    /// Those offered in the first hello, X25519 first.
    private let pairs: [KeyPair]

    /// Those that a HelloRetryRequest asked for, made at the first request.
    private var otherPairs: [KeyPair] = []

    /// The groups that a key can be made for, in order of preference; the hybrid only if libcrypto has it.
    private let groups: [UInt16]

    /// - Parameter protocols: application protocols to offer, in order of preference.
    /// - Throws: `GrabContext.Failure` when libcrypto lacks a primitive or memory.
    package init(protocols: [String] = ["h2", "http/1.1"]) throws(Failure) {
        let suites = SuiteCiphers()
        self.suites = suites
        guard let cipher = RecordCipher(suites), let x25519 = KeyPair(group: 29),
            let p256 = KeyPair(group: 23)
        else {
            throw Failure()
        }
        self.cipher = cipher
        pairs = [x25519, p256]
        var sessionID: [UInt8] = []
        sessionID.append(randoms.next().span)
        let hybrid = KeyPair(group: KeyPair.hybrid)
        if let hybrid { otherPairs = [hybrid] }
        let groups = [29, 23, 30, 24, 25] + (hybrid == nil ? [] : [KeyPair.hybrid])
        self.groups = groups
        hellos = ClientHello.Look.allCases.map {
            ClientHello(
                $0,
                shares: [x25519.share, p256.share],
                groups: groups,
                sessionID: sessionID,
                protocols: protocols
            )
        }
    }

    /// libcrypto can't do what every scan needs.
    package struct Failure: Error {}

    /// Fills `outgoing` with a hello.
    func write(_ hello: ClientHello, _ fill: ClientHello.Fill) {
        outgoing.removeAll(keepingCapacity: true)
        hello.write(fill, into: &outgoing)
    }

    /// An empty array, with room when one was given back.
    func takeRoom() -> [UInt8] { rooms.popLast() ?? [] }

    /// Empties an array and keeps its room for another grab.
    func giveBack(_ array: inout [UInt8]) {
        guard array.capacity > 0 else { return }
        var room: [UInt8] = []
        swap(&room, &array)
        guard rooms.count < Self.maximumRooms, room.capacity <= Self.largestRoom else { return }
        room.removeAll(keepingCapacity: true)
        rooms.append(room)
    }

    func hello(_ look: ClientHello.Look) -> ClientHello {
        let place: Int =
            switch look {
            case .default: 0
            case .browser: 1
            case .tls12: 2
            case .legacy: 3
            case .noServerName: 4
            case .noProtocols: 5
            case .rsa: 6
            case .ecdsa: 7
            }
        return hellos[place]
    }

    /// The key schedule of a TLS 1.3 suite.
    func schedule(_ suite: UInt16) -> KeySchedule { suite == 0x1302 ? sha384 : sha256 }

    func nextRandom() -> InlineArray<32, UInt8> { randoms.next() }

    /// Random bytes for hellos that are not a grab's.
    package func randomBytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count { bytes.append(nextRandom().span) }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Never zero.
    func nextNumber() -> UInt64 {
        connections += 1
        return connections
    }

    /// The pair for a group that we offer; made when it is asked for the first time.
    func pair(_ group: UInt16) -> KeyPair? {
        for pair in pairs where pair.share.group == group { return pair }
        for pair in otherPairs where pair.share.group == group { return pair }
        guard groups.contains(group), let pair = KeyPair(group: group) else { return nil }
        otherPairs.append(pair)
        return pair
    }

    /// Whether the first hello of a look has a key share for a group.
    func offers(_ group: UInt16, _ look: ClientHello.Look) -> Bool {
        switch look {
        case .default, .noServerName, .noProtocols, .rsa, .ecdsa: group == 29 || group == 23
        case .browser: group == 29
        case .tls12, .legacy: false
        }
    }
}
