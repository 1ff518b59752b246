internal import CNATS

/// A message that was given out, until it is acknowledged.
package final class QueuedMessage: @unchecked Sendable {  // libnats locks what it holds
    private let message: OpaquePointer

    init(_ message: OpaquePointer) { self.message = message }

    deinit { natsMsg_Destroy(message) }

    package var subject: String { natsMsg_GetSubject(message).map { String(cString: $0) } ?? "" }

    /// How often it was given out, this time included.
    package var attempts: UInt64 { cNats_delivered(message).count }

    /// By which it is told from all other messages; the same one has it again when it is given out again.
    ///
    /// A stream that is made anew counts from 1 again, and the time tells its messages from those before.
    package var identity: Identity {
        let delivery = cNats_delivered(message)
        return Identity(sequence: delivery.sequence, time: delivery.time)
    }

    /// A message's place in its stream, and when it came there.
    package struct Identity: Hashable, Sendable {
        fileprivate let sequence: UInt64
        fileprivate let time: Int64
    }

    /// What it says.
    package func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let count = natsMsg_GetDataLength(message)
        return try body(UnsafeRawBufferPointer(start: natsMsg_GetData(message), count: Int(max(0, count))))
    }

    /// Says that it is done, and waits for the broker to say that it knows.
    package func acknowledge() throws(FleetError) {
        var code = jsErrCode(0)
        let status = natsMsg_AckSync(message, nil, &code)
        guard status == NATS_OK else { throw FleetError("an acknowledgement is not answered", status, code) }
    }

    /// Says that it is done, without waiting; for who notices a second delivery.
    package func acknowledgeSoon() { _ = natsMsg_Ack(message, nil) }

    /// Says that it is still being worked on, so that nobody else is given it.
    package func extend() { _ = natsMsg_InProgress(message, nil) }

    /// Gives it back: somebody is given it after some seconds.
    package func giveBack(after seconds: Int) {
        // In milliseconds, where other times of the library are in nanoseconds.
        _ = natsMsg_NakWithDelay(message, Int64(seconds) * 1000, nil)
    }

    /// Says that nobody shall be given it any more.
    package func drop() { _ = natsMsg_Term(message, nil) }
}
