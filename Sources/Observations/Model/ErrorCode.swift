/// Why an endpoint has no certificate: the closed list of `error.code`.
package enum ErrorCode: String, CaseIterable, Sendable {
    case dnsFailure = "dns_failure"
    case connectionRefused = "connection_refused"
    case connectionTimeout = "connection_timeout"
    case connectionReset = "connection_reset"
    case connectionClosed = "connection_closed"
    case networkUnreachable = "network_unreachable"
    case hostUnreachable = "host_unreachable"
    case tlsTimeout = "tls_timeout"
    case tlsAlert = "tls_alert"
    case notTLS = "not_tls"
    case protocolError = "protocol_error"
    case noCertificate = "no_certificate"
    case startTLSRefused = "starttls_refused"
    case startTLSError = "starttls_error"
    case wrongProtocol = "wrong_protocol"
    case httpTimeout = "http_timeout"
    case httpError = "http_error"
    case limitExceeded = "limit_exceeded"
    case totalTimeout = "total_timeout"
    case outOfScope = "out_of_scope"
    case excluded
    case invalidTarget = "invalid_target"
    case proxyError = "proxy_error"
    case localError = "local_error"
}

/// What went wrong, and what the operating system, the library or the server said of it.
package struct ObservationError: Error, Hashable, Sendable {
    package var code: ErrorCode
    package var message: String

    package init(_ code: ErrorCode, _ message: String = "") {
        self.code = code
        self.message = message
    }
}
