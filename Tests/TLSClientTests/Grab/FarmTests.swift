import TLSClient
import TestSupport
import Testing
import Wire

/// Real servers with other libraries and other configurations: those of them that are installed.
@Suite struct FarmTests {
    @Test func everyServerShowsTheCertificateThatOpenSSLGets() throws {
        let farm = try Farm()
        #expect(farm.servers.count == 24, "\(farm.servers.map(\.name))")
        let context = try GrabContext()
        for server in farm.servers {
            var tried = [ClientHello.Look.default]
            var answer = try grab(server.port, serverName: "localhost", context: context)
            while case .failed(let failure) = answer.action,
                let next = Fallback.next(
                    after: failure,
                    suite: answer.flight.suite,
                    tried: tried,
                    sentName: true
                )
            {
                tried.append(next)
                answer = try grab(server.port, look: next, serverName: "localhost", context: context)
            }
            #expect(answer.action == .certificate, "\(server.name)")
            let expected = try server.certificates()
            #expect(!expected.isEmpty && answer.certificates == expected, "\(server.name)")
            // wolfSSL's lighttpd closes the connection when status_request is offered.
            #expect(tried == (server.name == "lighttpd-wolfssl" ? [.default, .tls12] : [.default]))
        }
    }
}

extension Farm.Server {
    /// What `openssl s_client` gets, with an old version when it must.
    func certificates() throws -> [[UInt8]] {
        for arguments in [
            [], ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], ["-tls1", "-cipher", "ALL:@SECLEVEL=0"],
        ] {
            let found = try clientCertificates(port, arguments + ["-servername", "localhost"])
            if !found.isEmpty { return found }
        }
        return []
    }
}
