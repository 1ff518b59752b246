import Foundation
import Observations
import Testing
import Wire

@testable import Signatures

/// Certificates as tools and innocent software make them by default, read from DER, against the shipped library.
///
/// The files are made by `Tests/Tools/default_certificates.py` with other people's encoders and are called after the
/// rule that has to match them.
@Suite struct DefaultCertificateTests {
    private static let rules = Result { try SignatureLibrary.load([signatures], cache: nil) }
    private static let signatures = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("signatures").resolvingSymlinksInPath().path

    private static let folder = Bundle.module.bundleURL.appendingPathComponent("Fixtures/Defaults").path
    private static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()

    @Test(arguments: names) func certificateIsKnown(_ file: String) throws {
        let set = try Self.rules.get()
        let text = try String(contentsOfFile: Self.folder + "/" + file, encoding: .utf8)
        let der = try #require(pem(text).first)
        // Two rules want a certain range of ports; each certificate is tried on one within and one without it.
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

    /// Mozilla's roots as Debian packages them: authorities are no tools.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/etc/ssl/certs/ca-certificates.crt")))
    func rootsRaiseNoLead() throws {
        let set = try Self.rules.get()
        let roots = pem(try String(contentsOfFile: "/etc/ssl/certs/ca-certificates.crt", encoding: .utf8))
        #expect(roots.count > 50)
        for root in roots {
            let leads = try assess(root, port: 443, set).leads
            #expect(leads.isEmpty, "\(leads.map(\.software.name))")
        }
    }

    private func assess(_ der: [UInt8], port: Int, _ set: RuleSet) throws -> Assessment {
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

    private func pem(_ text: String) -> [[UInt8]] {
        text.components(separatedBy: "-----BEGIN CERTIFICATE-----").dropFirst().compactMap { part in
            let body = part.components(separatedBy: "-----END")[0]
            return Data(base64Encoded: body, options: .ignoreUnknownCharacters).map { [UInt8]($0) }
        }
    }
}
