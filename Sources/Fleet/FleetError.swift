internal import CNATS

/// Why something of a fleet did not go well, in words for its operator.
package struct FleetError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String
    /// Whether the same may go well later: the broker is away, slow or full.
    package let mayPass: Bool

    package init(_ description: String, mayPass: Bool = false) {
        self.description = description
        self.mayPass = mayPass
    }

    /// What libnats says.
    ///
    /// - Parameters:
    ///   - what: what was tried: "the stream cannot be made".
    ///   - code: JetStream's own error; 0 for none.
    ///   - refusal: what the broker has said that its user may not do, where it gave no answer.
    init(
        _ what: String,
        _ status: natsStatus,
        _ code: jsErrCode = jsErrCode(0),
        refusal: @autoclosure () -> String? = nil
    ) {
        var reason = String(cString: natsStatus_GetText(status))
        if status == NATS_TIMEOUT, let refusal = refusal() {
            reason = "this user may not: \(refusal)"
        }
        if code.rawValue != 0, let text = nats_GetLastError(nil).map({ String(cString: $0) }), !text.isEmpty {
            reason = text
        }
        let number = code.rawValue == 0 ? "" : " (\(code.rawValue))"
        self.init(
            "\(what): \(reason)\(number)",
            mayPass: Self.passing.contains(status) || Self.full.contains(code)
        )
    }

    /// No connection for now, or no answer in time.
    private static let passing: [natsStatus] = [
        NATS_TIMEOUT, NATS_CONNECTION_CLOSED, NATS_CONNECTION_DISCONNECTED, NATS_NO_SERVER, NATS_IO_ERROR,
        NATS_NO_RESPONDERS, NATS_INSUFFICIENT_BUFFER, NATS_STALE_CONNECTION, NATS_NOT_YET_CONNECTED,
    ]

    /// A stream that takes no more until somebody has read from it.
    private static let full: [jsErrCode] = [
        JSStreamStoreFailedErr, JSInsufficientResourcesErr, JSStorageResourcesExceededErr, JSNotEnabledErr,
    ]
}
