import Foundation
import TestSupport
import Testing

/// Files that other programs wrote of a server of ours, here and now.
@Suite(.serialized, .enabled(if: !PythonPackages.isOffline, "the network is off: HALLMARK_OFFLINE=1"))
struct ProducerTests {
    private static let folder = projectFolder + "/.build/python-sslyze"

    /// sslyze's own file, whose keys are numbers of six hundred digits.
    @Test func sslyzesOwnFileGivesTheCertificate() throws {
        let scratch = Scratch()
        let install = "import packages; packages.install('\(Self.folder)', ['sslyze==6.3.1'])"
        try check(
            "env",
            ["-C", projectFolder + "/Tests/Tools", "PYTHONDONTWRITEBYTECODE=1", "python3", "-c", install]
        )
        let pair = try TestCertificate(subject: "/O=sslyze/CN=localhost")
        let server = try ServerProcess("openssl") { port, _ in
            ["s_server", "-accept", "127.0.0.1:\(port)", "-cert", pair.certificate, "-key", pair.key, "-www"]
        }
        try check(
            "env",
            [
                "PYTHONPATH=\(Self.folder)", "python3", "-m", "sslyze", "--certinfo",
                "--json_out=\(scratch.file("sslyze.json"))", "127.0.0.1:\(server.port)",
            ]
        )
        let result = try run(programPath, ["import", scratch.file("sslyze.json")])
        #expect(result.status == 0, "\(result.errors)")
        let record = try #require(try records(result).first)
        #expect(text(record, "hallmark.source.fidelity") == "der")
        #expect(text(record, "server.port") == "\(server.port)")
        #expect(text(record, "tls.server.x509.subject.distinguished_name") == "O=sslyze, CN=localhost")
    }
}
