import Foundation
import Observations
import Testing

@testable import Signatures

/// Certificates as tools and innocent software make them by default, read from DER, against the shipped
/// library.
///
/// The files are made by `Tests/Tools/default_certificates.py` with other people's encoders and are called
/// after the rule that has to match them.
@Suite struct DefaultCertificateTests {
    private static let rules = Result { try SignatureLibrary.load([signatures], cache: nil) }
    private static let signatures = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("signatures").resolvingSymlinksInPath().path

    private static let folder = Bundle.module.bundleURL.appendingPathComponent("Fixtures/Defaults").path
    private static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()

    @Test(arguments: names) func certificateIsKnown(_ file: String) throws {
        let set = try Self.rules.get()
        let der = try #require(pemCertificates(Self.folder + "/" + file).first)
        // Two rules want a certain range of ports; each certificate is tried on one within and one without
        // it.
        let assessments = try [443, 4433].map { try assess(der, port: $0, set) }
        let files = assessments.flatMap(\.matches).map {
            set.rules[$0.rule].file.dropFirst(Self.signatures.count + 1)
        }
        let wanted = file.dropLast(4).replacing(".", with: "/") + ".yml"
        #expect(files.contains { $0 == wanted })
        if file.hasPrefix("benign.") {
            #expect(assessments.allSatisfy { ($0.highest ?? .low) == .low })
        } else {
            #expect(assessments.contains { !$0.leads.isEmpty })
        }
    }

    @Test func thereAreFilesToTry() {
        #expect(Self.names.count >= 50)
    }
}
