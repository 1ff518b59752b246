package import HTTPClient
package import Wire

/// What a run does to each endpoint, and how much of it at once.
package struct ScanOptions: Sendable {
    /// How far probing goes.
    package enum Level: String, CaseIterable, Sendable { case certificate, adaptive, full }

    /// Which server name is sent.
    package enum ServerName: Equatable, Sendable {
        /// The target's own name; none for a bare address.
        case automatic
        case name(String)
        case none
    }

    /// In which protocol TLS is asked for.
    package enum StartTLSChoice: Equatable, Sendable {
        case always(StartTLSProtocol)
        /// The protocol that the port usually has; TLS from the first byte where it has none.
        case byPort
    }

    package var level = Level.certificate
    /// Always complete the handshake.
    package var prove = false
    package var serverName = ServerName.automatic
    /// Nil for TLS from the first byte.
    package var startTLS: StartTLSChoice?
    /// Which hello the grab begins with.
    package var look = ClientHello.Look.default
    package var usesIPv6 = true
    /// Every address of a name, in place of the first.
    package var allAddresses = false
    /// DNS servers, `address[:port]`; empty for the system's.
    package var resolvers: [String] = []
    /// What connects in our place; nil to connect oneself.
    package var proxy: Proxy?
    /// Local addresses to come from, at most one of each family; a family without one has the system's
    /// choice.
    package var sources: [IPAddress] = []
    package var verify: VerifyOptions?
    package var sniVariants = false

    /// Connections at once, in all loops together.
    ///
    /// One that waits holds some five kilobytes, and a range in which few answer is gone through as fast as
    /// they are many.
    package var concurrency = 20_000
    package var threads = 1
    /// New connections a second in all, SYNs of discovery included; 0 for no limit.
    package var rate = 0.0
    /// Whether a SYN goes to each address before it is connected to, and only what answers is.
    package var discovers = false
    /// Connections at once to one /24 or /64; 0 for no limit.
    package var perNetwork = 0
    package var retries = 1
    /// Whether an address of a range that was silent is tried again, too.
    ///
    /// The kernel has sent it three SYNs by then, and most of a range is silent.
    package var retriesSilence = false

    /// Milliseconds for the TCP connection, for the handshake after it, and for everything on one endpoint.
    ///
    /// Linux sends a SYN at once, after one second and after three.
    package var connectTimeout: UInt64 = 4_000
    package var handshakeTimeout: UInt64 = 8_000
    package var totalTimeout: UInt64 = 60_000
    /// Bytes that one connection may receive.
    package var byteBudget = 512 * 1024

    /// Publish a JARM as the reference would, even when probes failed on our side.
    package var jarmCompatible = false
    package var http = HTTPOptions()

    /// SYNs a second where no rate was given; ZMap's default, too.
    package static let defaultSYNRate = 10_000.0

    /// Whether anything can follow the certificate.
    var mayEscalate: Bool { level != .certificate || sniVariants }

    package init() {}
}

/// Whom to trust when `--verify` asks.
package struct VerifyOptions: Equatable, Sendable {
    /// A PEM file of CA certificates; nil for the system's.
    package var caFile: String?
    /// Stores that each chain is held against besides.
    package var stores: [Store] = []

    /// A store by a person's name for it, in a PEM file.
    package struct Store: Equatable, Sendable {
        package var name: String
        package var file: String

        package init(name: String, file: String) {
            self.name = name
            self.file = file
        }
    }

    package init(caFile: String? = nil) {
        self.caFile = caFile
    }
}
