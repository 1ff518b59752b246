import Bytes
import Net
import Observations
import Wire

/// The ten JARM probes of one endpoint, one connection after another, without the connections.
///
/// Each is decided at the end of the first record, or at the bytes that the
/// reference would read, whichever comes first. A probe that fails on our side
/// is tried once more, since one lost packet would spoil the fingerprint.
final class JARMProbe {
    private let serverName: String
    private let isCompatible: Bool
    private let retries: Int
    private var results: [JARMResult.Probe] = []
    private var attempt = 0
    private var received: [UInt8] = []

    /// - Parameter serverName: the name sent, which for a bare address is its text, as the reference has it.
    init(serverName: String, isCompatible: Bool, retries: Int) {
        self.serverName = serverName
        self.isCompatible = isCompatible
        self.retries = retries
    }

    /// The hello of the probe whose turn it is; nil when all are done.
    func hello(random: [UInt8]) -> [UInt8]? {
        guard results.count < JARMHello.all.count else { return nil }
        return JARMHello.all[results.count].record(serverName: Array(serverName.utf8), random: random)
    }

    /// Takes bytes; true when the connection has shown all that counts.
    func received(_ bytes: Span<UInt8>) -> Bool {
        let room = max(0, JARMAnswer.readCount - received.count)
        received.append(bytes.extracting(0..<min(room, bytes.count)))
        return isDecided
    }

    private var isDecided: Bool {
        guard received.count >= 5 else { return false }
        if received.count >= JARMAnswer.readCount { return true }
        // What is no record has no length; the reference looks at its first bytes only.
        guard received[0] == 0x15 || received[0] == 0x16 else { return true }
        return received.count >= 5 + (Int(received[3]) << 8 | Int(received[4]))
    }

    /// The connection is over and is to be made again, as this machine failed it.
    func forgetConnection() {
        received.removeAll(keepingCapacity: true)
    }

    /// The connection is over; true when the ten are done.
    func ended(_ end: ConnectionEnd, isConnected: Bool) -> Bool {
        let probe = result(end, isConnected)
        received.removeAll(keepingCapacity: true)
        if !probe.outcome.isAnswer && attempt < retries {
            attempt += 1
        } else {
            attempt = 0
            results.append(probe)
        }
        return results.count == JARMHello.all.count
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

    /// What was found; probes that were not reached are missing.
    var result: JARMResult {
        JARMResult(probes: results, serverName: serverName, isCompatible: isCompatible)
    }
}
