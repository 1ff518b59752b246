package import Bytes
package import Observations
import Wire

/// Says of one observation how it agrees with the inventory.
///
/// It is told by one record alone. What needs the whole sweep, which endpoints are missing and which keys are
/// shared, `SweepComparison` adds. One thread uses one engine.
package final class FindingEngine {
    package let index: InventoryIndex
    private let picker = RecordPicker(RecordField.compared)
    private var members = ByteBuffer()

    package init(_ index: InventoryIndex) {
        self.index = index
    }

    private var inventory: Inventory { index.inventory }

    /// Whether the inventory names an endpoint.
    package func knows(ip: String?, port: Int, name: String?) -> Bool {
        !index.assets(ip: ip.flatMap { IPAddress($0) }, port: port, name: name).isEmpty
    }

    /// Writes `hallmark.findings` into a finished line.
    ///
    /// - Returns: the findings.
    @discardableResult
    package func splice(into line: inout ByteBuffer) -> [Finding] {
        let findings = line.withSpan { span -> [Finding] in
            span.withUnsafeBufferPointer { self.findings(in: $0) }
        }
        guard !findings.isEmpty else { return [] }
        members.removeAll()
        members.array("findings")
        for finding in findings { members.append(finding, in: inventory) }
        members.endArray()
        members.withSpan { _ = HallmarkObject.append($0, to: &line) }
        return findings
    }

    /// The findings of one line; none when it is no record.
    package func findings(in line: some Collection<UInt8>) -> [Finding] {
        guard (try? picker.read(line)) != nil else { return [] }
        return evaluate(picker).findings
    }

    /// An observation and its findings.
    struct Evaluation {
        /// The assets that name the endpoint.
        var assets: [Int] = []
        var answered = false
        /// Whether no asset names the endpoint, but an owned range holds it.
        var isOwned = false
        var findings: [Finding] = []
        /// What the record does not tell of its certificate, and was to be judged.
        var unjudged: [String] = []
        var key: Digest256?
    }

    /// - Parameter record: read with `RecordField.compared`.
    func evaluate(_ record: RecordPicker) -> Evaluation {
        let ip = record.text(.ip).flatMap { IPAddress($0) }
        let port = record.integer(.port) ?? 0
        let name = record.text(.serverName) ?? record.text(.domain)
        var result = Evaluation()
        result.assets = index.assets(ip: ip, port: port, name: name)
        result.isOwned = result.assets.isEmpty && ip.map { index.isOwned($0) } ?? false
        guard let certificate = ObservedCertificate(record) else {
            result.findings = withoutCertificate(record, result.assets, isOwned: result.isOwned)
            result.findings += leads(record, result.assets.first)
            if ObservedCertificate.isLost(of: record) { result.unjudged = [ObservedCertificate.lost] }
            // A plain HTTP answer is an answer.
            result.answered = record.text(.outcome) == "success"
            return result
        }
        result.answered = true
        result.key = certificate.key
        var findings: [Finding] = []
        if result.assets.isEmpty {
            findings += outside(certificate, isOwned: result.isOwned)
            if result.isOwned {
                result.unjudged = certificate.unjudged(by: inventory.policy)
                findings += certificate.violations(
                    of: inventory.policy,
                    issuers: inventory.policy.issuers,
                    isPinned: false,
                    asset: nil
                )
            }
        } else {
            let (found, asset) = inside(certificate, result.assets, name)
            findings += found
            let policy = asset.map { inventory.assets[$0].policy.filled(from: inventory.policy) }
            result.unjudged = certificate.unjudged(by: policy ?? inventory.policy)
        }
        findings += around(certificate, record, result)
        findings += leads(record, result.assets.first)
        let digest = (record.text(.sha256) ?? "").uppercased()
        for place in findings.indices where findings[place].name.isOfCertificate {
            findings[place].about = digest
        }
        result.findings = findings
        return result
    }

    /// Failures after which an endpoint was there all the same.
    private static let answers: Set<String> = Set(
        [
            ErrorCode.tlsAlert, .notTLS, .protocolError, .noCertificate, .startTLSRefused, .startTLSError,
            .wrongProtocol,
        ].map(\.rawValue)
    )

    /// Failures of our own, which say nothing of an endpoint.
    private static let unasked: Set<String> = Set(
        [ErrorCode.outOfScope, .excluded, .invalidTarget, .localError].map(\.rawValue)
    )

    /// Whether a record tells whether its endpoint answered.
    static func wasAsked(_ record: RecordPicker) -> Bool {
        record.text(.errorCode).map { !unasked.contains($0) } ?? true
    }

    private func withoutCertificate(_ record: RecordPicker, _ assets: [Int], isOwned: Bool) -> [Finding] {
        let failed = record.text(.outcome) == "failure"
        if assets.isEmpty, isOwned {
            let code = record.text(.errorCode) ?? ""
            guard !failed || Self.answers.contains(code) else { return [] }
            let how =
                failed
                ? ", but shows no certificate: \(code)"
                : ObservedCertificate.isLost(of: record)
                    ? " with a certificate that its record does not tell" : " without TLS"
            return [Finding(.unknownEndpoint, "An endpoint inside owned ranges answers\(how).")]
        }
        guard failed, Self.wasAsked(record),
            // Of an asset without ports another port may answer, which only the whole sweep tells.
            let asset = assets.first(where: {
                inventory.assets[$0].isSingle && !inventory.assets[$0].ports.isEmpty
            })
        else { return [] }
        return [
            .missing(
                inventory.assets[asset],
                asset,
                ports: [record.integer(.port) ?? 0],
                since: record.text(.timestamp).flatMap { RFC3339.milliseconds($0) } ?? 0,
                code: record.text(.errorCode) ?? "unknown"
            )
        ]
    }

    /// An endpoint that no asset names.
    private func outside(_ certificate: ObservedCertificate, isOwned: Bool) -> [Finding] {
        var findings: [Finding] = []
        let owners = index.authorising(
            certificate: certificate.sha256,
            key: certificate.key,
            tbs: certificate.tbs
        )
        if let owner = owners.some.first {
            let exact = inventory.assets[owner].certificates.contains(certificate.sha256)
            findings.append(
                Finding(
                    .misplacedCertificate,
                    "The \(exact ? "certificate" : "key") authorised for \(list(owners)) is on an endpoint that no asset names.",
                    asset: owner
                )
            )
        } else if !isOwned, index.isAuthorised(certificate.digests) {
            // Where it belongs nobody has said, which is less than that it belongs elsewhere.
            findings.append(
                Finding(
                    .misplacedCertificate,
                    "A certificate of ours, \(certificate.subjectText), is on an endpoint that no asset names.",
                    severity: .medium
                )
            )
        } else if !isOwned, let name = certificate.names.first(where: { index.isOurs($0) }) {
            findings.append(
                Finding(
                    .foreignCertificate,
                    "The endpoint is not ours, but its certificate, which is not authorised, is for \(name)."
                )
            )
        }
        if isOwned {
            findings.append(
                Finding(
                    .unknownEndpoint,
                    "An endpoint inside owned ranges answers with a certificate of \(certificate.subjectText)."
                )
            )
        }
        return findings
    }

    /// An endpoint that is an asset: the findings, and the asset that fits best.
    private func inside(
        _ certificate: ObservedCertificate,
        _ assets: [Int],
        _ name: String?
    ) -> (findings: [Finding], asset: Int?) {
        // Of several entries for one endpoint, the one that fits best speaks.
        var best: (asset: Int, fit: Fit)?
        for asset in assets {
            let fit = Fit(certificate, inventory.assets[asset])
            if best.map({ fit.rawValue < $0.fit.rawValue }) ?? true { best = (asset, fit) }
        }
        guard let (number, fit) = best else { return ([], nil) }
        let asset = inventory.assets[number]
        var findings: [Finding] = []
        switch fit {
        case .certificate:
            findings.append(
                Finding(.authorized, "The certificate is one that \(asset.address) may show.", asset: number)
            )
        case .key, .body:
            let part = fit == .key ? "key" : "TBS family"
            if asset.certificates.isEmpty {
                findings.append(
                    Finding(
                        .authorized,
                        "The certificate's \(part) is one that \(asset.address) may use.",
                        asset: number
                    )
                )
            } else {
                findings.append(
                    Finding(
                        .renewed,
                        "The certificate is not on the list of \(asset.address), but its \(part) is.",
                        asset: number
                    )
                )
            }
        case .unpinned:
            findings.append(
                Finding(
                    .authorized,
                    "The inventory pins no certificate for \(asset.address).",
                    asset: number
                )
            )
        case .none:
            findings.append(wrongCertificate(certificate, number))
        }
        let policy = asset.policy.filled(from: inventory.policy)
        findings += certificate.violations(
            of: policy,
            issuers: policy.issuers,
            isPinned: fit.isPinned,
            asset: number
        )
        findings += mismatches(certificate, asset, number, name)
        return (findings, number)
    }

    /// How a certificate fits an asset, the best first.
    private enum Fit: Int {
        case certificate, key, body, unpinned, none

        init(_ certificate: ObservedCertificate, _ asset: Asset) {
            if asset.certificates.contains(certificate.sha256) {
                self = .certificate
            } else if let key = certificate.key, asset.keys.contains(key) {
                self = .key
            } else if let body = certificate.tbs, asset.tbs.contains(body) {
                self = .body
            } else {
                self = asset.isPinned ? .none : .unpinned
            }
        }

        var isPinned: Bool { rawValue < Fit.unpinned.rawValue }
    }

    private func wrongCertificate(_ certificate: ObservedCertificate, _ number: Int) -> Finding {
        let address = inventory.assets[number].address
        let owners = index.authorising(
            certificate: certificate.sha256,
            key: certificate.key,
            tbs: certificate.tbs
        )
        guard let owner = owners.some.first else {
            return Finding(
                .unauthorizedCertificate,
                "\(address) shows a certificate of \(certificate.subjectText) that is not authorised for it.",
                asset: number
            )
        }
        let exact = inventory.assets[owner].certificates.contains(certificate.sha256)
        return Finding(
            .misplacedCertificate,
            "\(address) shows the \(exact ? "certificate" : "key") that is authorised for \(list(owners)).",
            asset: number
        )
    }

    private func mismatches(
        _ certificate: ObservedCertificate,
        _ asset: Asset,
        _ number: Int,
        _ name: String?
    ) -> [Finding] {
        var wanted = asset.names
        if wanted.isEmpty, let name, IPAddress(name) == nil { wanted = [name] }
        let missing = wanted.filter { name in
            !certificate.coveringNames.contains { HostName.covers($0, name) }
        }
        guard !missing.isEmpty else { return [] }
        let shown = missing.prefix(3).joined(separator: ", ") + (missing.count > 3 ? ", …" : "")
        return [Finding(.nameMismatch, "The certificate does not cover \(shown).", asset: number)]
    }

    private func leads(_ record: RecordPicker, _ asset: Int?) -> [Finding] {
        record.leads.map { lead in
            let severity: Severity =
                switch lead.label {
                case .high: .critical
                case .medium: .high
                case .low: .low
                }
            return Finding(
                .signatureLead,
                "Signatures point to \(lead.software) (confidence \(lead.confidence)).",
                asset: asset,
                severity: severity,
                lead: lead.software
            )
        }
    }

    private func list(_ owners: (some: [Int], count: Int)) -> String {
        var names: [String] = []
        for asset in owners.some where !names.contains(inventory.assets[asset].address) {
            names.append(inventory.assets[asset].address)
        }
        let more = owners.count - owners.some.count + max(0, names.count - 3)
        return names.prefix(3).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }
}

extension RecordField {
    /// The fields that a comparison needs.
    package static let compared: [RecordField] = named + judged.filter { !named.contains($0) }

    private static let named: [RecordField] = [
        .timestamp, .dataset, .outcome, .errorCode, .address, .ip, .port, .domain, .tlsVersion, .serverName,
        .sha256,
        .subject,
        .subjectCommonName, .issuer, .issuerCommonName, .issuerOrganization, .notBefore, .notAfter,
        .signatureAlgorithm, .keyAlgorithm, .keySize, .keyCurve, .alternativeNames, .spki, .tbs,
        .validitySeconds,
        .contextPoints, .contextElsewhere, .revocationStatus, .revokedAt, .hostingKind, .hostingProvider,
        .selfSigned, .anomalies, .jarm, .stack, .httpServer, .leads, .urlScheme,
        .subjectText, .issuerText,
    ]
}
