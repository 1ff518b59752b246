import Observations

/// Whole lines of a file in large blocks, with room after each that may be read.
///
/// What was read before a fault is given out before the fault is thrown. Lines longer than 64 MiB are skipped
/// and counted.
struct LineBlocks: ~Copyable {
    static let padding = 64
    private static let blockSize = 8 << 20
    /// A longer line is an error, not a reason to use more memory.
    private static let maximumLine = 64 << 20

    private let source: InputBytes
    private var buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: blockSize + padding)
    private var filled = 0
    /// How much of what is filled was given out.
    private var given = 0
    private var isAtEnd = false
    private var isSkipping = false
    private var fault: FileError?
    /// How many lines were too long.
    ///
    /// They stand before the block that was given out last.
    private(set) var skipped = 0

    /// - Parameter path: the file, or `-` for standard input.
    init(_ path: String) throws(FileError) { source = try InputBytes(path) }

    deinit { buffer.deallocate() }

    /// The next block of whole lines, good until the next call; nil at the end.
    mutating func next() throws(FileError) -> UnsafeBufferPointer<UInt8>? {
        keepRest()
        while !isAtEnd {
            if filled + Self.padding == buffer.count {
                if let end = lastLineEnd() { return give(end) }
                makeRoom()
            }
            fill()
        }
        if let fault {
            // The line in which the fault lies is not whole.
            if let end = lastLineEnd() { return give(end) }
            throw fault
        }
        return filled > 0 ? give(filled) : nil
    }

    private mutating func fill() {
        let room = UnsafeMutableBufferPointer(rebasing: buffer[filled..<buffer.count - Self.padding])
        do throws(FileError) {
            let count = try source.read(into: UnsafeMutableRawBufferPointer(room))
            if count == 0 { isAtEnd = true }
            filled += count
        } catch {
            fault = error
            isAtEnd = true
        }
        guard isSkipping else { return }
        if let end = buffer[..<filled].firstIndex(of: 0x0a) {
            isSkipping = false
            given = end + 1
            keepRest()
        } else {
            filled = 0
        }
    }

    private mutating func keepRest() {
        guard given > 0, let base = buffer.baseAddress else { return }
        base.update(from: base + given, count: filled - given)
        filled -= given
        given = 0
    }

    private func lastLineEnd() -> Int? {
        UnsafeBufferPointer(rebasing: buffer[..<filled]).lastIndex(of: 0x0a).map { $0 + 1 }
    }

    private mutating func give(_ end: Int) -> UnsafeBufferPointer<UInt8> {
        given = end
        return UnsafeBufferPointer(rebasing: buffer[..<end])
    }

    /// Grows for a long line, or gives it up.
    private mutating func makeRoom() {
        guard buffer.count < Self.maximumLine else {
            skipped += 1
            filled = 0
            isSkipping = true
            return
        }
        let larger = UnsafeMutableBufferPointer<UInt8>.allocate(
            capacity: min(2 * buffer.count, Self.maximumLine) + Self.padding
        )
        _ = larger.update(fromContentsOf: buffer)
        buffer.deallocate()
        buffer = larger
    }
}
