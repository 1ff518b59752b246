import Bytes

/// Puts the segments of one direction of a TCP connection in order, within bounds.
///
/// What came first stays where segments overlap. Sequence numbers wrap, so that only distances are compared.
struct StreamAssembler {
    /// What is held back behind a hole: more makes the hole be given up.
    static let maximumWaiting = 512
    static let maximumBytes = 256 * 1024

    private struct Segment {
        var sequence: UInt32
        var bytes: [UInt8]
        var frame: Int
    }

    /// The next byte's number; nil before the first segment.
    private(set) var next: UInt32?
    /// The number of the SYN, when it was seen.
    private(set) var initial: UInt32?
    /// Where the stream ends.
    private var end: UInt32?
    private var waiting: [Segment] = []
    private(set) var waitingBytes = 0

    /// Takes what is in order: how many bytes are missing before the next ones, those, and their frame.
    typealias Receiver = (Int, Span<UInt8>, Int) -> Void

    /// Whether the stream was handed on up to its end.
    var isAtEnd: Bool { end != nil && end == next }

    /// Notes the SYN; false when it belongs to another connection.
    mutating func begin(_ sequence: UInt32) -> Bool {
        if let initial { return initial == sequence }
        // The first byte's number was taken from a segment that came before this one.
        if let next, !(0...1 << 20 ~= distance(sequence &+ 1, next)) { return false }
        initial = sequence
        if next == nil { next = sequence &+ 1 }
        return true
    }

    /// Notes the FIN.
    mutating func finish(at sequence: UInt32) {
        if end == nil { end = sequence }
    }

    /// Takes a segment's bytes and hands on what is in order now.
    ///
    /// - Parameters:
    ///   - known: what the other side has acknowledged: a stream whose begin was not captured goes on there.
    mutating func take(
        _ bytes: Span<UInt8>,
        at sequence: UInt32,
        frame: Int,
        known: UInt32?,
        _ handOn: Receiver
    ) {
        guard !bytes.isEmpty else { return }
        if next == nil {
            next = sequence
            if let known, 1..<1 << 20 ~= distance(known, sequence) { next = known }
        }
        guard let expected = next else { return }
        let ahead = distance(expected, sequence)
        guard ahead > 0 else {
            // Sent again, in whole or in part.
            guard -ahead < bytes.count else { return }
            handOn(0, bytes.extracting(-ahead..<bytes.count), frame)
            next = sequence &+ UInt32(truncatingIfNeeded: bytes.count)
            if !waiting.isEmpty { drain(handOn) }
            return
        }
        insert(bytes, sequence, frame, ahead)
        if waiting.count > Self.maximumWaiting || waitingBytes > Self.maximumBytes { giveUp(handOn) }
    }

    /// Nothing comes any more: hands on what waits, with its holes.
    mutating func close(_ handOn: Receiver) {
        while !waiting.isEmpty { giveUp(handOn) }
    }

    /// Gives back the room of what waits.
    mutating func forget() {
        waiting = []
        waitingBytes = 0
    }

    private mutating func insert(_ bytes: Span<UInt8>, _ sequence: UInt32, _ frame: Int, _ ahead: Int) {
        guard let next else { return }
        var place = waiting.count
        while place > 0, distance(next, waiting[place - 1].sequence) > ahead { place -= 1 }
        if place > 0, waiting[place - 1].sequence == sequence, waiting[place - 1].bytes.count >= bytes.count {
            return
        }
        var copy: [UInt8] = []
        copy.append(bytes)
        waiting.insert(Segment(sequence: sequence, bytes: copy, frame: frame), at: place)
        waitingBytes += copy.count
    }

    /// Hands on the segments that are in order now.
    private mutating func drain(_ handOn: Receiver) {
        var used = 0
        while used < waiting.count, let expected = next {
            let segment = waiting[used]
            let ahead = distance(expected, segment.sequence)
            guard ahead <= 0 else { break }
            if -ahead < segment.bytes.count {
                handOn(0, segment.bytes.span.extracting(-ahead..<segment.bytes.count), segment.frame)
                next = segment.sequence &+ UInt32(truncatingIfNeeded: segment.bytes.count)
            }
            waitingBytes -= segment.bytes.count
            used += 1
        }
        waiting.removeFirst(used)
    }

    /// Passes over the first hole.
    private mutating func giveUp(_ handOn: Receiver) {
        guard let first = waiting.first, let expected = next else { return }
        let hole = distance(expected, first.sequence)
        if hole > 0 {
            handOn(hole, first.bytes.span.extracting(0..<0), first.frame)
            next = first.sequence
        }
        drain(handOn)
    }

    private func distance(_ from: UInt32, _ to: UInt32) -> Int {
        Int(Int32(bitPattern: to &- from))
    }
}
