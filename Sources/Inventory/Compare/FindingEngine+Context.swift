import Observations

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
            let since = record.text(.revokedAt).map { " since \($0)" } ?? ""
            findings.append(
                Finding(.revoked, "The certificate is revoked\(since), and is still shown.", asset: asset)
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
        if !owners.some.contains(where: evaluation.assets.contains), let owner = owners.some.first {
            // A CDN serves a name from more addresses than DNS shows at one place.
            let severity: Severity? = record.text(.hostingKind) == "cdn" ? .high : nil
            findings.append(
                Finding(
                    .certificateElsewhere,
                    "The certificate of \(index.inventory.assets[owner].address) is here, and its names point "
                        + "\(target)\(Self.host(record)).",
                    asset: owner,
                    severity: severity
                )
            )
        } else if !evaluation.assets.isEmpty || certificate.names.contains(where: { index.isOurs($0) }) {
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
