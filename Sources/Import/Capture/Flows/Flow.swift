import Bytes
import Wire

/// A connection while its packets come: both streams, and what is read in them.
final class Flow {
    let key: FlowKey
    /// The first and the last packet's time, and the first one's number.
    let begin: Int64
    var last: Int64
    let frame: Int
    /// The last one's number.
    private var lastFrame: Int
    /// What packets of one direction come under that travel otherwise than the first ones.
    var otherKey: FlowKey?
    /// Payload bytes of each side, as far as sequence numbers tell; those of UDP as they were counted.
    private(set) var bytes = [0, 0]
    private(set) var packets = [0, 0]
    /// What is read; nil when there is nothing to read, or no more.
    private(set) var conversation: Conversation?
    /// That it gives no sighting was counted already.
    var isCounted = false
    /// It was taken for one whose begin was not captured.
    var isMidstream = false
    /// Datagrams in which nothing began that is read.
    private var looked = 0
    /// The side that sent a SYN without ACK.
    private(set) var opener: Int?
    private(set) var hasReset = false
    /// Bytes that the file's snapshot length left out where they would have been read.
    private(set) var cutBytes = 0
    private(set) var firstCutFrame = 0

    private var streams = [StreamAssembler(), StreamAssembler()]
    /// One behind the highest byte seen of each side, and the last acknowledgement that each side sent.
    private var highest: [UInt32?] = [nil, nil]
    private var lowest: [UInt32?] = [nil, nil]
    private var acknowledged: [UInt32?] = [nil, nil]
    private var hasEnded = [false, false]

    init(_ key: FlowKey, _ frame: CaptureFrame) {
        self.key = key
        self.frame = frame.number
        begin = frame.time
        last = frame.time
        lastFrame = frame.number
        // Most of what travels by UDP is nothing that is read.
        if key.transport == .tcp { conversation = Conversation(.tcp) }
    }

    /// Gives back the room of a conversation in which nothing more is read.
    func forget() {
        conversation = nil
        for side in 0...1 { streams[side].forget() }
    }

    /// Whether the begin of a side came when later bytes had been read for it.
    var isDisordered: Bool { streams[0].hasLateBegin || streams[1].hasLateBegin }

    /// Both sides have closed, or one has reset.
    var isClosed: Bool { hasReset || hasEnded[0] && hasEnded[1] }

    /// Bytes that the flow holds.
    var weight: Int {
        guard let conversation else { return 0 }
        return conversation.weight + streams[0].waitingBytes + streams[1].waitingBytes
    }

    /// Whether a packet opens another connection between the same two ends.
    func isReopened(by packet: Packet) -> Bool {
        guard packet.transport == .tcp else { return false }
        guard packet.flags.contains(.syn) else { return isElsewhere(packet) }
        let side = key.side(packet)
        var stream = streams[side]
        guard stream.begin(packet.sequence) else { return true }
        guard isClosed else { return false }
        if let initial = streams[side].initial { return initial != packet.sequence }
        // In a file out of order the SYN may come last.
        guard let end = highest[side] else { return false }
        return !(0...1 << 20 ~= Int(Int32(bitPattern: end &- packet.sequence &- 1)))
    }

    /// Whether both of a packet's numbers are far from those of this connection: it is of another one between
    /// the same ports, whose SYN was not captured.
    private func isElsewhere(_ packet: Packet) -> Bool {
        let side = key.side(packet)
        guard packet.flags.contains(.ack), !packet.flags.contains(.rst), let own = highest[side],
            let other = highest[1 - side]
        else { return false }
        func isFar(_ one: UInt32, _ other: UInt32) -> Bool {
            abs(Int(Int32(bitPattern: one &- other))) > 1 << 18
        }
        return isFar(own, packet.sequence) && isFar(other, packet.acknowledgement)
    }

    /// Whether a packet that travels in another VLAN or tunnel belongs to this connection: one direction
    /// may travel otherwise, and the same packet may be captured in two places.
    func continues(_ packet: Packet) -> Bool {
        let side = key.side(packet)
        guard packet.transport == .tcp else { return packets[side] == 0 }
        func isNear(_ one: UInt32, _ other: UInt32) -> Bool {
            abs(Int(Int32(bitPattern: one &- other))) < 1 << 20
        }
        if packet.flags.contains(.syn), let initial = streams[side].initial {
            return initial == packet.sequence
        }
        if let highest = highest[side] {
            return !packet.flags.contains(.syn) && isNear(highest, packet.sequence)
        }
        guard packet.flags.contains(.ack), let other = highest[1 - side] else { return false }
        return packet.flags.contains(.syn)
            ? streams[1 - side].initial.map { $0 &+ 1 == packet.acknowledgement } ?? false
            : isNear(other, packet.acknowledgement)
    }

    /// Takes a packet.
    func take(_ packet: Packet, _ bytes: Span<UInt8>, _ frame: CaptureFrame) {
        let side = key.side(packet)
        last = max(last, frame.time)
        lastFrame = frame.number
        packets[side] += 1
        let payload = bytes.extracting(packet.payload)
        if packet.missing > 0, conversation?.reads(side) == true {
            if cutBytes == 0 { firstCutFrame = frame.number }
            cutBytes += packet.missing
        }
        if packet.transport == .udp {
            self.bytes[side] += payload.count + packet.missing
            takeDatagram(payload, side)
            return
        }
        takeSegment(packet, payload, side, frame.number)
    }

    private func takeDatagram(_ payload: Span<UInt8>, _ side: Int) {
        if conversation == nil, !isCounted, looked < Conversation.maximumLooked {
            looked += 1
            if Conversation.begins(payload) { conversation = Conversation(.udp) }
        }
        conversation?.datagram(payload, from: side)
    }

    private func takeSegment(_ packet: Packet, _ payload: Span<UInt8>, _ side: Int, _ frame: Int) {
        let isOpening = packet.flags.contains(.syn)
        let first = isOpening ? packet.sequence &+ 1 : packet.sequence
        count(first, payload.count + packet.missing, side)
        if isOpening {
            _ = streams[side].begin(packet.sequence)
            if opener == nil { opener = packet.flags.contains(.ack) ? 1 - side : side }
            conversation?.opener = opener
        }
        let known = acknowledged[1 - side]
        if packet.flags.contains(.ack), !packet.flags.contains(.rst) {
            acknowledged[side] = packet.acknowledgement
        }
        if let conversation, conversation.wants(side) {
            // What a reset carries is no part of the stream (RFC 9293, section 3.10.7).
            if !packet.flags.contains(.rst) {
                if isOpening {
                    streams[side].anchor { conversation.take($1, after: $0, from: side, frame: $2) }
                }
                streams[side].take(payload, at: first, frame: frame, known: known) {
                    conversation.take($1, after: $0, from: side, frame: $2)
                }
            }
            if !conversation.wants(side) { streams[side].forget() }
        }
        if packet.flags.contains(.rst) { hasReset = true }
        if packet.flags.contains(.fin) {
            hasEnded[side] = true
            streams[side].finish(at: first &+ UInt32(truncatingIfNeeded: payload.count + packet.missing))
        }
        if streams[side].isAtEnd { conversation?.closed(side) }
    }

    private func count(_ first: UInt32, _ length: Int, _ side: Int) {
        let end = first &+ UInt32(truncatingIfNeeded: length)
        guard let before = highest[side] else {
            highest[side] = end
            lowest[side] = first
            bytes[side] += length
            return
        }
        // What came late may stand before all that was seen.
        if let start = lowest[side], 1..<1 << 20 ~= Int(Int32(bitPattern: start &- first)) {
            bytes[side] += Int(start &- first)
            lowest[side] = first
        }
        let grown = Int(Int32(bitPattern: end &- before))
        guard grown > 0 else { return }
        bytes[side] += grown
        highest[side] = end
    }

    /// Hands on what waits behind holes: nothing comes any more.
    func finish() {
        guard let conversation else { return }
        for side in 0...1 where conversation.wants(side) {
            streams[side].close(known: acknowledged[1 - side], frame: lastFrame) {
                conversation.take($1, after: $0, from: side, frame: $2)
            }
            conversation.closed(side, isEnd: hasEnded[side] || hasReset)
        }
        conversation.finish(isReset: hasReset)
        for side in 0...1 { streams[side].forget() }
    }
}
