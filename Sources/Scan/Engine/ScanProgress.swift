/// How far a scan is, at one moment.
package struct ScanProgress: Sendable {
    /// Milliseconds since the start.
    package var elapsed: UInt64 = 0
    /// Endpoints in all; nil while that is unknown.
    package var total: UInt64?
    /// Endpoints done, those of an earlier run that is being resumed among them.
    package var done: UInt64 = 0
    /// Endpoints done by an earlier run.
    package var doneBefore: UInt64 = 0
    /// Connections open now.
    package var open = 0
    /// Endpoints that showed a certificate.
    package var found: UInt64 = 0
    package var leads: UInt64 = 0
    package var isDraining = false
    /// What is to be said of this machine's own troubles, each once.
    package var notices: [String] = []

    package init() {}

    /// Endpoints a second since the start.
    package var rate: Double {
        elapsed == 0 ? 0 : Double(done - min(done, doneBefore)) * 1000 / Double(elapsed)
    }

    /// Nil while nothing can be said.
    package var secondsLeft: Int? {
        guard let total, rate > 0, total >= done, elapsed > 1000 else { return nil }
        let seconds = Double(total - done) / rate
        return seconds < 1e9 ? Int(seconds) : nil
    }
}
