import Bytes
import Net
import Observations
import Wire

/// The ten JARM probes of one endpoint, one connection after another, without the connections.
///
/// Each is decided at the end of the first record, or at the bytes that the
/// reference would read, whichever comes first. A probe that fails on our side
/// is tried again (`--retries`), since one lost packet would spoil the fingerprint.
final class JARMProbe: Probe {
    private let serverName: String
    private let nameBytes: [UInt8]
    private let isCompatible: Bool
    private let retries: Int
    private var results: [JARMResult.Probe] = []
    private var attempt = 0
    private var received: [UInt8] = []
    /// Room for a hello.
    private var hello: [UInt8] = []

    /// - Parameter serverName: the name sent, which for a bare address is its text, as the reference has it.
    init(serverName: String, isCompatible: Bool, retries: Int) {
        self.serverName = serverName
        nameBytes = Array(serverName.utf8)
        self.isCompatible = isCompatible
        self.retries = retries
    }

    func prepare(_ visit: EndpointVisit) {
        received.removeAll(keepingCapacity: true)
    }

    /// Sends the hello whose turn it is.
    func opened(_ visit: EndpointVisit) -> ProbeAction {
        guard results.count < JARMHello.all.count else { return .done }
        let (name, random) = (nameBytes, visit.scan.randomBytes(JARMHello.randomCount))
        var bytes: [UInt8] = []
        swap(&bytes, &hello)
        JARMHello.all[results.count].write(serverName: name.span, random: random.span, into: &bytes)
        visit.sendStep(bytes.span)
        swap(&bytes, &hello)
        return .wait
    }

    func received(_ bytes: Span<UInt8>, _ visit: EndpointVisit) -> ProbeAction {
        let room = max(0, JARMAnswer.readCount - received.count)
        received.append(bytes.extracting(0..<min(room, bytes.count)))
        return isDecided ? .done : .wait
    }

    func ended(_ connection: EndedConnection, _ visit: EndpointVisit) -> ProbeOutcome {
        let isLast = take(result(connection.end, connection.isConnected))
        guard isLast || connection.end == .timedOut(total: true) else { return .reconnect }
        let result = result
        visit.observation.jarm = result
        let error = result.isComplete ? nil : connection.error
        visit.record(.jarm, error, connection.end, attempt: 1)
        return .done
    }

    /// Takes the result of one hello, unless it is tried again; true when all are done.
    private func take(_ probe: JARMResult.Probe) -> Bool {
        if !probe.outcome.isAnswer && attempt < retries {
            attempt += 1
        } else {
            attempt = 0
            results.append(probe)
        }
        return results.count == JARMHello.all.count
    }

    private var isDecided: Bool {
        guard received.count >= 5 else { return false }
        if received.count >= JARMAnswer.readCount { return true }
        // What is no record has no length; the reference looks at its first bytes only.
        guard received[0] == 0x15 || received[0] == 0x16 else { return true }
        return received.count >= 5 + (Int(received[3]) << 8 | Int(received[4]))
    }

    private func result(_ end: ConnectionEnd, _ isConnected: Bool) -> JARMResult.Probe {
        guard isConnected else { return JARMResult.Probe(answer: .none, outcome: .failed) }
        let answer = JARMAnswer(received)
        if answer.isServerHello { return JARMResult.Probe(answer: answer, outcome: .serverHello) }
        guard received.isEmpty else {
            let isAlert = received[0] == 0x15
            let alert = isAlert && received.count >= 7 ? received[6] : nil
            return JARMResult.Probe(answer: answer, outcome: isAlert ? .alert : .notTLS, alert: alert)
        }
        switch end {
        case .peerClosed, .closed: return JARMResult.Probe(answer: .none, outcome: .close)
        case .failed(let error) where error == .reset: return JARMResult.Probe(answer: .none, outcome: .reset)
        case .timedOut: return JARMResult.Probe(answer: .none, outcome: .timeout)
        default: return JARMResult.Probe(answer: .none, outcome: .failed)
        }
    }

    /// What was found; hellos that were not reached are missing.
    private var result: JARMResult {
        JARMResult(probes: results, serverName: serverName, isCompatible: isCompatible)
    }
}
