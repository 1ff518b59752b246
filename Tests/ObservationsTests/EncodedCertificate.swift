import Bytes
import Foundation
import Observations
import TestSupport
import Wire

/// What the encoder wrote of some certificates, read again as JSON.
struct EncodedCertificate {
    /// The members of `tls.server`, and `certificate`.
    let json: [String: Any]
    let text: String

    /// - Parameter chain: DER, leaf first.
    init(_ chain: [[UInt8]]) throws {
        var encoder = CertificateEncoder()
        try self.init(chain, with: &encoder)
    }

    init(_ chain: [[UInt8]], with encoder: inout CertificateEncoder) throws {
        var flight: [UInt8] = [0xff]
        var ranges: [ByteRange] = []
        for certificate in chain {
            ranges.append(ByteRange(flight.count, flight.count + certificate.count))
            flight += certificate
        }
        encoder.read(flight.span, ranges.span)
        var out = ByteBuffer()
        out.append(0x7b)
        encoder.writeServer(to: &out)
        encoder.writeCertificate(to: &out)
        out.append(0x7d)
        let bytes = out.withSpan { span in span.withUnsafeBufferPointer { [UInt8]($0) } }
        text = String(decoding: bytes, as: UTF8.self)
        json = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] ?? [:]
    }

    /// - Parameter pem: a file.
    init(pem: String) throws {
        try self.init([check("openssl", ["x509", "-in", pem, "-outform", "DER"]).output])
    }

    /// The value at a path of names joined by dots.
    func value(_ path: String) -> Any? {
        path.split(separator: ".").reduce(json as Any?) { ($0 as? [String: Any])?[String($1)] }
    }

    func string(_ path: String) -> String? { value(path) as? String }

    func strings(_ path: String) -> [String]? { value(path) as? [String] }

    func int(_ path: String) -> Int? { value(path) as? Int }

    func bool(_ path: String) -> Bool? { value(path) as? Bool }

    var anomalies: Set<String> { Set(strings("certificate.anomalies") ?? []) }
}
