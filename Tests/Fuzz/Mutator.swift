/// Makes inputs out of a corpus, the same ones for the same seed.
struct Mutator {
    private let corpus: [[UInt8]]
    private var state: UInt64

    /// - Parameter corpus: not empty.
    init(seed: UInt64, corpus: [[UInt8]]) {
        self.corpus = corpus
        state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    }

    /// One of the corpus with one to eight changes.
    mutating func next() -> [UInt8] {
        var bytes = corpus[below(corpus.count)]
        for _ in 0...below(8) { change(&bytes) }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else {
            bytes = (0..<below(64)).map { _ in UInt8(below(256)) }
            return
        }
        let place = below(bytes.count)
        switch below(10) {
        case 0: bytes[place] ^= 1 << UInt8(below(8))
        case 1: bytes[place] = Self.odd[below(Self.odd.count)]
        case 2: bytes[place] = bytes[place] &+ UInt8(1 + below(4)) &- 2
        case 3: editLength(&bytes, at: place)
        case 4: bytes.removeLast(below(bytes.count + 1))
        case 5: bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(16)))
        case 6: bytes.insert(contentsOf: (0...below(8)).map { _ in UInt8(below(256)) }, at: place)
        case 7: repeatPart(&bytes, at: place)
        case 8: splice(&bytes, at: place)
        default: swapParts(&bytes, at: place)
        }
    }

    /// Two or three bytes that could be a length, set to something near or to an extreme.
    private mutating func editLength(_ bytes: inout [UInt8], at place: Int) {
        guard place + 1 < bytes.count else { return }
        let value = Int(bytes[place]) << 8 | Int(bytes[place + 1])
        let edited = [value + 1, value - 1, bytes.count - place - 2, 0, 0xffff, value * 2][below(6)]
        bytes[place] = UInt8(truncatingIfNeeded: edited >> 8)
        bytes[place + 1] = UInt8(truncatingIfNeeded: edited)
    }

    private mutating func repeatPart(_ bytes: inout [UInt8], at place: Int) {
        guard bytes.count < 1 << 17 else { return }
        let part = bytes[place..<min(bytes.count, place + 1 + below(64))]
        for _ in 0...below(4) { bytes.insert(contentsOf: part, at: place) }
    }

    /// Goes on as another input does.
    private mutating func splice(_ bytes: inout [UInt8], at place: Int) {
        let other = corpus[below(corpus.count)]
        guard !other.isEmpty else { return }
        bytes.removeSubrange(place...)
        bytes.append(contentsOf: other[below(other.count)...])
    }

    private mutating func swapParts(_ bytes: inout [UInt8], at place: Int) {
        let other = below(bytes.count)
        let count = min(1 + below(16), bytes.count - max(place, other))
        for index in 0..<count { bytes.swapAt(place + index, other + index) }
    }

    /// Lengths and tags that parsers stumble over.
    private static let odd: [UInt8] = [
        0, 1, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xa0, 0xa3, 0xfe, 0xff, 0x30, 0x20, 0x0a,
    ]

    /// A number from 0 up to `bound`, xorshift.
    private mutating func below(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % bound
    }
}

extension Fuzzer {
    /// Feeds the seeds and then `count` mutations of them; returns how many bytes these were.
    func feed(_ count: Int, seed: UInt64) -> Int {
        var corpus = seeds()
        if corpus.isEmpty { corpus = [[]] }
        for input in corpus { run(input) }
        var mutator = Mutator(seed: seed, corpus: corpus)
        var total = 0
        for _ in 0..<count {
            let input = mutator.next()
            total += input.count
            run(input)
        }
        return total
    }
}
