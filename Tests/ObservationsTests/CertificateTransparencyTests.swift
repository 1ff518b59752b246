import Foundation
import TestSupport
import Testing

/// `tbs_no_ct_sha256` of precertificates and their certificates, made by Python's cryptography.
@Suite(.enabled(if: !PythonPackages.isOffline)) struct CertificateTransparencyTests {
    /// - Parameter length: of a further extension, so that lengths of one, two and three bytes are met.
    @Test(arguments: [0, 1, 20, 60, 100, 120, 130, 200, 250, 65_400, 65_500, 65_600])
    func precertificateAndCertificateAgree(_ length: Int) throws {
        let scratch = Scratch()
        try check(
            "python3",
            [projectFolder + "/Tests/Tools/make_precertificate.py", scratch.path, "\(length)"]
        )
        let precertificate = try body(scratch.file("precertificate.der"))
        #expect(try precertificate == body(scratch.file("certificate.der")))
        #expect(try precertificate != body(scratch.file("other.der")))
        // Without SCTs and poison the TBSCertificate is hashed as it is: the same again.
        #expect(try precertificate == body(scratch.file("plain.der")))
    }

    @Test func logIdentifiers() throws {
        let scratch = Scratch()
        try check("python3", [projectFolder + "/Tests/Tools/make_precertificate.py", scratch.path, "3"])
        let record = try EncodedCertificate([read(scratch.file("certificate.der"))])
        let identifiers = try #require(record.strings("certificate.sct_log_ids"))
        #expect(identifiers.count == 1 && identifiers[0].count == 64)
        #expect(record.anomalies == [])
        let other = try EncodedCertificate([read(scratch.file("precertificate.der"))])
        #expect(other.anomalies.contains("precertificate_poison"))
        #expect(other.strings("certificate.critical_extensions") == ["1.3.6.1.4.1.11129.2.4.3"])
    }

    private func body(_ path: String) throws -> String {
        let record = try EncodedCertificate([read(path)])
        return try #require(record.string("certificate.tbs_no_ct_sha256"))
    }

    private func read(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }
}
