/// Big-endian integers in network bytes. The caller has checked the bounds.
extension Span where Element == UInt8 {
    /// The two bytes at `index`, big-endian.
    @inlinable
    public func u16(_ index: Int) -> Int {
        Int(self[index]) << 8 | Int(self[index + 1])
    }

    /// The three bytes at `index`, big-endian.
    @inlinable
    public func u24(_ index: Int) -> Int {
        Int(self[index]) << 16 | Int(self[index + 1]) << 8 | Int(self[index + 2])
    }
}

extension [UInt8] {
    /// Appends a copy of `bytes`.
    @inlinable
    public mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}

extension Array {
    /// Removes all elements and keeps the room; touches nothing when there are none.
    @inlinable
    public mutating func clear() {
        if !isEmpty { removeAll(keepingCapacity: true) }
    }
}
