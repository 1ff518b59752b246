import Synchronization
import TestSupport

/// unbound on loopback with a zone of ours, one for all tests that run at a time.
enum NameServer {
    private struct Current {
        weak var server: ServerProcess?
    }

    private static let current = Mutex(Current())

    static func shared() throws -> ServerProcess {
        try current.withLock {
            if let server = $0.server { return server }
            let server = try start()
            $0.server = server
            return server
        }
    }

    private static func start() throws -> ServerProcess {
        try Unbound.start(server: [
            "local-zone: \"refused.test.\" refuse", "do-not-query-localhost: no",
            "module-config: \"iterator\"", "local-zone: \"test.\" transparent",
        ]) { scratch in
            let many = (1...200).map { "many 60 A 192.0.2.\($0)" }.joined(separator: "\n")
            let zone = try scratch.write(
                "zone",
                """
                $ORIGIN hallmark.test.
                @      300 SOA ns hostmaster 1 3600 600 86400 1
                @      300 NS  ns
                ns     300 A   127.0.0.1
                one    300 A   192.0.2.1
                both   300 A   192.0.2.1
                both   300 A   192.0.2.2
                both    60 AAAA 2001:db8::1
                six    300 AAAA 2001:db8::6
                short    1 A   192.0.2.3
                alias    7 CNAME inner
                inner    9 CNAME both
                lost   300 CNAME nowhere
                text   300 TXT "no address"
                _srv.x 300 A   192.0.2.4
                \(many)

                """
            )
            return """
                auth-zone:
                    name: "hallmark.test."
                    zonefile: "\(zone)"
                    for-downstream: yes
                    for-upstream: no
                auth-zone:
                    name: "broken.test."
                    primary: 127.0.0.1@1
                    fallback-enabled: no
                    for-downstream: yes
                    for-upstream: no
                """
        }
    }
}
