internal import CNATS
import Foundation

/// A durable consumer from which messages are pulled; whoever pulls from the same one shares them.
package final class MessageQueue: @unchecked Sendable {  // libnats locks what it holds
    private let subscription: OpaquePointer
    private let broker: Broker

    /// - Throws: when the consumer is not there (yet).
    package init(_ consumer: String, of stream: String, subject: String, on broker: Broker) throws(FleetError)
    {
        var made: OpaquePointer?
        var code = jsErrCode(0)
        let status = cNats_pull(&made, broker.context, stream, consumer, subject, &code)
        guard status == NATS_OK, let made else {
            throw FleetError("the consumer \(consumer) of \(stream)", status, code)
        }
        subscription = made
        self.broker = broker
    }

    deinit { natsSubscription_Destroy(subscription) }

    /// Waits for messages.
    ///
    /// - Parameters:
    ///   - count: how many are taken at most.
    ///   - milliseconds: how long it waits for the first.
    /// - Returns: none when none came, or the broker is away.
    package func pull(_ count: Int, milliseconds: Int) -> [Delivery] {
        var list = natsMsgList()
        var code = jsErrCode(0)
        let status = natsSubscription_Fetch(
            &list,
            subscription,
            Int32(clamping: count),
            Int64(milliseconds),
            &code
        )
        guard status == NATS_OK else {
            // Away, or asked too much: who asks again at once only heats the machine.
            if status != NATS_TIMEOUT { usleep(useconds_t(min(milliseconds, 200)) * 1000) }
            return []
        }
        defer { natsMsgList_Destroy(&list) }
        return (0..<Int(list.Count)).compactMap { index in
            guard let message = list.Msgs[index] else { return nil }
            list.Msgs[index] = nil
            return Delivery(message)
        }
    }
}

/// A message that was given out, until it is acknowledged.
package final class Delivery: @unchecked Sendable {  // libnats locks what it holds
    private let message: OpaquePointer

    init(_ message: OpaquePointer) { self.message = message }

    deinit { natsMsg_Destroy(message) }

    package var subject: String { natsMsg_GetSubject(message).map { String(cString: $0) } ?? "" }

    /// How often it was given out, this time included.
    package var attempts: UInt64 { cNats_delivered(message) }

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
        _ = natsMsg_NakWithDelay(message, Int64(seconds) * 1_000_000_000, nil)
    }

    /// Says that nobody shall be given it any more.
    package func drop() { _ = natsMsg_Term(message, nil) }
}
