package import Net
package import Wire

/// Sends SYNs and reads what comes back, without a connection or a thread of its own.
///
/// The kernel knows of none of them: it answers a SYN-ACK with a reset, and finds the way of each packet
/// itself. Used by one thread.
package final class SYNProber {
    /// What became of an endpoint.
    package enum Verdict: Equatable, Sendable {
        case answered(ProbeAnswer.Verdict)
        case silent
        /// No SYN left this machine, for a reason that connecting may find out.
        case unsent
    }

    /// An endpoint of which there is nothing more to find out.
    package struct Settled {
        /// By which its owner knows it.
        package let tag: UInt64
        package let endpoint: SocketAddress
        /// Nanoseconds, on the clock of the loops.
        package let sentAt: UInt64
        package let verdict: Verdict

        init(_ probe: ProbesInFlight.Probe, _ verdict: Verdict) {
            tag = probe.tag
            endpoint = probe.endpoint
            sentAt = probe.sentAt
            self.verdict = verdict
        }
    }

    /// SYNs of one family.
    private struct Family {
        let port: ReservedPort
        let sender: RawSocket
        /// What is read from it begins with an IPv4 header, or behind an IPv6 one.
        let segments: RawSocket
        let messages: RawSocket?
        let source: IPAddress?
        var packet: SYNPacket
        var batch = PacketBatch()
        /// The probes of the batch.
        var queued: [ProbesInFlight.Probe] = []
    }

    private let key = ProbeKey()
    private var ipv4: Family?
    private var ipv6: Family?
    private let finder: SourceFinder
    private let reader = RawReader()
    private var flying = ProbesInFlight()
    private let sockets: [RawSocket]
    private var lostBefore: UInt32 = 0
    /// Nanoseconds; what was sent before may have been answered and lost.
    private var doubtfulUntil: UInt64 = 0

    /// Nanoseconds that a SYN is waited for.
    private let patience: UInt64
    /// The answers so far, and the nanoseconds that the slowest of them took.
    private var answers = 0
    private var slowest: UInt64 = 0
    /// SYNs that have left this machine.
    package private(set) var sent: UInt64 = 0

    /// How often an endpoint is asked again because its answer may have been lost here.
    private static let repetitions = 3
    /// Answers that are read before something is sent again.
    private static let readLimit = 8192

    /// - Parameters:
    ///   - sources: addresses to come from, at most one of each family.
    ///   - milliseconds: how long an answer is waited for.
    /// - Throws: when there is no raw socket of either family, above all for want of the right.
    package init(from sources: [IPAddress], patience milliseconds: UInt64) throws(UVError) {
        patience = milliseconds * 1_000_000
        finder = try SourceFinder()
        let ipv4 = try Self.family(isIPv6: false, sources.first(where: \.isV4))
        // A machine may do without one of the families: its endpoints are connected to, and say why not.
        let ipv6 = try? Self.family(isIPv6: true, sources.first(where: \.isV6))
        sockets = [ipv4.segments, ipv4.messages, ipv6?.segments, ipv6?.messages].compactMap(\.self)
        (self.ipv4, self.ipv6) = (ipv4, ipv6)
    }

    /// Why SYNs can't be sent from here; nil when they can.
    package static func refusal() -> UVError? {
        do throws(UVError) {
            _ = try RawSocket(.ipv4Sender)
            return nil
        } catch {
            return error
        }
    }

    private static func family(isIPv6: Bool, _ source: IPAddress?) throws(UVError) -> Family {
        let everywhere = isIPv6 ? IPAddress(v6: 0) : IPAddress(v4: 0)
        let port = try ReservedPort(on: source ?? everywhere)
        let segments = try RawSocket(
            isIPv6 ? .ipv6Segments : .ipv4Segments,
            .answers(toPort: port.number, isIPv6: isIPv6)
        )
        if isIPv6, let source { try segments.bind(to: source) }
        return Family(
            port: port,
            sender: isIPv6 ? segments : try RawSocket(.ipv4Sender),
            segments: segments,
            messages: try? RawSocket(isIPv6 ? .ipv6Messages : .ipv4Messages, .unreachable(isIPv6: isIPv6)),
            source: source,
            packet: SYNPacket(isIPv6: isIPv6)
        )
    }

    /// SYNs that may still be answered.
    package var inFlight: Int { flying.count + (ipv4?.queued.count ?? 0) + (ipv6?.queued.count ?? 0) }
    package var isFull: Bool { inFlight >= ProbesInFlight.limit }

    // MARK: Sending

    /// Has a SYN sent to an endpoint, together with others: `flush` sees to it that it leaves.
    ///
    /// - Parameters:
    ///   - tag: by which `settle` tells of it.
    ///   - tries: how many SYNs may follow this one when it is not answered.
    package func probe(_ endpoint: SocketAddress, tag: UInt64, tries: Int, _ settle: (Settled) -> Void) {
        send(ProbesInFlight.Probe(to: endpoint, tag: tag, triesLeft: tries), settle)
    }

    private func send(_ probe: ProbesInFlight.Probe, _ settle: (Settled) -> Void) {
        if probe.endpoint.isIPv6 { queue(probe, &ipv6, settle) } else { queue(probe, &ipv4, settle) }
    }

    private func queue(_ probe: ProbesInFlight.Probe, _ place: inout Family?, _ settle: (Settled) -> Void) {
        var probe = probe
        probe.sentAt = EventLoop.nanoseconds
        guard var family = place else { return settle(Settled(probe, .unsent)) }
        place = nil  // so that the packet is not copied
        defer { place = family }
        let endpoint = probe.endpoint
        var source = family.source ?? endpoint.address
        if !endpoint.isIPv6, family.source == nil {
            do throws(UVError) {
                source = try finder.source(to: endpoint.address)
            } catch {
                doubt()
                return settle(Settled(probe, .unsent))
            }
        }
        let port = family.port.number
        probe.sequence = key.sequence(to: endpoint, from: port)
        family.packet.address(to: endpoint, from: SocketAddress(source, port: port), sequence: probe.sequence)
        family.batch.append(family.packet.bytes.span, to: endpoint.address)
        family.queued.append(probe)
        if family.batch.isFull { flush(&family, settle) }
    }

    /// Sends what waits to be sent.
    package func flush(_ settle: (Settled) -> Void) {
        if ipv4?.queued.isEmpty == false { flush(&ipv4!, settle) }
        if ipv6?.queued.isEmpty == false { flush(&ipv6!, settle) }
    }

    private func flush(_ family: inout Family, _ settle: (Settled) -> Void) {
        var place = 0
        var refusals = 0
        while place < family.batch.count {
            do throws(UVError) {
                let count = try family.batch.send(from: place, on: family.sender)
                for probe in family.queued[place..<place + count] { flying.append(probe) }
                sent += UInt64(count)
                place += count
                refusals = 0
            } catch {
                refusals += 1
                // Room comes back when packets leave.
                if error.isExhaustion, refusals < Self.patienceForRoom {
                    RawSocket.wait(for: [], milliseconds: 1)
                    continue
                }
                if error.isUnreachable { doubt() }
                settle(Settled(family.queued[place], .unsent))
                place += 1
                refusals = 0
            }
        }
        family.batch.removeAll()
        family.queued.removeAll(keepingCapacity: true)
    }

    /// Milliseconds.
    private static let patienceForRoom = 2000

    // MARK: Receiving

    /// Reads the answers that have come.
    package func collect(_ settle: (Settled) -> Void) {
        for family in [ipv4, ipv6].compactMap(\.self) {
            let isIPv6 = family.sender === family.segments
            reader.drain(family.segments, limit: Self.readLimit) { bytes, from in
                let answer =
                    isIPv6
                    ? ProbeAnswer(parsingSegment: bytes, from: from) : ProbeAnswer(parsingIPv4: bytes)
                if let answer { take(answer, family.port.number, settle) }
            }
            guard let messages = family.messages else { continue }
            reader.drain(messages, limit: Self.readLimit) { bytes, _ in
                let answer = isIPv6 ? ProbeAnswer(parsingIPv6Message: bytes) : ProbeAnswer(parsingIPv4: bytes)
                if let answer { take(answer, family.port.number, settle) }
            }
        }
        let lost = sockets.reduce(0) { $0 &+ $1.lost }
        if lost != lostBefore { doubt() }
        lostBefore = lost
    }

    private func take(_ answer: ProbeAnswer, _ port: UInt16, _ settle: (Settled) -> Void) {
        let sequence = key.sequence(to: answer.endpoint, from: port)
        guard answer.port == port, answer.sequence == sequence else { return }
        flying.answered(by: answer.endpoint, sequence: sequence) { probe in
            answers += 1
            // Which of several SYNs it answers is not known.
            slowest = max(slowest, probe.isRepeated ? patience : EventLoop.nanoseconds - probe.sentAt)
            settle(Settled(probe, .answered(answer.verdict)))
        }
    }

    /// What is in flight may be answered without our seeing it.
    package func doubt() { doubtfulUntil = EventLoop.nanoseconds }

    // MARK: Silence

    /// Settles the endpoints that had their time, and sends to those that are to be asked again.
    ///
    /// - Parameters:
    ///   - now: a time before which all answers have been collected.
    ///   - isLast: whether nothing else is to be sent.
    ///   - mayResend: whether a SYN may be sent now, which is then counted.
    /// - Returns: nanoseconds until the next one is due; nil when nothing is in flight.
    package func expire(
        now: UInt64,
        isLast: Bool,
        mayResend: () -> Bool,
        _ settle: (Settled) -> Void
    ) -> UInt64? {
        while var probe = flying.oldest {
            let due = probe.sentAt + (isLast ? patienceAtLast : patience)
            guard due <= now else { return due - now }
            let isDoubtful = probe.sentAt <= doubtfulUntil && probe.repeats < Self.repetitions
            if probe.isAnswered {
                flying.removeOldest()
            } else if isDoubtful || probe.triesLeft > 0 {
                guard mayResend() else { return 0 }
                flying.removeOldest()
                probe.isRepeated = true
                if isDoubtful { probe.repeats += 1 } else { probe.triesLeft -= 1 }
                send(probe, settle)
            } else {
                flying.removeOldest()
                settle(Settled(probe, .silent))
            }
        }
        return nil
    }

    /// Nanoseconds that the last SYNs of a run are waited for.
    ///
    /// While others are still being sent it costs nothing to wait. By the end a run has seen how long its
    /// answers take, for as long as it waits at most; three times the slowest of them is enough.
    private var patienceAtLast: UInt64 {
        guard answers >= Self.answersThatTell else { return patience }
        return min(patience, max(Self.leastPatience, 3 * slowest))
    }

    private static let answersThatTell = 32
    /// A lost question for a hardware address is repeated after a second.
    private static let leastPatience: UInt64 = 1_500_000_000

    /// Waits for an answer, or for so many milliseconds.
    package func wait(milliseconds: Int) { RawSocket.wait(for: sockets, milliseconds: milliseconds) }
}
