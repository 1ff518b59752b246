import Bytes
import GRDB
import Observations
package import Wire

/// What tells an endpoint of a corpus from all others.
package struct CorpusEndpoint {
    package let ip: String
    package let port: Int
    /// The name that was asked for (SNI), or empty.
    package let name: String
    package let transport: Transport

    package init(ip: String, port: Int, name: String, transport: Transport) {
        (self.ip, self.port, self.name, self.transport) = (ip, port, name, transport)
    }

    /// Its columns in their order, for SQL.
    package static let columns = "ip, port, name, transport"

    /// Reads `columns`, from the given one on.
    package init(_ row: CorpusRow, from column: Int32 = 0) throws {
        ip = try row.text(column)
        port = try row.port(column + 1)
        name = try row.text(column + 2)
        guard IPAddress(ip) != nil else {
            throw CorpusDamage("an endpoint's address is none: the column 'ip' holds another text")
        }
        guard let transport = Transport(rawValue: try row.text(column + 3)) else {
            throw CorpusDamage("an endpoint is neither of TCP nor of UDP")
        }
        self.transport = transport
    }

    /// Gives `columns` to a statement as its first parameters.
    func bind(to statement: Statement) {
        statement.bind(1, ip)
        statement.bind(2, port)
        statement.bind(3, name)
        statement.bind(4, transport.rawValue)
    }

    /// As people read it: `192.0.2.1:443`, and `192.0.2.1:443/udp` where it is not of TCP.
    package var text: String {
        (ip.contains(":") ? "[\(ip)]" : ip) + ":\(port)" + (transport == .tcp ? "" : "/\(transport)")
    }
}

extension ByteBuffer {
    /// The members of a record that say which endpoint it is about.
    mutating func append(_ endpoint: CorpusEndpoint) {
        object("server")
        member("address", endpoint.name.isEmpty ? endpoint.ip : endpoint.name)
        member("ip", endpoint.ip)
        member("port", endpoint.port)
        if !endpoint.name.isEmpty { member("domain", endpoint.name) }
        endObject()
        object("network")
        member("transport", endpoint.transport.rawValue)
        member("type", word: endpoint.ip.contains(":") ? "ipv6" : "ipv4")
        endObject()
    }
}
