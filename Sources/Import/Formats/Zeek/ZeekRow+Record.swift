import Observations
import Wire

/// What rows of Zeek's logs say, in the record's terms.
extension ReportedCertificate {
    /// A row of x509.log.
    ///
    /// - Parameter remark: told what could not be read.
    init(_ row: ZeekRow, remark: (String) -> Void) {
        self.init()
        if let name = row.text(.fingerprint) { setDigest(name) }
        version = row.text(.certificateVersion)
        serial = row.text(.serial).flatMap { ForeignText.serial(hex: $0) }
        if let name = row.text(.certificateSubject) { subject = ReportedName(text: name) }
        if let name = row.text(.certificateIssuer) { issuer = ReportedName(text: name) }
        notBefore = row.seconds(.notBefore)
        notAfter = row.seconds(.notAfter)
        if row.has(.notBefore) && notBefore == nil || row.has(.notAfter) && notAfter == nil {
            remark(Self.noDate)
        }
        if row.has(.serial), serial == nil { remark("a serial number that can't be read") }
        keyAlgorithm = row.text(.keyAlgorithm).map(ForeignText.keyAlgorithm)
        signatureAlgorithm = row.text(.signatureAlgorithm).map(ForeignText.signatureAlgorithm)
        keySize = row.integer(.keyLength)
        keyExponent = row.integer(.exponent)
        keyCurve = row.text(.certificateCurve).map(ForeignText.keyCurve)
        let alternatives = [ZeekColumn.dns, .ip, .email, .uri].compactMap { row.list($0) }
        // The log has these columns always, and none where a certificate has no such names.
        alternativeNames = alternatives.flatMap(\.self)
        isCA = row.truth(.isCA)
    }

    /// Takes a fingerprint, whose length says what it is of; an identifier of a file is none.
    mutating func setDigest(_ text: String) {
        sha256 = ForeignText.hash(text, bytes: 32)
        sha1 = ForeignText.hash(text, bytes: 20)
        md5 = ForeignText.hash(text, bytes: 16)
    }
}

extension SightingDraft {
    /// Takes what a row of ssl.log says of the handshake.
    ///
    /// - Parameter remark: told what could not be read.
    mutating func take(_ row: ZeekRow, remark: (String) -> Void) {
        if let version = row.text(.version) {
            if let known = ForeignText.version(version) {
                tls.version = known.number
                tls.versionProtocol = known.name
                isDatagram = known.name == "dtls"
            } else {
                remark("a version of TLS that is not known")
            }
        }
        tls.cipher = row.text(.cipher)
        tls.curve = row.text(.curve).map(ForeignText.curve)
        tls.nextProtocol = row.text(.nextProtocol)
        tls.isEstablished = row.truth(.established)
        tls.isResumed = row.truth(.resumed)
        ja3s = row.text(.ja3s)
        ja4s = row.text(.ja4s)
        // Names of its own are in ssl.log when nothing was logged as x509.
        if let subject = row.text(.subject) { certificate.subject = ReportedName(text: subject) }
        if let issuer = row.text(.issuer) { certificate.issuer = ReportedName(text: issuer) }
    }
}

extension HTTPExchange {
    /// A row of http.log.
    init(_ row: ZeekRow, _ ip: IPAddress, _ port: UInt16, _ status: Int) {
        self.init(
            origin: HTTPOrigin(isTLS: false, host: row.text(.host) ?? ip.description, port: port),
            request: HTTPRequest(row.text(.method) ?? "GET", row.text(.target) ?? "/")
        )
        self.status = status
        reported = ReportedHTTP(title: nil)
    }
}
