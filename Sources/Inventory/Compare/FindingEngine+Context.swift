import Bytes
import Observations
import Wire

/// What the context of a record says, where it has one (`hallmark.context`).
extension FindingEngine {
    func around(
        _ certificate: ObservedCertificate,
        _ record: RecordPicker,
        _ evaluation: Evaluation
    ) -> [Finding] {
        var findings: [Finding] = []
        let asset = evaluation.assets.first
        if record.text(.revocationStatus) == "revoked" {
            findings.append(
                Finding(.revoked, "The certificate is revoked\(Self.revocation(record)).", asset: asset)
            )
        }
        guard let points = record.text(.contextPoints), points == "elsewhere" || points == "nowhere" else {
            return findings
        }
        let owners = index.authorising(
            certificate: certificate.sha256,
            key: certificate.key,
            tbs: certificate.tbs
        )
        let target = points == "nowhere" ? "to no address at all" : Self.places(record)
        // At an address of ours a certificate of ours is at most misplaced.
        let isOurs = record.text(.ip).flatMap { IPAddress($0) }.map { index.isOwned($0) } ?? false
        let isAuthorised = evaluation.assets.contains { index.inventory.assets[$0].authorises(certificate) }
        let whose =
            owners.some.first.map { "The certificate of \(index.inventory.assets[$0].address)" }
            ?? (index.isAuthorised(certificate.digests)
                ? "A certificate of ours, \(certificate.subjectText)," : nil)
        if !isOurs, !isAuthorised, let whose {
            // A CDN serves a name from more addresses than DNS shows at one place.
            let severity: Severity? = record.text(.hostingKind) == "cdn" ? .high : nil
            findings.append(
                Finding(
                    .certificateElsewhere,
                    "\(whose) is here, and its names point \(target)\(Self.host(record)).",
                    asset: owners.some.first,
                    severity: severity
                )
            )
        } else if isOurs || !evaluation.assets.isEmpty
            || certificate.names.contains(where: { index.isOurs($0) })
        {
            findings.append(
                Finding(
                    .namesPointElsewhere,
                    "None of the certificate's names points here: they point \(target)\(Self.host(record)).",
                    asset: asset
                )
            )
        }
        return findings
    }

    /// Since when, and whether the certificate was shown all the same.
    private static func revocation(_ record: RecordPicker) -> String {
        guard let day = record.text(.revokedAt) else { return ", and is still shown" }
        let moments = [day, record.text(.timestamp)].map { $0.flatMap { RFC3339.milliseconds($0) } }
        // A list of today may speak of a record of last month, and an issuer of a day to come.
        if let since = moments[0], let seen = moments[1], since > seen {
            return " from \(day) on, which is after it was seen here"
        }
        return " since \(day), and is still shown"
    }

    private static func places(_ record: RecordPicker) -> String {
        let addresses = record.texts(.contextElsewhere, limit: 4)
        guard !addresses.isEmpty else { return "elsewhere" }
        return "to " + addresses.prefix(3).joined(separator: ", ") + (addresses.count > 3 ? ", …" : "")
    }

    private static func host(_ record: RecordPicker) -> String {
        guard let kind = record.text(.hostingKind), kind != "unknown" else { return "" }
        let provider = record.text(.hostingProvider).map { " of \($0)" } ?? ""
        return "; the address is \(kind == "consumer" ? "a consumer's" : "in a \(kind)\(provider)")"
    }
}

extension Asset {
    /// Whether a certificate, its key or its TBS family is one that it may show.
    fileprivate func authorises(_ certificate: ObservedCertificate) -> Bool {
        certificates.contains(certificate.sha256) || certificate.key.map(keys.contains) ?? false
            || certificate.tbs.map(tbs.contains) ?? false
    }
}
