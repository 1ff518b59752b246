/// A part of some bytes, by position: eight bytes, no owner, no copy.
///
/// A reader of untrusted input returns ranges rather than slices, so that its
/// result holds no reference and can outlive the call, but not the bytes.
public struct ByteRange: Equatable, Sendable {
    public var start: Int32
    public var end: Int32

    @inlinable
    public init(_ start: Int, _ end: Int) {
        self.start = Int32(truncatingIfNeeded: start)
        self.end = Int32(truncatingIfNeeded: end)
    }

    /// The empty range at zero, which stands for "not there".
    @inlinable
    public static var none: ByteRange { ByteRange(0, 0) }

    @inlinable
    public var indices: Range<Int> { Int(start)..<Int(end) }

    @inlinable
    public var count: Int { Int(end) - Int(start) }

    @inlinable
    public var isEmpty: Bool { start == end }
}
