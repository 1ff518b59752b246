import Foundation
import TestSupport
import Testing

/// A capture of a handshake with a real server says the same of its certificate as our own scan.
@Suite(
    .serialized,
    .enabled(if: PacketCapture.isPermitted, "tcpdump may not capture here, which root may")
)
struct CaptureImportTests {
    private func certificate() throws -> LabCertificate {
        try LabCertificate(
            "/C=DE/O=Capture \u{fc}ber alles/OU=/CN=capture.example",
            issuer: "/C=DE/O=Capture CA/CN=Issuer",
            ca: true,
            extensions: "subjectAltName=DNS:capture.example,IP:192.0.2.1\nbasicConstraints=critical,CA:TRUE\n"
        )
    }

    /// TLS 1.2 by OpenSSL's client, against servers with stacks of their own.
    @Test(arguments: [LabServer.nginx, .haproxy, .caddy, .python, .java])
    func theCertificateIsThatOfAScan(_ kind: LabServer) throws {
        let server = try kind.start(certificate(), [LabAnswer()])
        let target = "127.0.0.1:\(server.port)"
        let capture = try PacketCapture(port: server.port)
        try check("sh", ["-c", "openssl s_client -tls1_2 -connect \(target) < /dev/null"])
        try capture.finish()
        let scanned = try line(Program.run(["scan", target]))
        let imported = try line(Program.run(["import", capture.path]))
        for name in ["x509", "certificate", "certificate_chain", "hash"] {
            let part = try #require(member(name, of: scanned), "\(scanned)")
            #expect(member(name, of: imported) == part, "\(name)")
        }
        #expect(imported.contains("\"fidelity\":\"der\""))
        #expect(imported.contains("\"established\":true"))
        #expect(imported.contains("\"version\":\"1.2\""))
    }

    /// Our own scan, captured: everything that its first flight shows is the same.
    @Test func aScansOwnTrafficGivesItsRecord() throws {
        let pair = try certificate()
        let server = try ServerProcess("openssl", keeping: [pair.scratch]) { port, _ in
            [
                "s_server", "-accept", "127.0.0.1:\(port)", "-tls1_2", "-quiet", "-cert", pair.certificate,
                "-key", pair.key,
            ]
        }
        for options in [[], ["--nano"], ["-s", "65535", "--time-stamp-precision=nano"]] {
            let capture = try PacketCapture(port: server.port, options)
            let scanned = try line(
                Program.run(["scan", "--probe", "certificate", "127.0.0.1:\(server.port)"])
            )
            try capture.finish()
            let imported = try line(Program.run(["import", "--every", capture.path]))
            for name in ["x509", "certificate", "certificate_chain", "hash", "ja3s", "stack_text"] {
                let part = try #require(member(name, of: scanned), "\(scanned)")
                #expect(member(name, of: imported) == part, "\(name)")
            }
            let flights = [scanned, imported].map { text in
                text.range(of: "\"tls\":{\"server_hello_extensions\"").map { String(text[$0.lowerBound...]) }
                    ?? ""
            }
            #expect(member("tls", of: flights[0]) == member("tls", of: flights[1]))
        }
    }

    private func line(_ result: CommandResult) throws -> String {
        let lines = result.text.split(separator: "\n")
        try #require(lines.count == 1 && result.status == 0, "\(result.text)\(result.errors)")
        return String(lines[0])
    }

    /// The value of the first member of a name, as it stands in the line.
    private func member(_ name: String, of line: String) -> String? {
        guard let start = line.range(of: "\"\(name)\":")?.upperBound else { return nil }
        var depth = 0
        var isText = false
        var isEscaped = false
        var end = start
        for index in line[start...].indices {
            let character = line[index]
            end = line.index(after: index)
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else if character == "\"" {
                    isText = false
                }
            } else if character == "\"" {
                isText = true
            } else if "{[".contains(character) {
                depth += 1
            } else if "}]".contains(character) {
                depth -= 1
            }
            if depth == 0, !isText, index > start || !"\"{[".contains(character) { break }
        }
        return String(line[start..<end])
    }
}
