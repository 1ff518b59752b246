/// The names of members in some bytes that are JSON, or in part.
///
/// It looks at quotes, brackets and line ends alone, so that what is broken or cut tells what it can.
struct JSONMembers {
    private(set) var names: Set<String> = []
    /// Whether the bytes begin a value of JSON, or the first of a list, and end within it.
    private(set) var isWithinEntry = false

    private static let mostNames = 4096
    private static let longestName = 64

    init(_ bytes: UnsafeRawBufferPointer) {
        var start: Int?
        var name = 0..<0
        var isEscaped = false
        var depth = 0
        var isFirst = true
        let first = bytes.first { $0 > 0x20 }
        let isJSON = first == 0x7b || first == 0x5b
        for (place, byte) in bytes.enumerated() {
            // Where the first line broke off, the next one begins another entry.
            if byte == 0x7b, depth > 0, start == nil, place > 0, bytes[place - 1] == 0x0a { isFirst = false }
            if let begun = start {
                if isEscaped {
                    isEscaped = false
                } else if byte == 0x5c {
                    isEscaped = true
                } else if byte == 0x22 {
                    name = begun..<place
                    start = nil
                } else if byte == 0x0a {
                    // No text of JSON holds a line's end.
                    start = nil
                }
                continue
            }
            if byte == 0x22 {
                (start, name, isEscaped) = (place + 1, 0..<0, false)
            } else if byte == 0x3a, !name.isEmpty {
                if name.count <= Self.longestName, names.count < Self.mostNames {
                    names.insert(String(decoding: bytes[name], as: UTF8.self))
                }
                name = 0..<0
            } else if byte > 0x20 {
                name = 0..<0
                // A list's elements are entries of their own.
                if byte == 0x7b || byte == 0x5b && depth > 0 {
                    depth += 1
                } else if byte == 0x7d || byte == 0x5d, depth > 0 {
                    depth -= 1
                    if depth == 0 { isFirst = false }
                }
            }
        }
        isWithinEntry = isJSON && isFirst && (depth > 0 || start != nil)
    }
}
