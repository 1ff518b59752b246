import Fetch
import Terminal

extension FetchRequest {
    /// Says on standard error what is waited for, where a person would wonder: a server may ask for an hour.
    mutating func sayWaits() {
        let url = url
        onWait = { reason, milliseconds in
            guard milliseconds >= 1000 else { return }
            let seconds = (milliseconds + 999) / 1000
            Terminal.say("hallmark: \(url): \(reason): asked again in \(counted(Int(seconds), "second"))")
        }
    }
}
