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
            throw FleetError("the consumer \(consumer) of \(stream)", status, code, refusal: broker.refusal)
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
    package func pull(_ count: Int, milliseconds: Int) -> [QueuedMessage] {
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
            return QueuedMessage(message)
        }
    }
}
