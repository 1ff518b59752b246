internal import COpenSSL
import Bytes
import Foundation

/// An NKey: an Ed25519 key of NATS as text (https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/nkey_auth).
///
/// The text is base32 (RFC 4648, no padding) of a prefix, 32 bytes and CRC-16 (XMODEM), the low byte first.
package struct NKey: Sendable {
    /// `SU…`, the secret.
    package let seedText: String
    /// `U…`, what the broker's configuration holds.
    package let publicText: String

    private static let seedPrefix: UInt8 = 18 << 3
    private static let userPrefix: UInt8 = 20 << 3

    /// A new key.
    package init() throws(FleetError) {
        var secret = [UInt8](repeating: 0, count: 32)
        guard RAND_bytes(&secret, Int32(secret.count)) == 1 else {
            throw FleetError("there are no random numbers")
        }
        try self.init(secret)
    }

    private init(_ secret: [UInt8]) throws(FleetError) {
        // Two prefixes stand in one and a half bytes: that it is a seed, and of a user.
        let first = Self.seedPrefix | Self.userPrefix >> 5
        let second = Self.userPrefix << 3
        seedText = Self.text([first, second] + secret)
        publicText = Self.text([Self.userPrefix] + (try TrustedKey(ofSecret: secret)).bytes)
    }

    /// Reads a file with a user's seed on a line of its own; decorated files of `nsc` are read, too.
    package init(seedFile path: String) throws(FleetError) {
        let lines = try SmallFile.text(path).split(whereSeparator: \.isNewline).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        let wrong = FleetError("\(path): holds no seed of a user's NKey (SU…)")
        guard let line = lines.first(where: { $0.hasPrefix("SU") }), let bytes = Self.bytes(line),
            bytes.count == 36,
            Self.checksum(bytes.dropLast(2)) == UInt16(bytes[34]) | UInt16(bytes[35]) << 8
        else { throw wrong }
        try self.init(Array(bytes[2..<34]))
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    private static func text(_ bytes: [UInt8]) -> String {
        let sum = checksum(bytes[...])
        var text: [UInt8] = []
        var (bits, count): (UInt32, Int) = (0, 0)
        for byte in bytes + [UInt8(truncatingIfNeeded: sum), UInt8(sum >> 8)] {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 5 {
                count -= 5
                text.append(alphabet[Int(bits >> UInt32(count) & 31)])
            }
            bits &= 1 << UInt32(count) - 1
        }
        if count > 0 { text.append(alphabet[Int(bits << UInt32(5 - count) & 31)]) }
        return String(decoding: text, as: UTF8.self)
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        guard text.utf8.count <= 64 else { return nil }
        var bytes: [UInt8] = []
        var (bits, count): (UInt32, Int) = (0, 0)
        for letter in text.utf8 {
            guard let value = alphabet.firstIndex(of: letter) else { return nil }
            bits = bits << 5 | UInt32(value)
            count += 5
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
                bits &= 1 << UInt32(count) - 1
            }
        }
        return bytes
    }

    /// CRC-16 with the polynomial 0x1021 from 0.
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt16 {
        bytes.reduce(0) { sum, byte in
            (0..<8).reduce(sum ^ UInt16(byte) << 8) { sum, _ in
                sum & 0x8000 == 0 ? sum << 1 : sum << 1 ^ 0x1021
            }
        }
    }
}
