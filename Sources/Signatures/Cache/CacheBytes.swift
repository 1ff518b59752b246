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

    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    private mutating func byte() throws(Broken) -> UInt8 {
        guard place < bytes.count else { throw Broken() }
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
        guard (0...bytes.count - place).contains(count) else { throw Broken() }
        return count
    }

    mutating func flag() throws(Broken) -> Bool { try byte() != 0 }

    private mutating func slice() throws(Broken) -> ArraySlice<UInt8> {
        let count = try count()
        defer { place += count }
        return bytes[place..<place + count]
    }

    mutating func blob() throws(Broken) -> [UInt8] { Array(try slice()) }

    mutating func text() throws(Broken) -> String { String(decoding: try slice(), as: UTF8.self) }

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
