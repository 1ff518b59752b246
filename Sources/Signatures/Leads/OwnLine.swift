import Glibc
import Observations
import Wire

/// What rules can see of a line that `RecordEncoder` has made: all but the times and the address, which
/// differ from endpoint to endpoint.
///
/// Two lines of which this is the same come to the same, as long as no rule asks for what is left out. Of the
/// address rules may ask in which networks it lies.
struct OwnLine {
    /// The line without what is left out, and which networks the address lies in.
    var bytes: [UInt8] = []
    /// The time of the observation, as text.
    private(set) var time: Range<Int> = 0..<0
    /// Where in `bytes` the leaf's digest stands.
    private var digest: Range<Int> = 0..<0

    /// Fields of which nothing is kept, and the one of which the networks are.
    private static let left: Set<String> = [
        "@timestamp", "event.duration", "server.address", "related.ip", "hallmark.probes.duration_ms",
    ]
    private static let address = "server.ip"

    /// The networks that rules ask for; nil when they ask for more of what is left out.
    static func networks(_ set: RuleSet) -> [Network]? {
        let isLeft = set.names.map { left.contains($0) || $0 == address }
        var networks: [Network] = []
        for atom in set.atoms {
            if atom.other >= 0, isLeft[atom.other] { return nil }
            guard isLeft[atom.field] else { continue }
            guard set.names[atom.field] == address, case .network(let network) = atom.predicate else {
                return nil
            }
            networks.append(network)
        }
        return networks
    }

    /// Reads a line; false when it is not of the form that a scan's records have.
    ///
    /// The texts that are looked for hold quotes, which stand within no value without a backslash before
    /// them: what a server sends is not taken for them.
    mutating func read(_ line: UnsafeBufferPointer<UInt8>, _ networks: [Network]) -> Bool {
        bytes.removeAll(keepingCapacity: true)
        guard line.count <= Self.longest, line.starts(with: Self.begin) else { return false }
        var cut = Cut(line)
        cut.place = Self.begin.count
        guard let end = cut.end(of: 0x22, within: 40) else { return false }
        time = cut.place..<end
        cut.leave(to: end, &bytes)
        guard cut.skip(to: #","duration":"#, within: 400) else { return false }
        cut.leaveDigits(&bytes)
        guard cut.skip(to: #","server":{"address":""#, within: 1024),
            let addressEnd = cut.end(of: 0x22, within: 64)
        else { return false }
        let text = cut.place..<addressEnd
        cut.leave(to: addressEnd, &bytes)
        guard cut.take(#"","ip":""#), cut.take(text) else { return false }
        cut.leave(from: text.count, &bytes)
        guard cut.skip(to: #","related":{"ip":[""#, within: 1024), cut.take(text) else { return false }
        cut.leave(from: text.count, &bytes)
        guard cut.skip(to: #""],"hash":[""#, within: 1024) else { return false }
        cut.copy(&bytes)
        digest = bytes.count..<bytes.count + 64
        guard cut.skip(to: #","probes":["#, within: line.count) else { return false }
        let probesEnd = cut.next(#"],""#) ?? line.count
        while cut.skip(to: #","duration_ms":"#, within: probesEnd - cut.place) { cut.leaveDigits(&bytes) }
        cut.place = line.count
        cut.copy(&bytes)
        guard digest.upperBound <= bytes.count,
            let ip = IPAddress(UnsafeBufferPointer(rebasing: line[text]).span)
        else { return false }
        for network in networks { bytes.append(network.contains(ip) ? 1 : 0) }
        return true
    }

    /// A number for the leaf.
    var number: UInt64 {
        bytes.withUnsafeBytes { bytes in
            // The digits of a digest differ in their lower bits.
            (bytes.loadUnaligned(fromByteOffset: digest.lowerBound, as: UInt64.self) &* 0x9e37_79b9_7f4a_7c15)
                >> 32
        }
    }

    private static let begin = Array(#"{"@timestamp":""#.utf8)
    private static let longest = 32 * 1024
}

/// Copies a line piece by piece, and leaves some of it out.
private struct Cut {
    private let line: UnsafeBufferPointer<UInt8>
    var place = 0
    /// Up to where the line is copied or left out.
    private var done = 0

    init(_ line: UnsafeBufferPointer<UInt8>) { self.line = line }

    /// The place of the next such byte.
    func end(of byte: UInt8, within room: Int) -> Int? {
        line[place..<min(line.count, place + room)].firstIndex(of: byte)
    }

    /// The place of the next such text.
    func next(_ text: StaticString, within room: Int = .max) -> Int? {
        let end = place + max(0, min(room, line.count - place))
        let last = end - text.utf8CodeUnitCount
        guard let base = UnsafeRawPointer(line.baseAddress), last >= place else { return nil }
        func stands(at index: Int) -> Bool {
            memcmp(base + index, text.utf8Start, text.utf8CodeUnitCount) == 0
        }
        // Most of a record is passed over 32 bytes at a time: no text has its first and its last byte there.
        let behind = text.utf8CodeUnitCount - 1
        let first = SIMD32(repeating: text.utf8Start[0])
        let final = SIMD32(repeating: text.utf8Start[behind])
        var index = place
        while index + 31 <= last {
            let begins = base.loadUnaligned(fromByteOffset: index, as: SIMD32<UInt8>.self) .== first
            let ends = base.loadUnaligned(fromByteOffset: index + behind, as: SIMD32<UInt8>.self) .== final
            let both = begins .& ends
            if any(both) {
                for lane in 0..<32 where both[lane] && stands(at: index + lane) { return index + lane }
            }
            index += 32
        }
        while index <= last {
            if stands(at: index) { return index }
            index += 1
        }
        return nil
    }

    /// Goes behind the next such text; false when there is none.
    mutating func skip(to text: StaticString, within room: Int) -> Bool {
        guard let next = next(text, within: room) else { return false }
        place = next + text.utf8CodeUnitCount
        return true
    }

    /// Goes behind a text that stands here.
    mutating func take(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard line.count - place >= count, let base = line.baseAddress,
            memcmp(base + place, text.utf8Start, count) == 0
        else { return false }
        place += count
        return true
    }

    /// Goes behind the same bytes as those of a range.
    mutating func take(_ range: Range<Int>) -> Bool {
        guard line.count - place >= range.count, let base = line.baseAddress,
            memcmp(base + place, base + range.lowerBound, range.count) == 0
        else { return false }
        place += range.count
        return true
    }

    /// Copies what comes before the place.
    mutating func copy(_ bytes: inout [UInt8]) {
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: line[done..<place]))
        done = place
    }

    /// Copies what comes before the place, and leaves out what follows up to `end`.
    mutating func leave(to end: Int, _ bytes: inout [UInt8]) {
        copy(&bytes)
        (place, done) = (end, end)
    }

    /// Leaves out the last `count` bytes before the place.
    mutating func leave(from count: Int, _ bytes: inout [UInt8]) {
        let end = place
        place -= count
        leave(to: end, &bytes)
    }

    mutating func leaveDigits(_ bytes: inout [UInt8]) {
        var end = place
        while end < line.count, (0x30...0x39).contains(line[end]) { end += 1 }
        leave(to: end, &bytes)
    }
}
