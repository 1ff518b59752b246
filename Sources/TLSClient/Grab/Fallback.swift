package import Wire

/// Which hello to try after one that got no certificate.
package enum Fallback {
    /// First hello and two more.
    package static let maximumTries = 3

    /// The next look, or nil when another try would show nothing.
    ///
    /// - Parameters:
    ///   - failure: how the latest try ended.
    ///   - suite: the cipher suite that the server chose in that try; nil when it answered no hello.
    ///   - tried: the looks tried so far, at least one.
    ///   - sentName: whether the first hello carried a server name.
    package static func next(
        after failure: GrabFailure,
        suite: UInt16?,
        tried: [ClientHello.Look],
        sentName: Bool
    ) -> ClientHello.Look? {
        // Another hello would bring another certificate than the one that was asked for.
        guard tried.count < maximumTries, !tried.contains(where: \.wantsOneKind) else { return nil }
        return candidates(failure, suite, sentName).first { !tried.contains($0) }
    }

    private static func candidates(
        _ failure: GrabFailure,
        _ suite: UInt16?,
        _ sentName: Bool
    ) -> [ClientHello.Look] {
        switch failure {
        case .alert(112):
            // unrecognized_name
            sentName ? [.noServerName, .tls12] : [.tls12]
        case .alert(120):
            // no_application_protocol
            [.noProtocols, .tls12]
        case .alert(40), .alert(80):
            // handshake_failure and internal_error are also said when a name has no certificate
            sentName ? [.tls12, .noServerName, .legacy] : [.tls12, .legacy]
        case .alert, .closed, .reset, .timeout:
            // Intolerance shows before the ServerHello.
            suite == nil ? [.tls12, .legacy] : []
        case .violation:
            [.tls12]
        case .noCertificate:
            // An anonymous suite: only the fallbacks offer none.
            suite.map(CipherSuite.isAnonymous) == true ? [.tls12] : []
        case .notTLS, .limit, .unchecked:
            []
        }
    }
}
