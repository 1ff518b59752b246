import Bytes
package import Wire

/// A handshake of TLS 1.3 by our own code, from the grab's hello to application data.
///
/// What it can't do fails it: older versions, signatures that `SignatureVerifier` does not check, groups that
/// only libssl has. Its owner then connects again with libssl.
package final class GrabSession: TLSHandshake {
    private let context: GrabContext
    private var grab = Grab()
    /// Handshake messages to send.
    private var pending: [UInt8] = []
    /// Whether the server has proven to hold the key of its leaf.
    package private(set) var isProven = false
    /// Why it went no further; nil while it goes on.
    package private(set) var failure: GrabFailure?

    package private(set) var flight = ServerFlight()
    package let sendsServerName: Bool

    /// Bytes of the longest name that SNI takes.
    private static let longestName = 255

    /// - Parameters:
    ///   - context: of the thread; several sessions share it.
    ///   - serverName: the name for SNI; nil for none.
    ///   - offersProtocols: false for a server that refuses every application protocol but its own.
    package init(_ context: GrabContext, serverName: String?, offersProtocols: Bool = true) {
        self.context = context
        let name = Array((serverName ?? "").utf8)
        sendsServerName = !name.isEmpty && name.count <= Self.longestName
        grab.start(
            .default,
            serverName: sendsServerName ? name : [],
            offersProtocols: offersProtocols,
            goal: .proof,
            context: context,
            flight: &flight
        )
        pending = context.outgoing
    }

    package func receive(_ bytes: Span<UInt8>) {
        let action = grab.receive(bytes, context: context, flight: &flight)
        if case .failed(let reason) = action { failure = failure ?? reason }
        // What failed after the server's Finished fails what follows, and not the handshake.
        if action == .send || grab.isProven && !isProven { pending += context.outgoing }
        isProven = grab.isProven
    }

    package func ended(_ how: ServerFlight.Close) {
        if case .failed(let reason) = grab.closed(how, context: context, flight: &flight) {
            failure = failure ?? reason
        }
    }

    package func handshake() throws(TLSError) -> Bool {
        if isProven { return true }
        if let failure { throw TLSError(failure) }
        return false
    }

    package func flush(_ send: (Span<UInt8>) -> Void) {
        if !pending.isEmpty {
            send(pending.span)
            pending.removeAll(keepingCapacity: true)
        }
        grab.session?.flush(send)
    }

    package func write(_ bytes: [UInt8]) throws(TLSError) {
        guard isProven, grab.session?.seal(bytes, type: 23, context) == true else {
            throw TLSError(.unchecked)
        }
    }

    package func read(_ take: (Span<UInt8>) -> Bool) throws(TLSError) -> TLSReading {
        if let data = grab.session?.takeIncoming(), !data.isEmpty, !take(data.span) { return .wait }
        switch failure {
        case .none: return .wait
        case .alert(0): return .end
        case .some(let failure): throw TLSError(failure)
        }
    }

    package func close() { _ = grab.session?.seal([1, 0], type: 21, context) }

    package var nextProtocol: String? {
        flight.nextProtocol.isEmpty ? nil : String(decoding: flight.nextProtocol, as: UTF8.self)
    }

    package func verify(_ store: TrustStore, name: String?, address: [UInt8]) -> TrustStore.Result? {
        store.check(flight.chain, name: name, address: address)
    }
}
