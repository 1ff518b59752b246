import Bytes
import Observations
import Wire

/// One line of a log of Zeek's: its columns, wherever they stand in it.
///
/// It points into the line.
struct ZeekRow {
    enum Value {
        case none
        case text(UnsafeRawBufferPointer)
        case node(JSONNode)
    }

    private var values = [Value](repeating: .none, count: ZeekColumn.allCases.count)
    /// What stands between the elements of a set in TSV.
    var setSeparator = UInt8(ascii: ",")
    /// What stands for a set or text without anything in it.
    var empty: [UInt8] = Array("(empty)".utf8)

    mutating func removeAll() {
        for index in values.indices { values[index] = .none }
    }

    subscript(column: ZeekColumn) -> Value {
        get { values[column.place] }
        set { values[column.place] = newValue }
    }

    func has(_ column: ZeekColumn) -> Bool {
        if case .none = self[column] { false } else { true }
    }

    /// The bytes of a text or number; nil when there is none.
    func bytes(_ column: ZeekColumn) -> UnsafeRawBufferPointer? {
        switch self[column] {
        case .none: nil
        case .text(let bytes): bytes
        case .node(let node): node.bytes
        }
    }

    func text(_ column: ZeekColumn) -> String? {
        switch self[column] {
        case .none: nil
        case .text(let bytes): Self.unescaped(bytes)
        case .node(let node): node.string ?? node.integer.map(String.init)
        }
    }

    func integer(_ column: ZeekColumn) -> Int? {
        switch self[column] {
        case .none: nil
        case .text(let bytes): Int(String(decoding: bytes, as: UTF8.self))
        case .node(let node):
            node.integer ?? node.string.flatMap { Int($0) }
                ?? node.number.flatMap { Int(exactly: $0.rounded(.towardZero)) }
        }
    }

    func real(_ column: ZeekColumn) -> Double? {
        switch self[column] {
        case .none: nil
        case .text(let bytes): Double(String(decoding: bytes, as: UTF8.self))
        case .node(let node): node.number
        }
    }

    func truth(_ column: ZeekColumn) -> Bool? {
        switch self[column] {
        case .none: nil
        case .text(let bytes): bytes.first == UInt8(ascii: "T")
        case .node(let node): node.truth
        }
    }

    func address(_ column: ZeekColumn) -> IPAddress? {
        bytes(column).flatMap { IPAddress(foreign: $0) }
    }

    /// A moment in nanoseconds since 1970; nil for what is none.
    func time(_ column: ZeekColumn) -> Int64? {
        switch self[column] {
        case .none: return nil
        case .text(let bytes): return ForeignTime.nanoseconds(bytes)
        case .node(let node):
            if let bytes = node.bytes { return ForeignTime.nanoseconds(bytes) }
            guard let seconds = node.number, seconds.magnitude < 9e9 else { return nil }
            return Int64(seconds * 1e6) * 1000
        }
    }

    /// A moment in seconds since 1970, which may lie far away.
    func seconds(_ column: ZeekColumn) -> Int? {
        switch self[column] {
        case .none: return nil
        case .text(let bytes): return ForeignTime.seconds(bytes)
        case .node(let node):
            if let bytes = node.bytes { return ForeignTime.seconds(bytes) }
            guard let seconds = node.number, seconds.magnitude < 1e12 else { return nil }
            return Int(seconds.rounded(.down))
        }
    }

    /// The elements of a vector or set; nil when the column is not set.
    func list(_ column: ZeekColumn) -> [String]? {
        switch self[column] {
        case .none: return nil
        case .text(let bytes):
            if bytes.elementsEqual(empty) { return [] }
            return bytes.split(separator: setSeparator, maxSplits: 4096).map {
                Self.unescaped(UnsafeRawBufferPointer(rebasing: $0))
            }
        case .node(let node):
            if node.isArray { return node.parts.prefix(4096).compactMap(\.string) }
            return node.string.map { [$0] }
        }
    }

    /// The first element's bytes, without making texts of all.
    func firstBytes(_ column: ZeekColumn) -> UnsafeRawBufferPointer? {
        switch self[column] {
        case .none: return nil
        case .text(let bytes):
            if bytes.elementsEqual(empty) { return nil }
            let end = bytes.firstIndex(of: setSeparator) ?? bytes.endIndex
            return UnsafeRawBufferPointer(rebasing: bytes[..<end])
        case .node(let node):
            if let bytes = node.bytes { return bytes }
            var parts = node.parts
            return node.isArray ? parts.next()?.bytes : nil
        }
    }

    /// A text of TSV with its escapes, `\x` and two digits, undone.
    static func unescaped(_ bytes: UnsafeRawBufferPointer) -> String {
        guard bytes.contains(0x5c) else { return String(decoding: bytes, as: UTF8.self) }
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == 0x5c, index + 3 < bytes.count, bytes[index + 1] == 0x78,
                let value = UInt8(
                    String(decoding: bytes[(index + 2)...(index + 3)], as: UTF8.self),
                    radix: 16
                )
            {
                out.append(value)
                index += 4
            } else {
                // Zeek writes a backslash as two.
                out.append(bytes[index])
                index += bytes[index] == 0x5c && index + 1 < bytes.count && bytes[index + 1] == 0x5c ? 2 : 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
