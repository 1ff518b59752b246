/// Writes values one after the other, as `CacheReader` takes them back.
struct CacheWriter {
    private(set) var bytes: [UInt8] = []

    /// Seven bits a byte, the lowest first.
    mutating func put(_ number: Int64) {
        var rest = UInt64(bitPattern: number)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func put(_ number: Int) { put(Int64(number)) }

    mutating func put(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    mutating func put(_ value: [UInt8]) {
        put(value.count)
        bytes += value
    }

    mutating func put(_ text: String) {
        put(text.utf8.count)
        bytes += text.utf8
    }

    mutating func put(_ text: String?) {
        put(text != nil)
        if let text { put(text) }
    }

    mutating func put(_ number: Int64?) {
        put(number != nil)
        if let number { put(number) }
    }

    mutating func put<Value>(_ values: [Value], _ one: (inout CacheWriter, Value) -> Void) {
        put(values.count)
        for value in values { one(&self, value) }
    }

    mutating func put(_ texts: [String]) { put(texts) { $0.put($1) } }
}

/// Reads what `CacheWriter` wrote; bytes of any other origin are an error, never a trap.
struct CacheReader {
    struct Broken: Error {}

    let bytes: [UInt8]
    private var place: Int
    private let end: Int

    /// - Parameter range: the part that is read; all by default.
    init(_ bytes: [UInt8], _ range: Range<Int>? = nil) {
        self.bytes = bytes
        place = range?.lowerBound ?? 0
        end = min(range?.upperBound ?? bytes.count, bytes.count)
    }

    var isAtEnd: Bool { place == end }

    private mutating func byte() throws(Broken) -> UInt8 {
        guard place < end else { throw Broken() }
        defer { place += 1 }
        return bytes[place]
    }

    mutating func number() throws(Broken) -> Int64 {
        var result: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let next = try byte()
            result |= UInt64(next & 0x7f) << shift
            if next < 0x80 { return Int64(bitPattern: result) }
        }
        throw Broken()
    }

    mutating func integer() throws(Broken) -> Int { Int(try number()) }

    /// A number of things of which each has a byte at least.
    mutating func count() throws(Broken) -> Int {
        let count = try integer()
        guard (0...end - place).contains(count) else { throw Broken() }
        return count
    }

    mutating func flag() throws(Broken) -> Bool { try byte() != 0 }

    /// Where a blob lies, for one who reads it later.
    mutating func range() throws(Broken) -> Range<Int> {
        let count = try count()
        defer { place += count }
        return place..<place + count
    }

    mutating func blob() throws(Broken) -> [UInt8] { Array(bytes[try range()]) }

    mutating func text() throws(Broken) -> String {
        String(decoding: bytes[try range()], as: UTF8.self)
    }

    /// A number that fits, and lies between bounds.
    mutating func small<Number: FixedWidthInteger>(
        _ bounds: ClosedRange<Number>
    ) throws(Broken) -> Number {
        guard let number = Number(exactly: try number()), bounds.contains(number) else {
            throw Broken()
        }
        return number
    }

    /// The place of an element of a list of `count`.
    mutating func place(in count: Int) throws(Broken) -> Int {
        let place = try integer()
        guard (0..<count).contains(place) else { throw Broken() }
        return place
    }

    mutating func optionalText() throws(Broken) -> String? { try flag() ? try text() : nil }

    mutating func optionalNumber() throws(Broken) -> Int64? { try flag() ? try number() : nil }

    mutating func list<Value>(
        _ one: (inout CacheReader) throws(Broken) -> Value
    ) throws(Broken) -> [Value] {
        let count = try count()
        var values: [Value] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try one(&self)) }
        return values
    }

    mutating func texts() throws(Broken) -> [String] {
        try list { reader throws(Broken) in try reader.text() }
    }

    /// One of an enumeration's names.
    mutating func name<Value: RawRepresentable<String>>(_: Value.Type) throws(Broken) -> Value {
        guard let value = Value(rawValue: try text()) else { throw Broken() }
        return value
    }
}
