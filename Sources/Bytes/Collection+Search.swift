extension RandomAccessCollection where Index == Int {
    /// The first index whose element belongs to the second part, where all elements that do stand at the end.
    ///
    /// Inlinable, because scans ask it for each endpoint and only then it is specialised where it is called.
    @inlinable
    public func partitioningIndex(_ belongsInSecond: (Element) -> Bool) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if belongsInSecond(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension Span<UInt8> {
    package func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        for index in start..<Swift.max(start, count) where self[index] == byte { return index }
        return nil
    }

    package func lastIndex(of byte: UInt8) -> Int? {
        for index in stride(from: count - 1, through: 0, by: -1) where self[index] == byte { return index }
        return nil
    }

    package var text: String {
        withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}
