package import Wire

extension ErrorCode {
    /// The code of a plaintext dialogue that did not lead to TLS.
    package init(_ reason: StartTLSFailure.Reason) {
        self =
            switch reason {
            case .refused: .startTLSRefused
            case .error: .startTLSError
            case .otherProtocol: .wrongProtocol
            case .limit: .limitExceeded
            }
    }
}
