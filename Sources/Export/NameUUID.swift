import Bytes
import Observations

/// UUIDs that are made of names, so that the same input gives the same export (RFC 9562, section 5.5).
enum NameUUID {
    /// For what STIX does not say how to name: made of this project's name in the namespace of URLs.
    static let hallmark = of(
        "https://hallmark.example/export",
        in: "6ba7b811-9dad-11d1-80b4-00c04fd430c8"
    )
    /// The namespace of STIX 2.1 for cyber-observable objects (section 2.9).
    static let observable = "00abedb4-aa42-466c-9c01-fed23315a9b7"

    /// The version 5 UUID of a name, as text.
    static func of(_ name: String, in namespace: String = hallmark) -> String {
        var bytes = [UInt8](hex: namespace.replacing("-", with: "")) ?? []
        bytes += Array(name.utf8)
        var digest = BodyDigest.sha1(bytes.span)
        digest[6] = digest[6] & 0x0f | 0x50
        digest[8] = digest[8] & 0x3f | 0x80
        let digits = Array(Array(digest.prefix(16)).hex.lowercased())
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
    }
}
