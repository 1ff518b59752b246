/// What a record knows from somebody else's log, capture or scan, beyond what our own readers read in it.
///
/// Where the bytes of a certificate are there, they are read again by our reader and `certificate` stays
/// empty: text is taken only where there is nothing better.
package struct ImportedEvidence: Equatable, Sendable {
    package var source: ImportSource
    /// Nanoseconds since 1970 when it was imported: `event.ingested`.
    package var ingestedAt: Int64 = 0
    /// Whether the source said when it was; `@timestamp` is the time of the import where it did not.
    package var isTimed = true
    package var tls = ReportedTLS()
    package var certificate = ReportedCertificate()
    /// The certificates after the leaf, as far as the source names them.
    package var chain: [ReportedCertificate] = []
    package var ja3s: String?
    package var ja4s: String?
    package var jarm: String?
    /// Where in a log of Certificate Transparency the certificate stands, of what comes from one.
    package var logged: LoggedEntry?
    /// Whether all certificates are here that the server sent, so that their number is known.
    package var showsChain = false
    /// Whether our own readers read what the server sent, as in a scan: what is not in the record was not
    /// sent.
    package var isOwnReading = false

    package init(_ source: ImportSource) { self.source = source }

    /// Whether the source saw TLS.
    package var isTLS: Bool {
        !tls.isEmpty || !certificate.isEmpty || ja3s != nil || ja4s != nil || jarm != nil
    }

    /// How far the certificate can be trusted to be what the server sent, by what there is of it.
    package func fidelity(hasBytes: Bool) -> Fidelity {
        hasBytes ? .der : certificate.hasText ? .text : certificate.hasDigest ? .digest : .none
    }
}

/// What a record knows of a certificate: the closed list of `hallmark.source.fidelity`.
package enum Fidelity: String, CaseIterable, Sendable {
    /// Its bytes, read by our own reader.
    case der
    /// Names and dates out of somebody's text.
    case text
    /// Hashes alone.
    case digest
    /// Nothing.
    case none
}

/// Where records come from: `hallmark.source`.
package struct ImportSource: Equatable, Sendable {
    /// The program that saw it: `zeek`.
    package var product: String
    /// Which of its files: `ssl.log`.
    package var format: String
    /// Names or beginnings of names (`http.`) of fields that its records never have as a whole.
    ///
    /// What is not in a record is lacking anyway (`LackedFields`). These are what stands in it in part, and
    /// what our own reading cannot see. Rules that ask for them are neither matched nor not.
    package var lacks: [String]

    package init(product: String, format: String, lacks: [String] = []) {
        self.product = product
        self.format = format
        self.lacks = lacks
    }

    /// What is not known of a certificate, by how much of it is there.
    ///
    /// Names as text are there and yet no key: see `ReportedName`.
    static func lacking(_ fidelity: Fidelity) -> [String] {
        switch fidelity {
        case .der: []
        case .text:
            ["hallmark.certificate.", "tls.server.certificate_chain", "tls.server.hash.", "tls.server.ja4x"]
        case .digest, .none:
            [
                "hallmark.certificate.", "tls.server.certificate_chain", "tls.server.hash.",
                "tls.server.x509.",
                "tls.server.subject", "tls.server.issuer", "tls.server.not_before", "tls.server.not_after",
                "tls.server.ja4x",
            ]
        }
    }
}

/// A handshake as somebody else tells it.
package struct ReportedTLS: Equatable, Sendable {
    /// As `tls.version`.
    package var version: String?
    /// As `tls.version_protocol`.
    package var versionProtocol = "tls"
    package var cipher: String?
    package var curve: String?
    package var nextProtocol: String?
    package var isEstablished: Bool?
    package var isResumed: Bool?

    package init() {}

    package var isEmpty: Bool { self == ReportedTLS() }
}

/// An HTTP answer as somebody else tells it, beyond what an exchange of ours has.
package struct ReportedHTTP: Equatable, Sendable {
    package var title: String?
    /// Whether its headers are all that were sent, whatever their order.
    package var hasAllHeaders: Bool

    package init(title: String?, hasAllHeaders: Bool = false) {
        self.title = title
        self.hasAllHeaders = hasAllHeaders
    }
}

/// A certificate as somebody else's text has it.
///
/// Hashes and serial numbers are upper-case hex without separators.
package struct ReportedCertificate: Equatable, Sendable {
    package var sha256: String?
    package var sha1: String?
    package var md5: String?
    package var version: String?
    package var serial: String?
    package var subject = ReportedName()
    package var issuer = ReportedName()
    /// Seconds since 1970.
    package var notBefore: Int?
    package var notAfter: Int?
    package var signatureAlgorithm: String?
    package var keyAlgorithm: String?
    package var keySize: Int?
    package var keyCurve: String?
    package var keyExponent: Int?
    /// Nil when the source does not say.
    package var alternativeNames: [String]?
    package var isCA: Bool?

    package init() {}

    package var hasDigest: Bool { sha256 != nil || sha1 != nil || md5 != nil }

    /// Whether there is more than a hash.
    package var hasText: Bool {
        var rest = self
        (rest.sha256, rest.sha1, rest.md5) = (nil, nil, nil)
        return rest != ReportedCertificate()
    }

    package var isEmpty: Bool { self == ReportedCertificate() }
}

/// A distinguished name as somebody else's text: shown, searched by its parts, never compared as a whole.
///
/// One name has four spellings in four tools, so that equal text says nothing and unequal text neither.
package struct ReportedName: Equatable, Sendable {
    /// The text as it came; nil when the source has no name.
    package var text: String?
    package var commonName: [String] = []
    package var country: [String] = []
    package var locality: [String] = []
    package var organization: [String] = []
    package var organizationalUnit: [String] = []
    package var stateOrProvince: [String] = []
    /// Whether the parts are all that the name has: one that is not here is none of it.
    package var isWhole = false

    package init() {}

    package var isEmpty: Bool { self == ReportedName() }
}
