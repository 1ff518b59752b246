package import Observations
package import Wire

/// One endpoint to look at.
package struct Target: Hashable, Sendable {
    /// Where to connect.
    package enum Host: Hashable, Sendable {
        case address(IPAddress)
        /// A DNS name in lower-case ASCII (A-labels), without the final dot.
        case name(String)
    }

    /// What is spoken first on the connection.
    package enum Scheme: UInt8, Hashable, Sendable {
        case tls
        /// Plain HTTP, from an `http://` URL.
        case http
    }

    /// The target's number in its run: counted from 0 without gaps, the same for the same targets,
    /// options, seed and shard.
    package var sequence: UInt64
    package var host: Host
    package var port: UInt16
    /// The server name of an `address,sni` pair; nil leaves the choice to the scanner (the host's name, if it
    /// has one).
    package var serverName: String?
    package var scheme: Scheme
    /// Whether it came from a range rather than being named itself.
    package var isSwept: Bool
    /// Why it must not be scanned but yields a record all the same.
    package var problem: ObservationError?
    /// Addresses of the name, as text, that an earlier run has records of.
    package var addressesDone: Set<String> = []

    package init(
        sequence: UInt64 = 0,
        host: Host,
        port: UInt16,
        serverName: String? = nil,
        scheme: Scheme = .tls,
        isSwept: Bool = false,
        problem: ObservationError? = nil
    ) {
        self.sequence = sequence
        self.host = host
        self.port = port
        self.serverName = serverName
        self.scheme = scheme
        self.isSwept = isSwept
        self.problem = problem
    }
}

extension Target.Host: CustomStringConvertible {
    package var description: String {
        switch self {
        case .address(let address): address.description
        case .name(let name): name
        }
    }
}

extension Target: CustomStringConvertible {
    /// The target in the language of targets, always with its port.
    package var description: String {
        var text = "\(host)"
        if case .address(let address) = host, address.isV6 { text = "[\(address)]" }
        text += ":\(port)"
        if scheme == .http { text = "http://" + text }
        return serverName.map { "\(text),\($0)" } ?? text
    }
}
