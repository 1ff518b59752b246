package import Wire

/// What tells targets from each other in the output: host, port, scheme and server name.
package struct EndpointKey: Hashable, Codable, Sendable {
    package let address: String
    package let port: UInt16
    /// Only of an `address,sni` pair.
    package let serverName: String?
    /// `http` for a target without TLS, otherwise nil.
    package let scheme: String?
    /// Nil for TCP.
    package let transport: Transport?
    /// Which address of a name a record is about, in a run that scans all of them.
    package private(set) var ip: String?

    enum CodingKeys: String, CodingKey {
        case address
        case port
        case serverName = "server_name"
        case scheme
        case transport
        case ip
    }

    /// That a run sends the same server name to all hosts, or none to any.
    ///
    /// The names of pairs are then not on the wire, and not in the records: pairs of one host and port are as
    /// alike as their records, and are told apart by number alone.
    package enum Override: Hashable, Sendable {
        case none
        case name(String)
    }

    /// Of a target.
    ///
    /// - Parameter override: what the run sends as the server name to all hosts, if it does.
    package init(_ target: Target, override: Override? = nil) {
        address = "\(target.host)"
        port = target.port
        serverName = override == nil ? target.serverName : nil
        scheme = target.scheme == .http ? "http" : nil
        transport = nil
    }

    /// Of a record: its `server.address`, `server.port` and `tls.client.server_name`.
    ///
    /// - Parameters:
    ///   - isPlain: whether its `url.scheme` is `http`.
    ///   - ip: its `server.ip`, if the run scans all addresses of a name.
    ///   - transport: its `network.transport`.
    ///   - override: what the run sends as the server name to all hosts, if it does.
    package init(
        address: String,
        port: UInt16,
        serverName: String?,
        isPlain: Bool = false,
        ip: String? = nil,
        transport: Transport = .tcp,
        override: Override? = nil
    ) {
        self.address = address
        self.port = port
        // What the scanner chose by itself isn't part of the target.
        self.serverName = serverName == address || override != nil ? nil : serverName
        scheme = isPlain ? "http" : nil
        self.transport = transport == .tcp ? nil : transport
        // Of a target that is an address, this says nothing new.
        self.ip = ip == address ? nil : ip
    }

    /// One address of the name.
    func about(_ ip: String) -> EndpointKey {
        var key = self
        key.ip = ip
        return key
    }

    /// The target itself, whichever of its addresses this is about.
    var target: EndpointKey {
        var key = self
        key.ip = nil
        return key
    }
}
