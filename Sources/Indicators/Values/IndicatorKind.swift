package import Signatures

/// What a listed value is: more exactly than a record says it, since lists name certificates by several
/// digests.
///
/// The raw values stand in index files and are never used for anything else.
package enum IndicatorKind: UInt8, CaseIterable, Sendable {
    /// Digests over a certificate.
    case sha1 = 0
    case sha256 = 1
    case md5 = 2
    /// The SHA-256 over a SubjectPublicKeyInfo.
    case key = 3
    case serial = 4
    case jarm = 5
    case ja3s = 6
    case ja4s = 7
    case name = 8
    /// All names below one.
    case below = 9
    case address = 10
    /// An address with a port.
    case endpoint = 11
    case range = 12

    /// Words for it in lists and mappings.
    package init?(word: some StringProtocol) {
        switch word.lowercased() {
        case "sha1", "sha-1": self = .sha1
        case "sha256", "sha-256": self = .sha256
        case "md5": self = .md5
        case "key", "spki", "spki_sha256": self = .key
        case "serial": self = .serial
        case "jarm": self = .jarm
        case "ja3s": self = .ja3s
        case "ja4s": self = .ja4s
        case "name", "domain", "hostname": self = .name
        case "address", "ip": self = .address
        case "endpoint", "ip:port": self = .endpoint
        case "range", "cidr", "network": self = .range
        default: return nil
        }
    }

    /// The kind of what stands in a field of the record; nil for a field that no list is about.
    package init?(field: String) {
        switch field {
        case "tls.server.hash.sha256": self = .sha256
        case "tls.server.hash.sha1": self = .sha1
        case "tls.server.hash.md5": self = .md5
        case "hallmark.certificate.spki_sha256": self = .key
        // The number has no zeros before it, which no list tells apart.
        case "tls.server.x509.serial_number", "hallmark.certificate.serial.integer": self = .serial
        case "tls.server.jarm": self = .jarm
        case "tls.server.ja3s": self = .ja3s
        case "tls.server.ja4s": self = .ja4s
        case "server.ip": self = .address
        case "server.domain", "tls.client.server_name", "tls.server.x509.alternative_names",
            "tls.server.x509.subject.common_name":
            self = .name
        default: return nil
        }
    }

    /// What it is called in errors.
    package var word: String {
        switch self {
        case .sha1: "SHA-1"
        case .sha256: "SHA-256"
        case .md5: "MD5"
        case .key: "digest of a key (SHA-256)"
        case .serial: "serial number"
        case .jarm: "JARM"
        case .ja3s: "JA3S"
        case .ja4s: "JA4S"
        case .name, .below: "name"
        case .address: "address"
        case .endpoint: "address with a port"
        case .range: "range of addresses"
        }
    }

    /// What a record says of it.
    package var mark: ListedMark.Kind {
        switch self {
        case .sha1, .sha256, .md5: .certificate
        case .key: .key
        case .serial: .serial
        case .jarm: .jarm
        case .ja3s: .ja3s
        case .ja4s: .ja4s
        case .name, .below: .name
        case .address: .address
        case .endpoint: .endpoint
        case .range: .range
        }
    }
}
