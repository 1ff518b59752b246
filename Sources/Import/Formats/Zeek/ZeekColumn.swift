/// The columns of Zeek's logs that are read, by their names in the logs.
enum ZeekColumn: Int, CaseIterable {
    case path
    case ts, uid
    case clientIP
    case clientPort
    case serverIP
    case serverPort

    // ssl.log
    case version, cipher, curve
    case serverName
    case resumed
    case nextProtocol
    case established
    case chain
    case chainFiles
    case subject, issuer, ja3, ja3s, ja4, ja4s

    // x509.log
    case fingerprint, id
    case certificateVersion
    case serial
    case certificateSubject
    case certificateIssuer
    case notBefore
    case notAfter
    case keyAlgorithm
    case signatureAlgorithm
    case keyType
    case keyLength
    case exponent
    case certificateCurve
    case dns
    case uri
    case email
    case ip
    case isCA
    case isHost
    case isClient
    case bytes

    // conn.log
    case service, duration
    case clientBytes
    case serverBytes

    // http.log
    case method, host
    case target
    case statusCode
    case statusMessage

    // dns.log
    case query
    case queryType
    case answers

    /// Its name in the logs.
    var name: String {
        switch self {
        case .path: "_path"
        case .ts: "ts"
        case .uid: "uid"
        case .clientIP: "id.orig_h"
        case .clientPort: "id.orig_p"
        case .serverIP: "id.resp_h"
        case .serverPort: "id.resp_p"
        case .version: "version"
        case .cipher: "cipher"
        case .curve: "curve"
        case .serverName: "server_name"
        case .resumed: "resumed"
        case .nextProtocol: "next_protocol"
        case .established: "established"
        case .chain: "cert_chain_fps"
        case .chainFiles: "cert_chain_fuids"
        case .subject: "subject"
        case .issuer: "issuer"
        case .ja3: "ja3"
        case .ja3s: "ja3s"
        case .ja4: "ja4"
        case .ja4s: "ja4s"
        case .fingerprint: "fingerprint"
        case .id: "id"
        case .certificateVersion: "certificate.version"
        case .serial: "certificate.serial"
        case .certificateSubject: "certificate.subject"
        case .certificateIssuer: "certificate.issuer"
        case .notBefore: "certificate.not_valid_before"
        case .notAfter: "certificate.not_valid_after"
        case .keyAlgorithm: "certificate.key_alg"
        case .signatureAlgorithm: "certificate.sig_alg"
        case .keyType: "certificate.key_type"
        case .keyLength: "certificate.key_length"
        case .exponent: "certificate.exponent"
        case .certificateCurve: "certificate.curve"
        case .dns: "san.dns"
        case .uri: "san.uri"
        case .email: "san.email"
        case .ip: "san.ip"
        case .isCA: "basic_constraints.ca"
        case .isHost: "host_cert"
        case .isClient: "client_cert"
        case .bytes: "cert"
        case .service: "service"
        case .duration: "duration"
        case .clientBytes: "orig_bytes"
        case .serverBytes: "resp_bytes"
        case .method: "method"
        case .host: "host"
        case .target: "uri"
        case .statusCode: "status_code"
        case .statusMessage: "status_msg"
        case .query: "query"
        case .queryType: "qtype_name"
        case .answers: "answers"
        }
    }

    /// Columns by name.
    static let named: [[UInt8]: ZeekColumn] = Dictionary(
        uniqueKeysWithValues: allCases.map { (Array($0.name.utf8), $0) }
    )

    var place: Int { rawValue }
}

/// Which of Zeek's logs a file or a line is.
enum ZeekLog: String {
    case ssl, x509, conn, http, dns
    /// Any other.
    case other
}
