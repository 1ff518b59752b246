package import Observations
package import Wire

/// What a line or entry of somebody else's says, on its way to an observation.
///
/// Certificates that are there as bytes win over whatever the text says of them.
package struct SightingDraft {
    /// Nanoseconds since 1970; 0 when the source does not say.
    package var time: Int64 = 0
    package var ip: IPAddress?
    /// An address that is none that connects: a name.
    package var address = ""
    package var port: UInt16 = 0
    package var isDatagram = false
    package var domain: String?
    package var serverName: String?
    package var tls = ReportedTLS()
    /// The DER of certificates, leaf first.
    package var certificates: [[UInt8]] = []
    package var certificate = ReportedCertificate()
    package var chain: [ReportedCertificate] = []
    /// Whether these are all certificates that the server sent.
    package var showsChain = false
    package var ja3s: String?
    package var ja4s: String?
    package var jarm: String?
    package var http: HTTPExchange?
    /// MurmurHash3 of the site's icon.
    package var icon: Int32?
    package var client = ImportClient()

    package init() {}

    /// Whether there is an endpoint or a certificate: what a record is about.
    package var isWorthARecord: Bool {
        hasEndpoint && (hasTLS || http != nil) || hasCertificate
    }

    package var hasEndpoint: Bool { ip != nil || !address.isEmpty || domain != nil }

    package var hasCertificate: Bool { !certificates.isEmpty || !certificate.isEmpty }

    private var hasTLS: Bool {
        hasCertificate || !tls.isEmpty || ja3s != nil || ja4s != nil || jarm != nil || serverName != nil
    }

    /// Writes what is known into an empty observation.
    package func fill(_ observation: Observation) {
        observation.startedAt = time
        observation.ip = ip
        observation.address = ip?.description ?? (address.isEmpty ? domain ?? "" : address)
        observation.port = port
        observation.transport = isDatagram ? .udp : .tcp
        observation.domain = domain
        observation.serverName = serverName
        for certificate in certificates { observation.flight.imported(certificate: certificate.span) }
        observation.imported?.tls = tls
        observation.imported?.showsChain = showsChain && hasCertificate
        if certificates.isEmpty {
            observation.imported?.certificate = certificate
            observation.imported?.chain = chain
        }
        observation.imported?.ja3s = ja3s
        observation.imported?.ja4s = ja4s
        observation.imported?.jarm = jarm
        observation.favicon = icon.map { Favicon(mmh3: $0, md5: [], sha256: []) }
        if let http {
            observation.http = [http]
            observation.isPlain = !http.origin.isTLS
        }
    }
}
