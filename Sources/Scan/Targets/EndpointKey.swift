/// What tells targets from each other in the output: host, port and server name.
package struct EndpointKey: Hashable, Codable, Sendable {
    package let address: String
    package let port: UInt16
    /// Only of an `address,sni` pair.
    package let serverName: String?

    enum CodingKeys: String, CodingKey {
        case address
        case port
        case serverName = "server_name"
    }

    /// Of a target.
    package init(_ target: Target) {
        address = "\(target.host)"
        port = target.port
        serverName = target.serverName
    }

    /// Of a record: its `server.address`, `server.port` and `tls.client.server_name`.
    ///
    /// - Parameter override: the server name that the run sends to all hosts, if it does.
    package init(address: String, port: UInt16, serverName: String?, override: String? = nil) {
        self.address = address
        self.port = port
        // What the scanner chose by itself isn't part of the target.
        self.serverName = serverName == address || serverName == override ? nil : serverName
    }
}
