import Foundation
import TestSupport
import Testing

/// `hallmark import` as a person uses it.
@Suite struct ImportCommandTests {
    @Test func certificatesAreReadAsInAScan() throws {
        let scratch = Scratch()
        let pair = try TestCertificate(subject: "/C=US/O=Import/CN=import.example")
        try check(
            "openssl",
            ["x509", "-in", pair.certificate, "-outform", "DER", "-out", scratch.file("der")]
        )
        let digest = try check("openssl", ["dgst", "-sha256", "-r", scratch.file("der")]).text.prefix(64)
            .uppercased()
        for file in [pair.certificate, scratch.file("der")] {
            let result = try run(programPath, ["import", file])
            #expect(result.status == 0, "\(result.errors)")
            let record = try #require(try records(result).first)
            #expect(text(record, "event.dataset") == "hallmark.import")
            #expect(text(record, "hallmark.source.fidelity") == "der")
            #expect(text(record, "tls.server.hash.sha256") == digest)
            #expect(
                text(record, "tls.server.x509.subject.distinguished_name")
                    == "C=US, O=Import, CN=import.example"
            )
            #expect(text(record, "hallmark.source.time") == "import")
        }
    }

    @Test func packedFilesFoldersAndStandardInputAreRead() throws {
        let scratch = Scratch()
        let pair = try TestCertificate()
        let pem = try Data(contentsOf: URL(fileURLWithPath: pair.certificate))
        try FileManager.default.createDirectory(
            atPath: scratch.file("logs/deep"),
            withIntermediateDirectories: true
        )
        try check("sh", ["-c", "gzip -c '\(pair.certificate)' > '\(scratch.file("logs/deep/one.gz"))'"])
        try Data("nothing that is known".utf8).write(to: URL(fileURLWithPath: scratch.file("logs/notes")))
        let folder = try run(programPath, ["import", scratch.file("logs")])
        #expect(folder.status == 0)
        #expect(try records(folder).count == 1)
        #expect(folder.errors.contains("of no kind that is known: 1 file"))
        let piped = try run(programPath, ["import"], input: [UInt8](pem))
        #expect(piped.status == 0, "\(piped.errors)")
        #expect(try records(piped).count == 1)
    }

    @Test func anUnknownFormatIsNamedWithWhatWasTried() throws {
        let scratch = Scratch()
        try scratch.write("notes", "nothing that is known\n")
        let result = try run(programPath, ["import", scratch.file("notes")])
        #expect(result.status == 1)
        #expect(result.errors.contains("is of no kind that is known; tried "))
        #expect(result.errors.contains("certificates"))
        let named = try run(programPath, ["import", "--from", "nonsense", scratch.file("notes")])
        #expect(named.status == 64)
        let missing = try run(programPath, ["import", scratch.file("missing")])
        #expect(missing.status == 1)
        #expect(missing.errors.contains("No such file or directory"))
        let kept = try run(programPath, ["import", "--keep-going", scratch.file("missing")])
        #expect(kept.status == 0)
    }

    @Test func aBrokenCertificateIsSkippedWithItsLine() throws {
        let scratch = Scratch()
        let pair = try TestCertificate()
        let pem = try String(contentsOfFile: pair.certificate, encoding: .utf8)
        try scratch.write("mixed.pem", pem + pem.replacing("\nM", with: "\nM*"))
        let result = try run(programPath, ["import", scratch.file("mixed.pem")])
        #expect(result.status == 1)
        #expect(try records(result).count == 1)
        #expect(result.errors.contains("skipped: a character that is no base64"))
        #expect(result.errors.contains("mixed.pem:"))
    }

    @Test func importedRecordsAreMatchedAndKept() throws {
        let scratch = Scratch()
        let pair = try TestCertificate()
        let result = try run(programPath, ["import", pair.certificate])
        try scratch.write("seen.ndjson", result.text)
        let matched = try run(programPath, ["match", scratch.file("seen.ndjson")])
        #expect(matched.status == 0, "\(matched.errors)")
        #expect(matched.errors.contains("1 observation"))
        let corpus = ["corpus", "add", scratch.file("seen.ndjson"), "--corpus", scratch.file("c.sqlite")]
        let kept = try run(programPath, corpus)
        #expect(kept.status == 0, "\(kept.errors)")
        #expect(kept.errors.contains("1 new certificate"), "\(kept.errors)")
    }
}
