/// Where the broker is and who we are to it; every secret stands in a file.
package struct BrokerOptions: Sendable {
    /// `nats://HOST:PORT` or `tls://HOST:PORT`, one or more of one cluster.
    package var servers: [String]
    /// Authorities that the broker's certificate is checked with, PEM; nil for the system's.
    package var authorities: String?
    /// A certificate and a key of our own, PEM, for a broker that asks for one.
    package var certificate: String?
    package var key: String?
    /// A file with a user's JWT and seed.
    package var credentials: String?
    /// A file with the seed of an NKey.
    package var seed: String?
    /// A file with one line, `NAME:PASSWORD`.
    package var login: String?
    /// As whom it connects.
    package var role: BrokerRole

    package init(servers: [String], role: BrokerRole) {
        self.servers = servers
        self.role = role
    }

    /// What the broker shows of this connection.
    var name: String { "hallmark \(role.rawValue)" }

    /// Whether the connection is under TLS.
    var isSecure: Bool {
        authorities != nil || certificate != nil || servers.contains { $0.hasPrefix("tls://") }
    }
}
