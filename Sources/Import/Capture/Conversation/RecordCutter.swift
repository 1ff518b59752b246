import Bytes
import Wire

/// Cuts a stream of TLS into its records, at any split of its bytes.
struct RecordCutter {
    /// Bytes of a record's content: TLS 1.2 allows 2048 more than are in plaintext (RFC 5246, section 6.2.3).
    private static let longestRecord = 16384 + 2048

    private var rest: [UInt8] = []
    private var hasBegun = false

    /// Bytes that are held.
    var weight: Int { rest.count }

    /// The content of a handshake record that did not come whole, as far as it came.
    var cutHandshake: ArraySlice<UInt8> { rest.first == 22 ? rest.dropFirst(5) : [] }

    /// Hands on each whole record: its type, its version and its content.
    ///
    /// - Parameter take: returns false when no more are wanted.
    /// - Returns: false when the bytes are no records, or no more were wanted.
    mutating func read(_ bytes: Span<UInt8>, _ take: (UInt8, UInt16, Span<UInt8>) -> Bool) -> Bool {
        guard !rest.isEmpty else {
            guard let used = cut(bytes, take) else { return false }
            if used < bytes.count { rest.append(bytes.extracting(used..<bytes.count)) }
            return true
        }
        var whole: [UInt8] = []
        swap(&whole, &rest)
        whole.append(bytes)
        guard let used = cut(whole.span, take) else { return false }
        whole.removeFirst(used)
        rest = whole
        return true
    }

    private mutating func cut(
        _ bytes: Span<UInt8>,
        _ take: (UInt8, UInt16, Span<UInt8>) -> Bool
    ) -> Int? {
        var place = 0
        while bytes.count - place >= 5 {
            let (type, count) = (bytes[place], bytes.u16(place + 3))
            // Some answer in the version of another protocol; the first record was looked at by who gave it.
            let isRecord = 20...24 ~= type && (bytes[place + 1] == 3 || bytes[place + 1] == 1 || !hasBegun)
            guard isRecord, count <= Self.longestRecord else { return nil }
            guard bytes.count - place >= 5 + count else { break }
            hasBegun = true
            let content = bytes.extracting(place + 5..<place + 5 + count)
            guard take(type, UInt16(bytes.u16(place + 1)), content) else { return nil }
            place += 5 + count
        }
        return place
    }
}

/// Cuts the contents of handshake records into messages.
struct MessageCutter {
    /// The longest message that is waited for; of a longer chain the begin is read.
    static let longestMessage = 496 * 1024

    /// The message that is not whole yet.
    private(set) var rest: [UInt8] = []

    var isFull: Bool { rest.count >= Self.longestMessage }

    /// Hands on each whole message with its header.
    ///
    /// - Parameter take: returns false when no more are wanted.
    mutating func read(_ bytes: Span<UInt8>, _ take: (Span<UInt8>) -> Bool) {
        if rest.isEmpty {
            let used = cut(bytes, take)
            if used < bytes.count { rest.append(bytes.extracting(used..<bytes.count)) }
            return
        }
        // A message in many small records is looked at when it is whole.
        rest.append(bytes)
        guard rest.count >= 4, rest.count >= 4 + rest.span.u24(1) else { return }
        var whole: [UInt8] = []
        swap(&whole, &rest)
        let used = cut(whole.span, take)
        whole.removeFirst(used)
        rest = whole
    }

    private func cut(_ bytes: Span<UInt8>, _ take: (Span<UInt8>) -> Bool) -> Int {
        var place = 0
        while bytes.count - place >= 4 {
            let end = place + 4 + bytes.u24(place + 1)
            guard end <= bytes.count else { break }
            guard take(bytes.extracting(place..<end)) else { return bytes.count }
            place = end
        }
        return place
    }
}
