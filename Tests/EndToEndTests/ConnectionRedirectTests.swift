import Foundation
import Glibc
import TestSupport
import Testing

/// Where a server sends a request on to proves nothing for it, and answers for nobody else.
@Suite(.serialized) struct ConnectionRedirectTests {
    private let victim: LabCertificate
    private let attacker: LabCertificate

    init() throws {
        victim = try LabCertificate("/CN=victim", extensions: "subjectAltName=DNS:localhost\n")
        attacker = try LabCertificate("/CN=attacker", extensions: "subjectAltName=DNS:localhost\n")
    }

    /// Counts who comes to a port of its own.
    private final class PortCounter {
        private let descriptor: Int32
        let port: UInt16

        init() throws {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
            self.descriptor = descriptor
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let status = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    bind(descriptor, address, size) | listen(descriptor, 64)
                        | getsockname(descriptor, address, &size)
                }
            }
            guard status == 0 else { throw CommandFailure(description: "no port to listen at") }
            port = UInt16(bigEndian: address.sin_port)
        }

        deinit { close(descriptor) }

        /// How many have come that were not counted yet.
        var connections: Int {
            var count = 0
            while true {
                let peer = accept(descriptor, nil, nil)
                guard peer >= 0 else { return count }
                close(peer)
                count += 1
            }
        }
    }

    /// All answers of one host by the address that they answer for, the first one's among them.
    private func validate(_ faces: [Face]) throws -> (record: Record, answers: [String: Record]) {
        let server = try Face.serve(faces)
        let rules = ["--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel"]
        let result = try Program.run(["validate", "127.0.0.1:\(server.port),localhost", "--json"] + rules)
        #expect(result.status == 0, "\(result.errors)")
        let record = try #require(Program.records(result.text).first)
        #expect(try schemaErrors(record.line) == "")
        let more = record["hallmark.http"] as? [[String: Any]] ?? []
        let answers = ([record.object] + more).map { Record(line: "", object: $0) }
        let named = answers.map { answer in
            (answer.text("url.full")?.replacing(":\(server.port)", with: "") ?? "", answer)
        }
        return (record, Dictionary(named) { first, _ in first })
    }

    /// The place to which the host sends a request is answered by somebody else: the answer is that one's.
    @Test(arguments: [
        "/next", "https://localhost:{port}/next", "https://LOCALHOST:{port}/next", "//localhost:{port}/next",
    ])
    func anotherCertificateBehindARedirect(_ place: String) throws {
        let (record, answers) = try validate([Face(victim, ["redirect": place]), Face(attacker)])
        #expect(record.text("tls.server.subject") == "CN=victim")
        #expect(record.text("hallmark.proof") == "proven")
        #expect(record.number("http.response.status_code") == 302)
        #expect(record["http.response.certificate_sha256"] == nil)
        let next = try #require(answers["https://localhost/next"])
        #expect(next.number("http.response.status_code") == 200)
        #expect(next.text("http.response.certificate_sha256") == (try attacker.sha256))
        #expect(record.hasChanged)
        let other = try #require(record.connections.first)
        #expect((other["differs"] as? [String])?.prefix(2) == ["certificate", "key"])
        #expect(other["proof"] as? String == "proven")
    }

    /// A certificate that was only shown is not proven by who answers behind the redirect.
    @Test func whoAnswersBehindARedirectProvesNothing() throws {
        let shown = Face(victim, hasKey: false)
        let (record, answers) = try validate([shown, Face(attacker, ["redirect": "/next"])])
        #expect(record.text("tls.server.subject") == "CN=victim")
        #expect(record.text("hallmark.proof") == "presented")
        #expect(record["tls.established"] as? Bool == false)
        for (_, answer) in answers where answer["http.response.status_code"] != nil {
            #expect(answer.text("http.response.certificate_sha256") == (try attacker.sha256))
        }
        #expect(record.hasChanged)
    }

    /// Another name, another port and another scheme are other hosts: nobody goes there, whatever would be
    /// proven there, and every request is made of the name that was asked for.
    @Test(arguments: [
        "https://other.example:{port}/next", "https://127.0.0.1:{port}/next", "https://localhost:{away}/next",
        "http://localhost:{port}/next", "http://localhost:{away}/next", "https://localhost.:{port}/next",
        "https://a@localhost:{away}/next", "//127.0.0.1:{away}/next",
    ])
    func anotherHostIsNotFollowed(_ place: String) throws {
        let strangers = try PortCounter()
        let away = place.replacing("{away}", with: "\(strangers.port)")
        let (record, answers) = try validate([Face(victim, ["redirect": away]), Face(victim)])
        #expect(record.text("hallmark.proof") == "proven")
        #expect(record.number("http.response.status_code") == 302)
        #expect(answers.count > 2)
        for place in answers.keys { #expect(place.hasPrefix("https://localhost/")) }
        #expect(!answers.keys.contains { $0.hasSuffix("/next") })
        for answer in answers.values { #expect(answer["http.response.certificate_sha256"] == nil) }
        #expect(!record.hasChanged)
        #expect(strangers.connections == 0)
    }
}
