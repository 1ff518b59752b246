import Observations
import Targets
import Wire

extension Observation {
    /// Writes down which endpoint this is.
    func describe(_ target: Target, _ ip: IPAddress?) {
        sequence = target.sequence
        self.ip = ip
        port = target.port
        isPlain = target.scheme == .http
        switch target.host {
        case .address(let address): self.address = address.description
        case .name(let name):
            address = name
            domain = name
        }
    }
}

extension ScanOptions.ServerName {
    /// The server name to send to a target; nil for none.
    func name(for target: Target) -> String? {
        guard target.scheme == .tls else { return nil }
        switch self {
        case .name(let name): return name
        case .none: return nil
        case .automatic:
            if let name = target.serverName { return name }
            guard case .name(let name) = target.host else { return nil }
            return name
        }
    }
}
