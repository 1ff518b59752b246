import Bytes
import Observations
import Terminal

/// The certificate of a record, as far as a comparison looks at it.
struct ObservedCertificate {
    let sha256: Digest256
    let key: Digest256?
    let tbs: Digest256?
    /// All that may stand for it in a list of what is authorised.
    var digests: [Digest256?] { [sha256, key, tbs] }
    let subject: String
    let commonNames: [String]
    /// The subject alternative names.
    let alternativeNames: [String]
    let issuer: String
    let issuerNames: [String]
    let notBefore: Int?
    let notAfter: Int?
    let lifetimeSeconds: Int?
    let keyAlgorithm: String
    let keySize: Int?
    let signatureAlgorithm: String
    let selfSigned: Bool
    let tlsVersion: String
    /// When it was seen, in milliseconds since 1970.
    let time: Int?
    /// Whether the record tells more of it than its digests, or should.
    let isDescribed: Bool
    /// Whether the part of the record is lost that tells its keys and who signed it.
    let isHalfTold: Bool
    /// Whether others saw it, who may not tell all of it.
    let isReported: Bool

    /// - Returns: nil when the record has no certificate.
    init?(_ record: RecordPicker) {
        guard let sha256 = record.text(.sha256).flatMap({ Digest256($0) }) else { return nil }
        self.sha256 = sha256
        key = record.text(.spki).flatMap { Digest256($0) }
        tbs = record.text(.tbs).flatMap { Digest256($0) }
        // Other programs write some of it below `tls.server` alone.
        subject = record.text(.subject) ?? record.text(.subjectText) ?? ""
        commonNames = record.texts(.subjectCommonName, limit: 8)
        alternativeNames = record.texts(.alternativeNames, limit: 1000)
        issuer = record.text(.issuer) ?? record.text(.issuerText) ?? ""
        issuerNames = record.texts(.issuerCommonName, limit: 4) + record.texts(.issuerOrganization, limit: 4)
        notBefore = (record.text(.notBefore) ?? record.text(.begin)).flatMap { RFC3339.milliseconds($0) }
        notAfter = (record.text(.notAfter) ?? record.text(.end)).flatMap { RFC3339.milliseconds($0) }
        lifetimeSeconds = record.integer(.validitySeconds)
        keyAlgorithm = record.text(.keyAlgorithm) ?? ""
        keySize = record.integer(.keySize)
        signatureAlgorithm = record.text(.signatureAlgorithm) ?? ""
        selfSigned = record.boolean(.selfSigned)
        tlsVersion = record.text(.tlsVersion) ?? ""
        time = record.text(.timestamp).flatMap { RFC3339.milliseconds($0) }
        let isOurs = record.text(.dataset) == RecordDataset.observation.rawValue
        // Of a certificate that could not be read the record says so.
        isHalfTold = isOurs && !record.has(.anomalies) && key == nil
        isDescribed =
            isOurs || record.has(.anomalies) || notBefore != nil || notAfter != nil || !keyAlgorithm.isEmpty
            || !(subject + issuer).isEmpty || !alternativeNames.isEmpty
        isReported = record.text(.dataset) == RecordDataset.imported.rawValue
    }

    /// Whether a record says that there is a certificate, and does not tell which: a record of ours says so
    /// where TLS was spoken, another one where it tells names or times.
    static func isLost(of record: RecordPicker) -> Bool {
        guard !record.has(.sha256) else { return false }
        let told: [RecordField] = [.subject, .issuer, .notBefore, .notAfter, .subjectText, .end]
        if told.contains(where: record.has) { return true }
        return record.text(.dataset) == RecordDataset.observation.rawValue
            && record.text(.outcome) == "success" && record.text(.urlScheme) != "http"
    }

    /// What could not be judged where the certificate is lost.
    static let lost = "all"

    /// All names in it.
    var names: [String] { alternativeNames + commonNames }

    /// The names by which it is to be checked: the common name only where there is no alternative name.
    var coveringNames: [String] { alternativeNames.isEmpty ? commonNames : alternativeNames }

    /// The subject, or a name where it is empty.
    var subjectText: String { subject.isEmpty ? alternativeNames.first ?? "no name" : subject }

    /// What is against a policy.
    ///
    /// - Parameters:
    ///   - issuers: the issuers allowed, or nil for any.
    ///   - isPinned: whether the inventory names this certificate or its key.
    func violations(
        of policy: InventoryPolicy,
        issuers: [String]?,
        isPinned: Bool,
        asset: Int?
    ) -> [Finding] {
        var findings: [Finding] = []
        func add(_ name: Finding.Name, _ message: String) {
            findings.append(Finding(name, message, asset: asset))
        }
        if let issuers, !issuers.contains(where: isIssuer) {
            add(
                .unexpectedIssuer,
                "The issuer \(issuer.isEmpty ? "without a name" : issuer) is not on the list."
            )
        }
        if let time { checkTimes(time, policy, add) }
        if let keys = policy.keys {
            let size = keySize.map { " of \($0) bits" } ?? ""
            if let least = keys[keyAlgorithm] {
                if let keySize, keySize < least {
                    add(
                        .weakKey,
                        "The \(keyAlgorithm) key\(size) is shorter than the \(least) bits of the policy."
                    )
                }
            } else if !keyAlgorithm.isEmpty {
                add(
                    .weakKey,
                    "The policy allows no \(keyAlgorithm) key; this one is\(size.isEmpty ? " one" : size)."
                )
            }
        }
        if isWeakSignature(signatureAlgorithm) {
            add(.weakSignature, "The certificate is signed with \(signatureAlgorithm).")
        }
        if let least = policy.minTLS, InventoryPolicy.isOlder(tlsVersion, than: least) {
            let name = tlsVersion == "3.0" || tlsVersion == "2.0" ? "SSL" : "TLS"
            add(.oldProtocol, "The endpoint negotiated \(name) \(tlsVersion); the policy wants TLS \(least).")
        }
        if let most = policy.maxLifetimeDays, let seconds = lifetimeSeconds, seconds / 86400 >= most,
            seconds > most &* 86400
        {
            add(
                .lifetimeTooLong,
                "The certificate is valid for \(counted(seconds / 86400, "day")); the policy allows \(most)."
            )
        }
        if selfSigned, !isPinned {
            add(.selfSigned, "The certificate is signed with its own key and is not pinned.")
        }
        return findings
    }

    /// What of a policy can't be held against the certificate, because its record does not tell it.
    ///
    /// Of one that the record knows by its digest alone nothing is asked; what others saw may have no key and
    /// no version, which the record says (`hallmark.source.lacks`).
    func unjudged(by policy: InventoryPolicy) -> [String] {
        guard isDescribed else { return [] }
        var parts: [String] = []
        if time == nil || notAfter == nil { parts.append("the end") }
        guard !isReported else { return parts }
        if let keys = policy.keys {
            let least = keys[keyAlgorithm] ?? 0
            if keyAlgorithm.isEmpty || least > 0 && keySize == nil { parts.append("the key") }
        }
        if policy.minTLS != nil, !InventoryPolicy.versions.contains(tlsVersion) {
            parts.append("the version of TLS")
        }
        if policy.maxLifetimeDays != nil, lifetimeSeconds == nil { parts.append("the lifetime") }
        if notBefore == nil { parts.append("the begin") }
        if signatureAlgorithm.isEmpty { parts.append("the signature") }
        if isHalfTold { parts.append("the signer") }
        return parts
    }

    /// Says what is over, soon over or not yet begun.
    ///
    /// Times are within the years 0 to 9999, so differences fit.
    func checkTimes(_ time: Int, _ policy: InventoryPolicy, _ add: (Finding.Name, String) -> Void) {
        if let notBefore, time < notBefore {
            add(.notYetValid, "The certificate is valid from \(RFC3339.secondsText(notBefore)) on.")
        }
        guard let notAfter else { return }
        let day = 86_400_000
        if time > notAfter {
            let days = (time &- notAfter) / day
            add(
                .expired,
                "The certificate ended \(RFC3339.secondsText(notAfter)), \(counted(days, "day")) before."
            )
        } else if let limit = policy.expiringDays, (notAfter &- time) / day < limit {
            let days = (notAfter &- time) / day
            add(
                .expiring,
                "The certificate ends \(RFC3339.secondsText(notAfter)), in \(counted(days, "day"))."
            )
        }
    }

    private func isIssuer(_ wanted: String) -> Bool {
        // A whole name, however somebody writes it. An organisation that calls itself by another's whole name
        // is not that one.
        if let key = DistinguishedNameKey.make(wanted) { return key == DistinguishedNameKey.make(issuer) }
        let wanted = wanted.lowercased()
        return issuer.lowercased() == wanted || issuerNames.contains { $0.lowercased() == wanted }
    }
}
