import Bytes
package import Observations

/// How an endpoint agrees with the inventory, or with an earlier sweep.
package struct Finding: Equatable, Sendable {
    /// The closed list (`Docs/inventory.md`).
    package enum Name: String, CaseIterable, Sendable {
        case authorized
        case renewed
        case unknownEndpoint = "unknown_endpoint"
        case unauthorizedCertificate = "unauthorized_certificate"
        case misplacedCertificate = "misplaced_certificate"
        case foreignCertificate = "foreign_certificate_with_our_name"
        case missingEndpoint = "missing_endpoint"
        case unexpectedIssuer = "unexpected_issuer"
        case nameMismatch = "name_mismatch"
        case expired
        case expiring
        case notYetValid = "not_yet_valid"
        case weakKey = "weak_key"
        case weakSignature = "weak_signature"
        case oldProtocol = "old_protocol"
        case lifetimeTooLong = "lifetime_too_long"
        case selfSigned = "self_signed"
        case sharedKey = "shared_key"
        // With context.
        case certificateElsewhere = "certificate_elsewhere"
        case namesPointElsewhere = "names_point_elsewhere"
        case revoked
        case signatureLead = "signature_lead"
        // Against an earlier sweep.
        case appeared
        case disappeared
        case changed

        /// How urgent it is as a rule; a lead and a change can be more or less so.
        package var severity: Severity {
            switch self {
            case .authorized: .info
            case .renewed, .lifetimeTooLong, .selfSigned, .disappeared: .low
            case .foreignCertificate, .missingEndpoint, .nameMismatch, .expiring, .notYetValid,
                .weakSignature,
                .oldProtocol, .sharedKey, .signatureLead, .appeared, .changed, .namesPointElsewhere:
                .medium
            case .unknownEndpoint, .unauthorizedCertificate, .unexpectedIssuer, .expired, .weakKey, .revoked:
                .high
            case .misplacedCertificate, .certificateElsewhere: .critical
            }
        }

        /// Whether it is of one certificate: of another one it is another finding.
        var isOfCertificate: Bool {
            switch self {
            case .unauthorizedCertificate, .misplacedCertificate, .foreignCertificate, .unexpectedIssuer,
                .certificateElsewhere, .namesPointElsewhere, .revoked, .expired, .expiring, .notYetValid,
                .weakKey,
                .weakSignature, .lifetimeTooLong, .nameMismatch, .selfSigned:
                true
            default: false
            }
        }

        /// What it means, in a sentence.
        package var meaning: String {
            switch self {
            case .authorized: "The endpoint shows what the inventory authorises."
            case .renewed: "The certificate is new, but its key or its TBS family is authorised."
            case .unknownEndpoint: "An endpoint inside owned ranges answers that no asset names."
            case .unauthorizedCertificate: "An asset shows a certificate that is not authorised for it."
            case .misplacedCertificate:
                "A certificate or key that is authorised for another asset: possible theft, redirect or proxy."
            case .foreignCertificate:
                "An endpoint that is not ours shows an unauthorised certificate with one of our names."
            case .missingEndpoint: "An asset did not answer."
            case .unexpectedIssuer: "The certificate is from an issuer that is not on the list."
            case .nameMismatch: "The certificate does not cover the name of the asset."
            case .expired: "The certificate's validity is over."
            case .expiring: "The certificate's validity is over soon."
            case .notYetValid: "The certificate's validity has not begun."
            case .weakKey: "The key's algorithm or size is against the policy."
            case .weakSignature: "The certificate is signed with MD2, MD4, MD5 or SHA-1."
            case .oldProtocol: "The endpoint negotiated a version that is older than the policy's."
            case .lifetimeTooLong: "The certificate is valid for longer than the policy allows."
            case .selfSigned: "The certificate is signed with its own key, and is not pinned."
            case .sharedKey: "Several assets use the same key."
            case .certificateElsewhere:
                "A certificate that is authorised for an asset is at an address that is not ours and that none of its names point to."
            case .namesPointElsewhere:
                "The certificate is ours or for our names, and all of its names point to other addresses."
            case .revoked: "The issuer has revoked the certificate."
            case .signatureLead: "A signature matched."
            case .appeared: "The earlier sweep has no answer of the endpoint."
            case .disappeared: "The earlier sweep has an answer of the endpoint, the later one has none."
            case .changed: "The endpoint shows something else than in the earlier sweep."
            }
        }
    }

    package var name: Name
    package var severity: Severity
    package var message: String
    /// The asset concerned, by its place in the inventory.
    package var asset: Int?
    /// The software of a lead that it tells of.
    package let lead: String?
    /// What tells it from another finding of the same name on the same endpoint: a lead's software, what
    /// changed from what to what, the SHA-256 of a certificate; empty where the name says all.
    package var about: String

    init(
        _ name: Name,
        _ message: String,
        asset: Int? = nil,
        severity: Severity? = nil,
        lead: String? = nil,
        about: String? = nil
    ) {
        self.lead = lead
        self.about = about ?? lead ?? ""
        self.name = name
        self.severity = severity ?? name.severity
        self.message = message
        self.asset = asset
    }

    /// What a decision remembers of it.
    package var evidence: (name: String, severity: Severity, about: String) {
        (name.rawValue, severity, about)
    }

    /// An asset that did not answer, with the error and since when.
    ///
    /// - Parameters:
    ///   - number: the asset's place in the inventory.
    ///   - ports: the ports that were asked, of which none answers.
    ///   - time: when it failed first, in milliseconds since 1970.
    static func missing(
        _ asset: Asset,
        _ number: Int,
        ports: [Int],
        since time: Int,
        code: String,
        lastSeen: Int? = nil
    ) -> Finding {
        let asked =
            ports.count == 1 ? "port \(ports[0])" : "on any of the \(ports.count) ports that were asked"
        var message =
            "\(asset.address) \(asked) does not answer since \(RFC3339.secondsText(time)): \(code)"
        if let lastSeen { message += "; last seen \(RFC3339.secondsText(lastSeen))" }
        return Finding(.missingEndpoint, message + ".", asset: number)
    }
}
