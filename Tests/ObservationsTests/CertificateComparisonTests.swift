import Foundation
import Observations
import TestSupport
import Testing
import Wire

/// Every certificate of three Python packages, read by us, by Python's cryptography and by openssl.
///
/// The packages are fetched once, into the build folder (`Tests/Tools/packages.py`). Without a network and
/// without them, set `HALLMARK_OFFLINE=1` to leave this suite out.
@Suite(.enabled(if: !PythonPackages.isOffline)) struct CertificateComparisonTests {
    /// One line of `Tests/Tools/read_certificates.py`.
    struct Sample {
        let name: String
        let der: [UInt8]
        let readers: [(name: String, fields: [String: Any])]

        init?(_ line: Substring) throws {
            let json = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            guard let json, let name = json["name"] as? String, let text = json["der"] as? String,
                let der = Data(base64Encoded: text)
            else { return nil }
            self.name = name
            self.der = [UInt8](der)
            readers = ["cryptography", "openssl"].map { ($0, json[$0] as? [String: Any] ?? [:]) }
        }
    }

    @Test func fieldByField() throws {
        let tool = projectFolder + "/Tests/Tools/read_certificates.py"
        let output = try check("python3", [tool]).text
        let samples = try output.split(separator: "\n").compactMap { try Sample($0) }
        #expect(samples.count > 600)
        var encoder = CertificateEncoder()
        var compared = 0
        for sample in samples {
            let record = try EncodedCertificate([sample.der], with: &encoder)
            #expect(record.string("hash.sha256")?.count == 64, "\(sample.name)")
            for reader in sample.readers {
                for (path, expected) in reader.fields where path != "error" {
                    let ours = record.value(path)
                    compared += 1
                    if isSame(ours, expected) { continue }
                    let key = "\(reader.name) \(path) \(sample.name)"
                    if CertificateDifference.isKnown(reader.name, path, sample.name) { continue }
                    Issue.record("\(key): \(ours ?? "nothing"), not \(expected)")
                }
            }
        }
        #expect(compared > 15_000)
    }

    private func isSame(_ one: Any?, _ other: Any) -> Bool {
        guard let one else { return false }
        // Both come of JSON: equal values have equal descriptions.
        return String(describing: one) == String(describing: other)
    }
}
