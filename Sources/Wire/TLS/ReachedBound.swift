import Bytes

/// What a server sent more of than is kept: the closed list of `hallmark.limits`.
///
/// A record that says nothing of a bound holds everything that was sent.
package enum ReachedBound: String, CaseIterable, Sendable {
    /// Certificates of the chain; `hallmark.certificate.chain_length` counts them all.
    case certificates
    /// Bytes of the leaf, of which only the beginning is read.
    case certificateBytes = "certificate_bytes"
    /// Extensions of a handshake message.
    case extensions
    /// Bytes of the extensions' values.
    case extensionValues = "extension_values"
    case ocspResponse = "ocsp_response"
    /// SCTs from the handshake.
    case timestamps = "scts"
    /// CA names of a request for a client certificate.
    case authorities
    /// Signature schemes of such a request.
    case signatureSchemes = "signature_schemes"
    case alerts
    case messages
    case records
    /// Connections of the visit that differ from the rest.
    case connections
    /// Addresses of a name.
    case addresses
}

extension ServerFlight {
    /// Whether any bound was reached; the usual answer is no, and costs little.
    package var hasReachedBounds: Bool {
        chain.isCut || serverHello.isCut || encryptedExtensions.isCut || certificateEntry.isCut
            || helloRetryRequest.extensions.isCut || certificateRequest.extensions.isCut
            || certificateRequest.authorities.isCut || timestamps.isCut || !dropped.isEmpty
    }

    /// The bounds that were reached, in the order of the list.
    package var reachedBounds: [ReachedBound] {
        guard hasReachedBounds else { return [] }
        let lists = [
            serverHello, encryptedExtensions, certificateEntry, helloRetryRequest.extensions,
            certificateRequest.extensions,
        ]
        return ReachedBound.allCases.filter { bound in
            switch bound {
            case .certificates: chain.dropped > 0
            case .certificateBytes: chain.isLastCut
            case .extensions: lists.contains { $0.dropped > 0 }
            case .extensionValues: lists.contains { $0.droppedValues > 0 }
            case .timestamps: timestamps.isCut
            case .authorities: certificateRequest.authorities.isCut
            case .ocspResponse: dropped.contains(.ocspResponse)
            case .signatureSchemes: dropped.contains(.signatureSchemes)
            case .alerts: dropped.contains(.alerts)
            case .messages: dropped.contains(.messages)
            case .records: dropped.contains(.records)
            case .connections, .addresses: false
            }
        }
    }

    /// What was dropped that has no count of its own.
    struct Dropped: OptionSet, Equatable, Sendable {
        let rawValue: UInt8
        static let ocspResponse = Dropped(rawValue: 1)
        static let signatureSchemes = Dropped(rawValue: 2)
        static let alerts = Dropped(rawValue: 4)
        static let messages = Dropped(rawValue: 8)
        static let records = Dropped(rawValue: 16)
    }
}

extension ExtensionList {
    fileprivate var isCut: Bool { dropped > 0 || droppedValues > 0 }
}
