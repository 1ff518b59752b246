import Bytes

/// What JARM takes out of a server's answer to one probe.
///
/// The reference reads the answer by fixed places and never looks at the
/// length of the handshake message; so does this, since the fingerprint is
/// what comes out of that reading.
package struct JARMAnswer: Equatable, Sendable {
    /// The suite as four hex digits; empty when there was no ServerHello.
    ///
    /// Cut short with the answer.
    package private(set) var cipher = ""
    /// legacy_version as four hex digits.
    package private(set) var version = ""
    /// The first ALPN extension without its first three bytes.
    package private(set) var nextProtocol = ""
    /// Extension types in order, four hex digits each, joined by hyphens.
    package private(set) var extensions = ""

    /// The reference reads at most this much of an answer.
    package static let readCount = 1484

    /// No answer, or one that is no ServerHello.
    package static let none = JARMAnswer()

    private init() {}

    /// Reads the answer's first bytes, at most `readCount` of them.
    package init(_ bytes: [UInt8]) {
        let read = bytes.count > Self.readCount ? Array(bytes.prefix(Self.readCount)) : bytes
        guard let answer = Self.read(read) else { return }
        self = answer
    }

    package var isServerHello: Bool { !cipher.isEmpty }

    /// `cipher|version|alpn|extensions`.
    package var text: String { "\(cipher)|\(version)|\(nextProtocol)|\(extensions)" }

    private static func read(_ bytes: [UInt8]) -> JARMAnswer? {
        guard bytes.count >= 6, bytes[0] == 0x16, bytes[5] == 0x02, bytes.count > 43 else { return nil }
        let session = Int(bytes[43])
        // An answer cut inside the suite still gives the part that came.
        guard bytes.count > 44 + session else { return nil }
        var answer = JARMAnswer()
        answer.cipher = hex(bytes[(44 + session)..<min(46 + session, bytes.count)])
        answer.version = hex(bytes[9..<11])
        guard answer.readExtensions(bytes, session) else { return nil }
        return answer
    }

    /// Returns false when the reference would throw the whole answer away.
    private mutating func readExtensions(_ bytes: [UInt8], _ session: Int) -> Bool {
        let start = 47 + session
        guard start < bytes.count, bytes[start] != 0x0b else { return true }
        // Two patterns of old servers whose next message would be taken for extensions.
        if Self.holds(bytes, at: start + 3, [0x0e, 0xac, 0x0b])
            || Self.holds(bytes, at: 82, [0x0f, 0xf0, 0x0b])
        {
            return true
        }
        guard session + 42 < Int(bytes[3]) << 8 | Int(bytes[4]) else { return true }
        // The length that the reference reads, from one byte where only one came.
        let count = Self.number(bytes, start) ?? 0
        var (place, types, found) = (start + 2, [UInt8](), false)
        while place < count + start + 1 {
            guard let length = Self.number(bytes, place + 2) else { return false }
            let value = bytes[min(place + 4, bytes.count)..<min(place + 4 + length, bytes.count)]
            let type = bytes[min(place, bytes.count)..<min(place + 2, bytes.count)]
            if !types.isEmpty { types.append(0x2d) }
            Self.append(type, to: &types)
            if !found, type.elementsEqual([0, 0x10]) {
                found = true
                guard !value.isEmpty, let text = String(validating: value.dropFirst(3), as: UTF8.self) else {
                    return false
                }
                nextProtocol = text
            }
            place += 4 + length
        }
        extensions = String(decoding: types, as: UTF8.self)
        return true
    }

    private static func holds(_ bytes: [UInt8], at place: Int, _ pattern: [UInt8]) -> Bool {
        place + pattern.count <= bytes.count && bytes[place..<place + pattern.count].elementsEqual(pattern)
    }

    /// The two bytes at `place` as a number; the one that is left, or nil when none is.
    private static func number(_ bytes: [UInt8], _ place: Int) -> Int? {
        guard place < bytes.count else { return nil }
        return place + 1 < bytes.count ? Int(bytes[place]) << 8 | Int(bytes[place + 1]) : Int(bytes[place])
    }

    private static func hex(_ bytes: ArraySlice<UInt8>) -> String {
        var digits: [UInt8] = []
        append(bytes, to: &digits)
        return String(decoding: digits, as: UTF8.self)
    }

    /// Appends two lower-case digits a byte.
    private static func append(_ bytes: ArraySlice<UInt8>, to digits: inout [UInt8]) {
        for byte in bytes {
            digits.append(hexDigit(byte >> 4) | 0x20)
            digits.append(hexDigit(byte & 15) | 0x20)
        }
    }
}
