import Bytes

/// Puts the segments of one direction of a TCP connection in order, within bounds.
///
/// What came first stays where segments overlap. Sequence numbers wrap, so that only distances are compared.
struct StreamAssembler {
    /// What is held back behind a hole: more makes the hole be given up.
    static let maximumWaiting = 512
    static let maximumBytes = 256 * 1024
    /// What is held back of a stream whose begin was not seen: it may come later in the file.
    private static let mostUnanchored = 32
    private static let mostUnanchoredBytes = 64 * 1024

    private struct Segment {
        var sequence: UInt32
        var bytes: [UInt8]
        var frame: Int
    }

    /// The next byte's number; nil before the first segment.
    private(set) var next: UInt32?
    /// The number of the SYN, when it was seen.
    private(set) var initial: UInt32?
    /// The SYN came when what stands behind it had been handed on as the begin.
    private(set) var hasLateBegin = false
    /// The first number that was seen of a stream whose begin was not, and what the other side had
    /// acknowledged then.
    private var origin: UInt32?
    private var floor: UInt32?
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
        if let lowest = next ?? waiting.first?.sequence, !(0...1 << 20 ~= distance(sequence &+ 1, lowest)) {
            return false
        }
        initial = sequence
        if let next, distance(sequence &+ 1, next) > 0 { hasLateBegin = true }
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
        guard let expected = next else {
            if origin == nil {
                origin = sequence
                if let known, 1..<1 << 20 ~= distance(known, sequence) { floor = known }
            }
            insert(bytes, sequence, frame, distance(origin ?? sequence, sequence))
            if waiting.count > Self.mostUnanchored || waitingBytes > Self.mostUnanchoredBytes {
                settle(handOn)
            }
            return
        }
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

    /// Hands on what came before the SYN that was seen now.
    mutating func anchor(_ handOn: Receiver) {
        if next != nil, !waiting.isEmpty { drain(handOn) }
    }

    /// The begin was not seen: what is there begins with what is first.
    private mutating func settle(_ handOn: Receiver) {
        guard next == nil, let first = waiting.first?.sequence else { return }
        next = first
        if let floor, 1..<1 << 20 ~= distance(floor, first) { next = floor }
        drain(handOn)
    }

    /// Nothing comes any more: hands on what waits, with its holes and with the one at the end.
    ///
    /// - Parameters:
    ///   - known: what the other side has acknowledged at last.
    ///   - frame: the last frame.
    mutating func close(known: UInt32?, frame: Int, _ handOn: Receiver) {
        settle(handOn)
        while !waiting.isEmpty { giveUp(handOn) }
        guard let next else { return }
        var hole = end.map { distance(next, $0) } ?? 0
        // One more may be the FIN.
        if end == nil, let known, distance(next, known) > 1 { hole = distance(next, known) }
        guard 1..<1 << 30 ~= hole else { return }
        let nothing: [UInt8] = []
        handOn(hole, nothing.span, frame)
        self.next = next &+ UInt32(truncatingIfNeeded: hole)
    }

    /// Gives back the room of what waits.
    mutating func forget() {
        waiting = []
        waitingBytes = 0
    }

    private mutating func insert(_ bytes: Span<UInt8>, _ sequence: UInt32, _ frame: Int, _ ahead: Int) {
        guard let next = next ?? origin else { return }
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
