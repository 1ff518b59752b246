import Bytes
package import Observations
import Wire

/// Reads a capture: frames, packets, connections, and what is said on them.
///
/// Bytes in, connections out, no I/O.
package final class CaptureReader {
    package struct Options: Sendable {
        /// Connections that are followed at a time, and bytes that they hold together.
        package var maximumFlows = 1 << 17
        package var maximumBytes = 256 << 20

        package init() {}
    }

    private var file = CaptureFile()
    private let packets = PacketReader()
    private let table: FlowTable
    private let observation: Observation
    private let take: (CapturedConnection) throws -> Void
    /// What the receiver of connections threw; nothing is read after it.
    private var failure: (any Error)?
    private var counts = CaptureTally()
    /// What packets have travelled in, as in `Packet.path`: the first few.
    private var paths: [UInt64] = []
    private static let mostPaths = 64

    /// - Parameters:
    ///   - observation: filled for each connection anew.
    ///   - take: gets each connection when it is over.
    package init(
        _ options: Options = Options(),
        observation: Observation = Observation(),
        take: @escaping (CapturedConnection) throws -> Void
    ) {
        table = FlowTable(maximumFlows: options.maximumFlows, maximumBytes: options.maximumBytes)
        self.observation = observation
        self.take = take
    }

    package var tally: CaptureTally {
        var tally = counts
        tally.unreadBytes = file.unreadBytes
        tally.droppedPackets = file.droppedPackets
        tally.fragments = packets.fragments.lost
        return tally
    }

    /// Reads whole records of the file.
    ///
    /// - Parameter isEnd: nothing comes after `bytes`.
    /// - Returns: how many bytes were read; the rest is to be given again with more behind it.
    package func read(_ bytes: Span<UInt8>, isEnd: Bool = false) throws -> Int {
        var place = 0
        while true {
            let rest = bytes.extracting(place..<bytes.count)
            switch file.next(rest, isEnd: isEnd) {
            case .frame(let frame, let range, let used):
                take(frame, rest.extracting(range))
                place += used
            case .passed(let used): place += used
            case .damaged(let damage, let used):
                note(damage)
                place += used
            case .more: return place
            }
            if let failure { throw failure }
        }
    }

    /// The capture is over: what is still open is handed on as it is.
    package func finish() throws {
        if file.endsWithinBlock { note(file.damage(.cut)) }
        while let flow = table.removeOldest() { end(flow) }
        packets.fragments.giveUp()
        if let failure { throw failure }
    }

    private func note(_ damage: CaptureDamage) {
        guard counts.damages.count < CaptureTally.maximumDamages else {
            counts.moreDamages += 1
            return
        }
        counts.damages.append(damage)
    }

    private func take(_ frame: CaptureFrame, _ bytes: Span<UInt8>) {
        counts.frames += 1
        switch packets.read(frame, bytes, { self.take($0, $1, frame) }) {
        case .packet, .fragment: break
        case .other: counts.otherFrames += 1
        case .malformed: counts.malformed.add(frame: frame.number)
        case .cut: counts.cut.add(frame: frame.number)
        case .unknownLink(let link):
            guard counts.unknownLinks[link] != nil || counts.unknownLinks.count < CaptureTally.maximumLinks
            else { return }
            counts.unknownLinks[link, default: CaptureTally.Unread()].add(frame: frame.number)
        }
    }

    private func take(_ packet: Packet, _ bytes: Span<UInt8>, _ frame: CaptureFrame) {
        let key = FlowKey(packet)
        var known = table.flow(key) ?? sibling(key, packet)
        if let flow = known, flow.isReopened(by: packet) {
            table.remove(flow.key)
            end(flow)
            known = nil
        }
        let flow = known ?? begin(key, frame)
        let (before, wasClosed) = (known == nil ? 0 : flow.weight, flow.isClosed)
        flow.take(packet, bytes, frame)
        settle(flow)
        if flow.isClosed, !wasClosed, let late = table.close(flow.key), let over = table.remove(late) {
            end(over)
        }
        guard table.weigh(flow.weight - before) else { return }
        while table.isOverWeight, let oldest = table.removeOldest() { giveUp(oldest) }
    }

    /// A connection between the same ends whose packets have travelled in another VLAN so far.
    private func sibling(_ key: FlowKey, _ packet: Packet) -> Flow? {
        if !paths.contains(key.path), paths.count < Self.mostPaths { paths.append(key.path) }
        guard paths.count > 1 else { return nil }
        for path in paths where path != key.path {
            let other = FlowKey(packet, path: path)
            guard let flow = table.flow(other), flow.continues(packet) else { continue }
            table.join(key, to: flow)
            return flow
        }
        return nil
    }

    /// Counts a conversation that gives no sighting as soon as that is known, and gives back its room.
    private func settle(_ flow: Flow) {
        guard let conversation = flow.conversation, conversation.isOver else { return }
        switch conversation.kind {
        // Counted when it ends: its begin may stand behind.
        case .midstream: flow.isMidstream = true
        case .quic: counts.quic.add(frame: flow.frame)
        case .other:
            counts.otherFlows += 1
            if conversation.lacksBegin { counts.holes.add(frame: flow.frame) }
        case .unknown, .tls, .http: return
        }
        flow.isCounted = true
        flow.forget()
    }

    /// Ends a connection for want of room.
    private func giveUp(_ flow: Flow) {
        if !flow.isClosed, flow.conversation?.isDone == false { counts.crowded.add(frame: flow.frame) }
        end(flow)
    }

    private func begin(_ key: FlowKey, _ frame: CaptureFrame) -> Flow {
        counts.flows += 1
        let flow = Flow(key, frame)
        if let oldest = table.add(flow) { giveUp(oldest) }
        return flow
    }

    private func end(_ flow: Flow) {
        table.weigh(-flow.weight)
        flow.finish()
        if flow.isDisordered { counts.disordered.add(frame: flow.frame) }
        guard let conversation = flow.conversation, conversation.kind == .tls || conversation.kind == .http
        else {
            return count(flow)
        }
        if conversation.missing > 0 {
            counts.holes.add(frame: conversation.firstMissing)
        } else if conversation.datagrams?.isIncomplete == true {
            counts.holes.add(frame: flow.frame)
        }
        if conversation.breaksOff { counts.cutOff.add(frame: flow.frame) }
        if flow.cutBytes > 0 { counts.cut.add(frame: flow.firstCutFrame) }
        if conversation.http?.lacksRequest == true { counts.lackingRequests.add(frame: flow.frame) }
        if let plain = conversation.plain, let connection = conversation.connection(flow, observation, plain)
        {
            counts.partFlows += 1
            give(connection)
        }
        if let connection = conversation.connection(flow, observation) { give(connection) }
    }

    private func give(_ connection: CapturedConnection) {
        guard failure == nil else { return }
        counts.connections += 1
        do { try take(connection) } catch { failure = error }
    }

    /// Counts a connection that gives no sighting.
    private func count(_ flow: Flow) {
        if flow.isMidstream || flow.conversation?.kind == .midstream {
            if !flow.isDisordered { counts.midstream.add(frame: flow.frame) }
            return
        }
        guard !flow.isCounted else { return }
        // Nothing could be told of it, for what the capture kept of its packets.
        if flow.conversation?.kind == .unknown, flow.cutBytes > 0 {
            counts.cut.add(frame: flow.firstCutFrame)
        }
        if let conversation = flow.conversation, conversation.missing > 0 {
            counts.holes.add(frame: conversation.firstMissing)
        }
        if flow.bytes == [0, 0] {
            counts.emptyFlows += 1
        } else {
            counts.otherFlows += 1
        }
    }
}
