import Bytes
import Foundation
import Observations
import Wire

@testable import Signatures

/// What rules say of a certificate that an endpoint presents.
func assess(_ der: [UInt8], port: Int, _ set: RuleSet) throws -> Assessment {
    var encoder = CertificateEncoder(chainOutput: .none)
    encoder.read(der.span, [ByteRange(0, der.count)].span)
    var line = ByteBuffer(capacity: 8192)
    line.append("{\"server\":{\"port\":\(port)},\"tls\":{\"server\":{")
    encoder.writeServer(to: &line)
    line.append("}},\"hallmark\":{")
    encoder.writeCertificate(to: &line)
    line.append("}}")
    return try Assessor(set).assess(&line)
}

/// The DER of every certificate in a PEM file.
func pemCertificates(_ path: String) throws -> [[UInt8]] {
    try String(contentsOfFile: path, encoding: .utf8)
        .components(separatedBy: "-----BEGIN CERTIFICATE-----").dropFirst().compactMap { part in
            let body = part.components(separatedBy: "-----END")[0]
            return Data(base64Encoded: body, options: .ignoreUnknownCharacters).map { [UInt8]($0) }
        }
}
