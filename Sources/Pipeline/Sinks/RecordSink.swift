package import Bytes

/// Where records end, for all threads: a file, standard output, a corpus.
package protocol RecordSink: Sendable {
    /// One thread's way into it.
    func intake() -> any RecordIntake

    /// Waits until all that was delivered is stored.
    ///
    /// - Parameter milliseconds: how long at most; nil for as long as it takes.
    /// - Returns: false when some of it is not stored by then, or never will be.
    func settle(within milliseconds: Int?) -> Bool
}

/// One thread's way into a sink: it gathers records, and hands them over by the batch.
package protocol RecordIntake: AnyObject {
    /// Gathers a line of NDJSON, its line end included, or passes it over.
    func take(_ line: borrowing ByteBuffer, _ record: PassingRecord)

    /// Whether enough has gathered for a batch.
    var isFull: Bool { get }

    /// Hands over what has gathered.
    ///
    /// - Returns: false when the sink has failed, now or before.
    func deliver() -> Bool
}

extension RecordSink {
    package func settle(within milliseconds: Int?) -> Bool { true }
}
