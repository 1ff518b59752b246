import Bytes

/// Header fields in the order and spelling in which they were received.
///
/// Names and values are raw bytes: a server may put anything there. They lie
/// one after the other in one array, so that a thousand headers cost two allocations.
package struct HTTPHeaders: Equatable, Sendable {
    private var bytes: [UInt8] = []
    private var entries: [Entry] = []

    private struct Entry: Equatable, Sendable {
        var name: ByteRange
        var value: ByteRange
    }

    package init() {}

    package init(_ pairs: [(String, String)]) {
        for (name, value) in pairs { append(name: Array(name.utf8).span, value: Array(value.utf8).span) }
    }

    package var count: Int { entries.count }
    package var isEmpty: Bool { entries.isEmpty }
    package var indices: Range<Int> { 0..<entries.count }

    package mutating func append(name: Span<UInt8>, value: Span<UInt8>) {
        let start = bytes.count
        bytes.append(name)
        let middle = bytes.count
        bytes.append(value)
        entries.append(Entry(name: ByteRange(start, middle), value: ByteRange(middle, bytes.count)))
    }

    /// Lengthens the last value: a blank and `more`, as a folded line reads (RFC 9112, section 5.2).
    package mutating func extendLast(_ more: Span<UInt8>) {
        guard !entries.isEmpty, !more.isEmpty else { return }
        if !entries[entries.count - 1].value.isEmpty { bytes.append(0x20) }
        bytes.append(more)
        entries[entries.count - 1].value.end = Int32(truncatingIfNeeded: bytes.count)
    }

    /// The name as received.
    package func name(_ index: Int) -> ArraySlice<UInt8> { bytes[entries[index].name.indices] }

    /// The value without the blanks around it.
    package func value(_ index: Int) -> ArraySlice<UInt8> { bytes[entries[index].value.indices] }

    /// Whether the header at `index` is called `name`, which is given in lower case.
    package func isNamed(_ name: String, _ index: Int) -> Bool {
        self.name(index).elementsEqual(name.utf8) { lowercased($0) == $1 }
    }

    /// Whether two headers have the same name, letter case aside.
    package func sameName(_ one: Int, _ other: Int) -> Bool {
        name(one).elementsEqual(name(other)) { lowercased($0) == lowercased($1) }
    }

    /// The first value under `name`, which is given in lower case.
    package func first(_ name: String) -> ArraySlice<UInt8>? {
        indices.first { isNamed(name, $0) }.map(value)
    }

    /// The codings that all headers under `name` list, in their order, in lower case and without blanks.
    package func codings(_ name: String) -> [String] {
        indices.filter { isNamed(name, $0) }
            .flatMap { value($0).split(separator: 0x2c) }
            .map { String(decoding: $0.filter { !isBlank($0) }.map(lowercased), as: UTF8.self) }
    }

    /// The first value under `name` as text; bytes that are not UTF-8 as U+FFFD.
    package func text(_ name: String) -> String? {
        first(name).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Whether a byte can stand in a token, such as a header's name or a method (RFC 9110, section 5.6.2).
package func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x21, 0x23...0x27, 0x2a, 0x2b, 0x2d, 0x2e, 0x30...0x39, 0x41...0x5a, 0x5e...0x7a, 0x7c, 0x7e: true
    default: false
    }
}

/// An ASCII letter in lower case, anything else as it is.
@inlinable
package func lowercased(_ byte: UInt8) -> UInt8 {
    byte &- 0x41 < 26 ? byte | 0x20 : byte
}
