import Bytes
import Wire

/// Short texts that are collected, sorted by their bytes and written with commas between them.
struct SortedTexts: ~Copyable {
    private var pool = ByteBuffer()
    private var items: [ByteRange] = []

    mutating func removeAll() {
        pool.removeAll()
        items.removeAll(keepingCapacity: true)
    }

    /// Adds what `body` writes.
    mutating func add(_ body: (inout ByteBuffer) -> Void) {
        let start = pool.count
        body(&pool)
        items.append(ByteRange(start, pool.count))
    }

    /// Writes a JSON string; the texts are escaped already.
    mutating func write(to out: inout ByteBuffer) {
        var sorted: [ByteRange] = []
        swap(&sorted, &items)
        pool.withSpan { span in
            sorted.sort { Self.isLess(span, $0, $1) }
            out.append(0x22)
            for place in sorted.indices {
                if place > 0 { out.append(0x2c) }
                out.append(span.extracting(sorted[place].indices))
            }
            out.append(0x22)
        }
        swap(&sorted, &items)
    }

    private static func isLess(_ span: Span<UInt8>, _ one: ByteRange, _ other: ByteRange) -> Bool {
        let shift = Int(other.start) - Int(one.start)
        for index in 0..<min(one.count, other.count) {
            let left = Int(one.start) + index
            if span[left] != span[left + shift] { return span[left] < span[left + shift] }
        }
        return one.count < other.count
    }
}
