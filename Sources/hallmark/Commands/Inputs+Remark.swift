import Pipeline
import Terminal

extension Inputs {
    /// The same inputs, after a word about files in folders that are of no kind that is read.
    func said() -> Inputs {
        if let remark { Terminal.say(remark, .warning) }
        return self
    }
}
