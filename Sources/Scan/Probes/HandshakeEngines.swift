import TLSClient

/// Who shakes hands on a loop: our own TLS 1.3, and libssl for all that it can't do.
struct HandshakeEngines {
    /// Nil where our own is not to be tried.
    let own: GrabContext?
    /// Made when the first handshake by libssl is due.
    let full: () -> TLSContext?

    /// - Parameter usesOwn: whether the server may speak TLS 1.3, and takes the grab's default hello.
    init(_ scan: ScanLoop, usesOwn: Bool) {
        own = usesOwn ? scan.context : nil
        full = { [unowned scan] in scan.tls }
    }
}
