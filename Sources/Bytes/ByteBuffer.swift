/// Output under construction, reused from record to record.
///
/// It owns its bytes as `Array` would, without the uniqueness check of each
/// change: it can't be copied, so nobody else can have them. Every write goes
/// through `extend` or one of the two `append`s beside it, which are the only
/// places that need to be right.
public struct ByteBuffer: ~Copyable {
    @usableFromInline var base: UnsafeMutablePointer<UInt8>
    @usableFromInline var capacity: Int
    @usableFromInline var filled = 0

    /// How many bytes were written.
    @inlinable
    public var count: Int { filled }

    @inlinable
    public init(capacity: Int = 4096) {
        let capacity = max(capacity, 64)
        base = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    @inlinable
    deinit { base.deallocate() }

    @inlinable
    public var isEmpty: Bool { count == 0 }

    /// The last byte, which tells whether a comma is due.
    @inlinable
    public var last: UInt8? { count > 0 ? base[count - 1] : nil }

    /// Calls `body` with what was written so far.
    @inlinable
    public func withSpan<Result>(_ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
        try body(UnsafeBufferPointer(start: base, count: count).span)
    }

    /// Forgets what was written and keeps the room.
    @inlinable
    public mutating func removeAll() {
        filled = 0
    }

    /// Forgets all bytes from `newCount` on.
    @inlinable
    public mutating func truncate(to newCount: Int) {
        filled = min(filled, max(0, newCount))
    }

    /// Forgets the first `number` bytes.
    public mutating func removeFirst(_ number: Int) {
        let number = min(count, max(0, number))
        base.update(from: base + number, count: count - number)
        filled -= number
    }

    /// Puts `bytes` in the place of those in `range`; what follows moves.
    public mutating func replace(_ range: Range<Int>, with bytes: Span<UInt8>) {
        let range = range.clamped(to: 0..<count)
        let rest = count - range.upperBound
        if bytes.count > capacity - count { grow(bytes.count) }
        (base + range.lowerBound + bytes.count).update(from: base + range.upperBound, count: rest)
        bytes.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return }
            (base + range.lowerBound).update(from: start, count: bytes.count)
        }
        filled = range.lowerBound + bytes.count + rest
    }

    /// Has `body` append at most `room` bytes.
    @inlinable
    public mutating func extend(_ room: Int, _ body: (inout OutputSpan<UInt8>) -> Void) {
        if room > capacity - count { grow(room) }
        let free = UnsafeMutableBufferPointer(start: base + count, count: room)
        var output = OutputSpan(buffer: free, initializedCount: 0)
        body(&output)
        filled += output.finalize(for: free)
    }

    @inline(never)
    @usableFromInline
    mutating func grow(_ room: Int) {
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * (capacity + room))
        larger.update(from: base, count: count)
        base.deallocate()
        base = larger
        capacity = 2 * (capacity + room)
    }

    @inlinable
    public mutating func append(_ byte: UInt8) {
        if count == capacity { grow(1) }
        base[count] = byte
        filled += 1
    }

    @inlinable
    public mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { append(copying: $0) }
    }

    @inlinable
    public mutating func append(_ span: Span<UInt8>) {
        span.withUnsafeBufferPointer { append(copying: $0) }
    }

    @inlinable
    public mutating func append(_ text: String) {
        // As it lies, nearly always; a copy is made of text that is not contiguous.
        guard text.utf8.withContiguousStorageIfAvailable({ append(copying: $0) }) == nil else { return }
        var text = text
        text.withUTF8 { append(copying: $0) }
    }

    @inlinable
    mutating func append(copying bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress else { return }
        if bytes.count > capacity - count { grow(bytes.count) }
        (base + count).update(from: start, count: bytes.count)
        filled += bytes.count
    }
}
