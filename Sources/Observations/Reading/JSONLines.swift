/// Writes the objects of a JSON array, of documents over many lines, or of a sequence of texts, each on a
/// line of its own.
///
/// It looks at brackets and strings alone: whether a line is JSON says who reads it. What stands between the
/// objects and is none becomes a line too, so that nothing is passed over.
struct JSONLines {
    /// Whether the whole is one array, whose brackets and commas belong to no record.
    private let isArray: Bool
    /// Whether a separator stands before each text (RFC 7464), which ends one that was cut, too.
    private let isSequence: Bool
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    /// Whether something of the line has been written, and whether a blank waits to be.
    private var isLineOpen = false
    private var isBlankDue = false
    private var hasBegun = false

    /// - Returns: nil for what is on lines already, or no JSON.
    init?(_ format: InputFormat) {
        guard format.isWholeJSON else { return nil }
        (isArray, isSequence) = (format == .jsonArray, format == .sequence)
    }

    init(isArray: Bool) { (self.isArray, isSequence) = (isArray, false) }

    /// Whether all that was opened has been closed.
    var isComplete: Bool { depth == 0 && !isInString }

    /// How deep the records' own brackets begin.
    private var base: Int { isArray && hasBegun ? 1 : 0 }

    /// - Parameter output: the lines are appended to it; it grows by at most twice the input.
    mutating func add(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        for byte in bytes { add(byte, to: &output) }
    }

    private mutating func add(_ byte: UInt8, to output: inout [UInt8]) {
        if isSequence, byte == InputFormat.separator {
            (depth, isInString, isEscaped) = (0, false, false)
            return endLine(&output)
        }
        if isInString {
            output.append(byte)
            if isEscaped {
                isEscaped = false
            } else if byte == 0x5c {
                isEscaped = true
            } else if byte == 0x22 {
                isInString = false
            }
            return
        }
        if InputFormat.isBlank(byte) {
            // Between two numbers one blank has to stay: 1 and 2 are not 12.
            isBlankDue = isLineOpen
            return
        }
        if isArray, !hasBegun, byte == 0x5b {
            hasBegun = true
            depth = 1
            return
        }
        if isArray, depth == 1, byte == 0x2c || byte == 0x5d {
            if byte == 0x5d { depth = 0 }
            return endLine(&output)
        }
        if isBlankDue { output.append(0x20) }
        isBlankDue = false
        isLineOpen = true
        output.append(byte)
        switch byte {
        case 0x22: isInString = true
        case 0x7b, 0x5b: depth &+= 1
        case 0x7d, 0x5d:
            if depth > base { depth &-= 1 }
            if depth <= base { endLine(&output) }
        default: break
        }
    }

    private mutating func endLine(_ output: inout [UInt8]) {
        if isLineOpen { output.append(0x0a) }
        isLineOpen = false
        isBlankDue = false
    }
}
