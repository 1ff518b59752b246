internal import CNATS
import Foundation

/// A connection to NATS with JetStream, which comes back by itself when the broker does.
///
/// libnats keeps it on threads of its own, and every function here may be called from any thread: it waits
/// for the broker's answer, but never longer than a few seconds.
package final class Broker: @unchecked Sendable {  // libnats locks what it holds
    let connection: OpaquePointer
    let context: OpaquePointer

    /// Milliseconds that the broker has for an answer.
    static let patience: Int64 = 5000

    /// Connects.
    ///
    /// - Throws: an error that may pass when nobody answers; one that does not for a user that is refused.
    package init(_ options: BrokerOptions) throws(FleetError) {
        var made: OpaquePointer?
        let settings = try Self.settings(options)
        defer { natsOptions_Destroy(settings) }
        let status = natsConnection_Connect(&made, settings)
        guard status == NATS_OK, let made else {
            let place = options.servers.joined(separator: ", ")
            // A broker that is being started refuses nobody by name.
            let isFinal = [NATS_CONNECTION_AUTH_FAILED, NATS_SSL_ERROR, NATS_NOT_PERMITTED, NATS_INVALID_ARG]
            let detail = nats_GetLastError(nil).map { Self.withoutPlace(String(cString: $0)) } ?? ""
            throw FleetError(
                "the broker \(place): \(String(cString: natsStatus_GetText(status)))"
                    + (detail.isEmpty ? "" : " (\(detail))") + Self.advice(status, options),
                mayPass: !isFinal.contains(status)
            )
        }
        connection = made
        var context: OpaquePointer?
        let second = cNats_context(&context, made, Self.patience)
        guard second == NATS_OK, let context else {
            natsConnection_Destroy(made)
            throw FleetError("JetStream cannot be used", second)
        }
        self.context = context
    }

    /// What libnats says, without where it stands in its source: `(conn.c:733): `.
    private static func withoutPlace(_ text: String) -> String {
        guard text.hasPrefix("("), let end = text.firstRange(of: "): ") else { return text }
        return String(text[end.upperBound...])
    }

    /// Which option may be missing.
    private static func advice(_ status: natsStatus, _ options: BrokerOptions) -> String {
        switch status {
        case NATS_SSL_ERROR where options.authorities == nil:
            ": --broker-ca names the authority of a broker's own certificate"
        case NATS_CONNECTION_AUTH_FAILED
        where options.seed == nil && options.credentials == nil && options.login == nil:
            ": --nkey names the file with the key of the role"
        default: ""
        }
    }

    deinit {
        jsCtx_Destroy(context)
        natsConnection_Destroy(connection)
    }

    /// Connects, and tries again every second while nobody answers.
    ///
    /// - Parameters:
    ///   - isStopped: asked in between.
    ///   - note: is told once that nobody answers.
    /// - Returns: nil when it was stopped.
    package static func connect(
        _ options: BrokerOptions,
        isStopped: () -> Bool,
        note: (String) -> Void
    ) throws(FleetError) -> Broker? {
        var isSaid = false
        while !isStopped() {
            do throws(FleetError) {
                return try Broker(options)
            } catch {
                guard error.mayPass else { throw error }
                if !isSaid { note("\(error); waiting for it") }
                isSaid = true
            }
            for _ in 0..<10 where !isStopped() { usleep(100_000) }
        }
        return nil
    }

    /// Whether there is a connection at this moment.
    package var isConnected: Bool { natsConnection_Status(connection) == NATS_CONN_STATUS_CONNECTED }

    /// With which words the broker refused what this user asked for: it gives no other answer to that.
    var refusal: String? {
        var text: UnsafePointer<CChar>?
        guard natsConnection_GetLastError(connection, &text) == NATS_NOT_PERMITTED, let text else {
            return nil
        }
        return String(cString: text)
    }

    /// Bytes that one message may have.
    package var largestMessage: Int { Int(clamping: natsConnection_GetMaxPayload(connection)) }

    /// Stores a message, and waits until the broker says that it did.
    ///
    /// - Parameter identifier: a second message of that identifier is not stored, within the stream's window.
    /// - Returns: whether it was there already.
    @discardableResult
    package func publish(_ bytes: [UInt8], to subject: String, identifier: String) throws(FleetError) -> Bool
    {
        guard bytes.count <= largestMessage else {
            throw FleetError(
                "a message of \(bytes.count) bytes is larger than the broker takes (max_payload \(largestMessage))"
            )
        }
        var isDuplicate = false
        var code = jsErrCode(0)
        let status = cNats_publish(
            context,
            subject,
            identifier,
            bytes,
            Int32(clamping: bytes.count),
            Self.patience,
            &isDuplicate,
            &code
        )
        guard status == NATS_OK else {
            throw FleetError("\(subject) is not stored", status, code, refusal: refusal)
        }
        return isDuplicate
    }

    /// How a consumer stands; nil where there is none.
    package func state(ofConsumer name: String, in stream: String) throws(FleetError) -> ConsumerState? {
        var state = cNats_consumerState()
        var code = jsErrCode(0)
        let status = cNats_consumerInfo(&state, context, stream, name, &code)
        // The library tells a consumer that is not there, and no stream.
        if status == NATS_NOT_FOUND || status != NATS_OK && code == JSStreamNotFoundErr { return nil }
        guard status == NATS_OK else {
            throw FleetError("nothing is known of \(stream)", status, code, refusal: refusal)
        }
        return ConsumerState(
            waiting: state.pending,
            inFlight: state.unacknowledged,
            redelivered: state.redelivered
        )
    }

    // MARK: Connecting

    private static func settings(_ options: BrokerOptions) throws(FleetError) -> OpaquePointer {
        var made: OpaquePointer?
        guard natsOptions_Create(&made) == NATS_OK, let made else {
            throw FleetError("no memory for a connection")
        }
        do throws(FleetError) {
            try apply(options, to: made)
        } catch {
            natsOptions_Destroy(made)
            throw error
        }
        return made
    }

    private static func apply(_ options: BrokerOptions, to made: OpaquePointer) throws(FleetError) {
        func check(_ status: natsStatus, _ what: @autoclosure () -> String) throws(FleetError) {
            guard status == NATS_OK else { throw FleetError(what(), status) }
        }
        let copies = options.servers.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        var texts = copies.map { UnsafePointer($0) }
        try check(
            natsOptions_SetServers(made, &texts, Int32(clamping: texts.count)),
            "--server takes nats://HOST:PORT or tls://HOST:PORT"
        )
        try check(natsOptions_SetName(made, options.name), "the connection's name")
        try check(natsOptions_SetCustomInboxPrefix(made, options.role.inbox), "the inbox")
        _ = cNats_setQuiet(made)
        _ = natsOptions_SetMaxReconnect(made, -1)
        _ = natsOptions_SetReconnectWait(made, 500)
        _ = natsOptions_SetTimeout(made, patience)
        // What waits for an answer of a broker that is gone shall not wait on.
        _ = natsOptions_SetFailRequestsOnDisconnect(made, true)
        if options.isSecure { try check(natsOptions_SetSecure(made, true), "TLS") }
        if let file = options.authorities {
            try check(natsOptions_LoadCATrustedCertificates(made, file), file)
        }
        if let certificate = options.certificate {
            let key = options.key ?? certificate
            try check(natsOptions_LoadCertificatesChain(made, certificate, key), "\(certificate) and \(key)")
        }
        if let file = options.credentials {
            // The library looks into it only when a broker asks.
            let text = try SmallFile.text(file)
            guard text.contains("BEGIN NATS USER JWT"), text.contains("BEGIN USER NKEY SEED") else {
                throw FleetError("\(file): holds no credentials: JWT and seed, as nsc writes them")
            }
            _ = try NKey(seedFile: file)
            try check(natsOptions_SetUserCredentialsFromFiles(made, file, nil), file)
        }
        if let file = options.seed {
            let name = try NKey(seedFile: file).publicText
            try check(natsOptions_SetNKeyFromSeed(made, name, file), file)
        }
        if let file = options.login {
            let text = try SmallFile.text(file)
            let parts = text.trimmingCharacters(in: .whitespacesAndNewlines).split(
                separator: ":",
                maxSplits: 1
            )
            guard parts.count == 2, !text.contains("\u{fffd}"),
                !parts.contains(where: { $0.utf8.contains { $0 < 0x20 || $0 == 0x7f } })
            else { throw FleetError("\(file): expected one line, NAME:PASSWORD") }
            try check(natsOptions_SetUserInfo(made, String(parts[0]), String(parts[1])), file)
        }
    }
}

/// How a durable consumer of a stream stands.
package struct ConsumerState: Sendable, Equatable {
    /// Messages that nobody was given yet.
    package let waiting: UInt64
    /// Messages that were given out and not acknowledged yet.
    package let inFlight: UInt64
    /// Messages of them that were given out before.
    package let redelivered: UInt64
}
