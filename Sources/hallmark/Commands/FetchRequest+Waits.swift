import Fetch
import Terminal

extension FetchRequest {
    /// Says on standard error what is waited for, where a person would wonder: a server may ask for an hour.
    mutating func sayWaits() { onWait = Self.waits(of: url) }

    /// Says it of what has this name.
    static func waits(of name: String) -> @Sendable (String, UInt64) -> Void {
        { reason, milliseconds in
            guard milliseconds >= 1000 else { return }
            let seconds = (milliseconds + 999) / 1000
            Terminal.say("hallmark: \(name): \(reason): asked again in \(counted(Int(seconds), "second"))")
        }
    }
}
