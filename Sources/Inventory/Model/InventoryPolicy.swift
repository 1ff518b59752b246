package import Bytes

/// What certificates and protocols have to be like.
///
/// A part that is nil is left to the policy of all.
package struct InventoryPolicy: Equatable, Sendable {
    /// The key algorithms allowed and the bits that each must have at least, by ECS name (`RSA`, `ECDSA`, …).
    package var keys: [String: Int]?
    package var issuers: [String]?
    /// SHA-256 of the keys that may issue: what a log tells of who has issued a precertificate.
    package var issuerKeys: Set<Digest256>?
    package var maxLifetimeDays: Int?
    /// The least TLS version, as in `tls.version`.
    package var minTLS: String?
    /// How long before its end a certificate counts as expiring.
    package var expiringDays: Int?

    /// What holds where the inventory says nothing: 112 bits of security (NIST SP 800-57 part 1, 5.6.1)
    /// and TLS 1.2 (RFC 8996).
    package static let fallback = InventoryPolicy(
        keys: ["RSA": 2048, "RSA-PSS": 2048, "DSA": 2048, "ECDSA": 256, "Ed25519": 0, "Ed448": 0],
        issuers: nil,
        issuerKeys: nil,
        maxLifetimeDays: nil,
        minTLS: "1.2",
        expiringDays: 14
    )

    /// This policy, and another where it says nothing.
    func filled(from other: InventoryPolicy) -> InventoryPolicy {
        InventoryPolicy(
            keys: keys ?? other.keys,
            issuers: issuers ?? other.issuers,
            issuerKeys: issuerKeys ?? other.issuerKeys,
            maxLifetimeDays: maxLifetimeDays ?? other.maxLifetimeDays,
            minTLS: minTLS ?? other.minTLS,
            expiringDays: expiringDays ?? other.expiringDays
        )
    }

    /// The versions from the oldest to the newest, as `tls.version` names them: SSL 2.0 and 3.0, then TLS.
    package static let versions = ["2.0", "3.0", "1.0", "1.1", "1.2", "1.3"]

    static func isOlder(_ version: String, than least: String) -> Bool {
        guard let have = versions.firstIndex(of: version), let want = versions.firstIndex(of: least) else {
            return false
        }
        return have < want
    }
}
