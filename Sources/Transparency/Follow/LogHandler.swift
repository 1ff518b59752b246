/// Takes what followers read.
package protocol LogHandler: AnyObject {
    /// Entries of a log in their order, each once.
    func take(_ entries: [LogEntry], of log: LogDescription)

    /// Something that no log may do.
    func found(_ misbehaviour: LogMisbehaviour)

    /// The log's state has changed: what was taken is in it.
    func advanced(_ state: LogState)

    /// A word on what holds a log up, for a person.
    func note(_ text: String, of log: LogDescription)
}
