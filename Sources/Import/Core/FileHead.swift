import Observations

/// The first bytes of a file, and what they tell at first sight.
package struct FileHead: Sendable {
    /// How many bytes are looked at.
    package static let size = 64 * 1024
    /// How many at most, where the first entry of a file of JSON is longer than that: what it holds may say
    /// behind a page of text what it is.
    package static let mostSize = 8 << 20

    /// The file's name as it was given; `-` for standard input.
    package let path: String
    package let bytes: ArraySlice<UInt8>
    /// The first bytes as text.
    package let text: String
    /// The names of JSON members that stand somewhere in it.
    private let members: Set<String>

    package init(path: String, bytes: ArraySlice<UInt8>) {
        self.init(path: path, bytes: bytes, bytes.withUnsafeBytes { JSONMembers($0) })
    }

    private init(path: String, bytes: ArraySlice<UInt8>, _ members: JSONMembers) {
        self.path = path
        self.bytes = bytes
        text = String(decoding: bytes, as: UTF8.self)
        self.members = members.names
    }

    /// Looks at the first bytes of an input, and at more of them where the first entry of JSON is long.
    init(path: String, _ source: InputBytes) throws(FileError) {
        var size = Self.size
        var bytes = try source.peek(size)
        var members = bytes.withUnsafeBytes { JSONMembers($0) }
        while bytes.count >= size, size < Self.mostSize, members.isWithinEntry {
            size = min(8 * size, Self.mostSize)
            bytes = try source.peek(size)
            members = bytes.withUnsafeBytes { JSONMembers($0) }
        }
        self.init(path: path, bytes: bytes, members)
    }

    /// The first line that is not blank.
    package var firstLine: Substring {
        text.split(maxSplits: 1, whereSeparator: Self.isEnd).first ?? ""
    }

    /// The same without its first line, for a file that begins within a line; nil where there is no other.
    package var withoutFirstLine: FileHead? {
        guard let end = bytes.firstIndex(of: 0x0a), end + 1 < bytes.endIndex else { return nil }
        return FileHead(path: path, bytes: bytes[(end + 1)...])
    }

    package var lines: [Substring] { text.split(whereSeparator: Self.isEnd) }

    /// To Swift the two bytes at the end of a Windows line are one character.
    private static func isEnd(_ character: Character) -> Bool { character == "\n" || character == "\r\n" }

    /// The first byte that is not blank.
    package var first: UInt8? { bytes.first { $0 > 0x20 } }

    package var isJSON: Bool { first == 0x7b || first == 0x5b }

    package var isXML: Bool {
        guard let start = bytes.firstIndex(where: { $0 > 0x20 }), bytes[start] == 0x3c,
            start + 1 < bytes.endIndex
        else { return false }
        // `<14>` is how syslog begins a line.
        return [0x21, 0x3f].contains(bytes[start + 1]) || (bytes[start + 1] | 0x20) &- 0x61 < 26
    }

    /// Whether all of `names` stand as members' names somewhere in JSON.
    package func hasMembers(_ names: String...) -> Bool { isJSON && names.allSatisfy(hasMember) }

    package func hasMember(_ name: String) -> Bool { members.contains(name) }

    package func contains(_ word: String) -> Bool { bytes.firstRange(of: Array(word.utf8)) != nil }
}
