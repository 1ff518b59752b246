import Observations

/// Takes JSON values out of a stream of bytes: one a line, several in an array, or one document over many
/// lines.
///
/// It looks at quotes, brackets and line ends alone. Of an array at the top each element is a value of its
/// own, so that what a scanner wrote in hours takes no more memory than one of its entries.
struct JSONStream {
    /// A longer value is skipped.
    private static let mostBytes = 256 << 20

    private var value: [UInt8] = []
    private var depth = 0
    private var isInText = false
    private var isEscaped = false
    private var isSkipping = false
    /// Whether the values are elements of an array at the top.
    private var isInArray = false
    private var line = 1
    /// Whether the byte before was one of something else between the values.
    private var isPassing = false
    private var firstLine = 1

    /// A value, or what was too long or is no JSON.
    enum Item {
        case value(UnsafeRawBufferPointer, line: Int)
        case broken(String, line: Int)
    }

    /// Takes bytes on.
    mutating func feed(_ bytes: UnsafeRawBufferPointer, _ body: (Item) throws -> Void) throws {
        for byte in bytes {
            if byte == 0x0a { line += 1 }
            if isInText {
                keep(byte)
                if isEscaped {
                    isEscaped = false
                } else if byte == 0x5c {
                    isEscaped = true
                } else if byte == 0x22 {
                    isInText = false
                } else if byte == 0x0a {
                    // No text of JSON holds a line's end: the value broke off, and the next begins on a line.
                    try end(body, broken: "a value that breaks off within a text")
                }
                continue
            }
            switch byte {
            case 0x22:
                if depth == 0 { try passOver(body) }
                isInText = true
                keep(byte)
            case 0x7b, 0x5b:
                if depth == 0, byte == 0x5b, !isInArray {
                    isInArray = true
                } else {
                    if depth == 0 { firstLine = line }
                    depth += 1
                    keep(byte)
                }
            case 0x7d, 0x5d:
                if depth == 0 {
                    if byte == 0x7d || !isInArray { try passOver(body) }
                    isInArray = false
                } else {
                    keep(byte)
                    depth -= 1
                    if depth == 0 { try end(body) }
                }
            case _ where depth > 0: keep(byte)
            // A record separator begins a value in a sequence of JSON texts (RFC 7464).
            case 0x20, 0x09, 0x0a, 0x0d, 0x1e, 0x2c: isPassing = false
            default: try passOver(body)
            }
        }
    }

    /// Says what was begun and never ended.
    mutating func finish(_ body: (Item) throws -> Void) throws {
        if depth > 0 {
            try end(body, broken: "a value that breaks off with the file")
        } else if isInArray {
            try body(.broken("an array that breaks off with the file", line: line))
        }
    }

    /// Says that something stands between the values, once for all of it that is in a row.
    private mutating func passOver(_ body: (Item) throws -> Void) throws {
        if !isPassing { try body(.broken("what is neither an object nor an array", line: line)) }
        isPassing = true
    }

    private mutating func keep(_ byte: UInt8) {
        guard depth > 0, !isSkipping else { return }
        value.append(byte)
        if value.count > Self.mostBytes {
            isSkipping = true
            value = []
        }
    }

    private mutating func end(_ body: (Item) throws -> Void, broken: String? = nil) throws {
        let wasSkipping = isSkipping
        (depth, isInText, isEscaped, isSkipping) = (0, false, false, false)
        defer { value.removeAll(keepingCapacity: value.capacity < 1 << 20) }
        if let broken { return try body(.broken(broken, line: firstLine)) }
        if wasSkipping { return try body(.broken("longer than 256 MiB", line: firstLine)) }
        try value.withUnsafeBytes { try body(.value($0, line: firstLine)) }
    }
}

/// Gives the JSON values of a file to a reader, however they stand in it.
struct JSONEntries {
    private let run: ImportRun
    private let tree = JSONTree()

    init(_ run: ImportRun) { self.run = run }

    /// Whether values stand one a line, as far as the first lines tell; the very first may be broken.
    private static func isOfLines(_ head: FileHead) -> Bool {
        switch InputFormat(head.bytes) {
        case .lines: return !isDocument(head)
        case .other:
            guard let rest = head.withoutFirstLine else { return false }
            return InputFormat(rest.bytes) == .lines && rest.firstLine.hasSuffix("}")
        default: return false
        }
    }

    /// Whether the first value goes on below its line: a line that broke off has another value behind it.
    private static func isDocument(_ head: FileHead) -> Bool {
        guard let rest = head.withoutFirstLine else { return false }
        let lines = rest.lines
        if let inner = lines.first(where: { $0.hasPrefix("{") }) {
            // The elements of a list may have a line each, with commas between.
            let isList =
                head.firstLine.hasSuffix("[") || head.firstLine.hasSuffix(",")
            guard isList, inner.hasSuffix(",") || lines.contains(where: { $0.hasPrefix("]") }) else {
                return false
            }
        }
        let line = head.bytes.prefix(head.bytes.count - rest.bytes.count)
        return line.withUnsafeBytes { JSONMembers($0).isWithinEntry }
    }

    /// Calls `body` with each value and its first line; what is no JSON, and what an answer says that it
    /// lacks, is counted as skipped.
    func read(_ input: ImportInput, _ body: (JSONNode, Int) throws -> Void) throws {
        if Self.isOfLines(input.head) {
            return try input.lines(run) { line, number in
                guard let node = try? tree.read(line, padded: true) else {
                    return run.skip("no JSON", line: number)
                }
                if let lack = node.lackOfAnswer { run.skip(lack, line: number) }
                try body(node, number)
            }
        }
        var stream = JSONStream()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        let take = { (item: JSONStream.Item) in
            run.countLine()
            switch item {
            case .broken(let reason, let line): run.skip(reason, line: line)
            case .value(let text, let line):
                guard let node = try? tree.read(text) else { return run.skip("no JSON", line: line) }
                if let lack = node.lackOfAnswer { run.skip(lack, line: line) }
                try body(node, line)
            }
        }
        while true {
            let count = try input.read(into: buffer)
            if count == 0 { break }
            try stream.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count]), take)
        }
        try stream.finish(take)
    }
}
