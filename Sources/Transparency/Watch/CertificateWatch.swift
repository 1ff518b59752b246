package import Bytes
import Observations
package import PublicSuffix

/// Says of a certificate what it is to whoever watches names.
package struct CertificateWatch {
    package private(set) var list: WatchList
    private let lookalikes: LookalikeFinder
    private let suffixes: PublicSuffixList
    /// The names of each watched domain in its last hour.
    package private(set) var bursts: BurstCounter

    /// - Parameters:
    ///   - burst: names within an hour that make a burst.
    ///   - counts: what an earlier run has counted.
    package init(
        _ list: WatchList,
        _ lookalikes: LookalikeFinder,
        _ suffixes: PublicSuffixList,
        burst: Int,
        _ counts: [String: BurstCounter.Count] = [:]
    ) {
        (self.list, self.lookalikes, self.suffixes) = (list, lookalikes, suffixes)
        bursts = BurstCounter(threshold: burst, counts)
    }

    /// Takes in what was authorised meanwhile.
    package mutating func authorise(_ digests: Set<Digest256>) { list.authorised.formUnion(digests) }

    /// Names of a certificate that are looked at; what is beyond them is said by whoever asks.
    package static let mostNames = 100_000

    /// Whether a certificate has a name that is watched, or is like one.
    package func concerns(_ certificate: IssuedCertificate) -> [(
        name: String, watched: WatchedName?, like: Lookalike?
    )] {
        var result: [(name: String, watched: WatchedName?, like: Lookalike?)] = []
        var seen: Set<String> = []
        for name in certificate.names.prefix(Self.mostNames) {
            if NameText.isWildcard(name) {
                for form in NameText.forms(name) where seen.insert("*." + form).inserted {
                    // What covers a watched name without standing below it.
                    for covered in list.covered(below: form) { result.append((covered.domain, covered, nil)) }
                }
            }
            for form in NameText.forms(name) where seen.insert(form).inserted {
                if let watched = list.watched(form) {
                    result.append((form, watched, nil))
                } else if let like = lookalikes.find(form) {
                    result.append((form, nil, like))
                }
            }
        }
        return result
    }

    /// - Parameters:
    ///   - certificate: with its digests.
    ///   - issuerKey: SHA-256 of the key that issues it; nil where nobody can tell.
    ///   - time: when it was logged, in milliseconds since 1970.
    package mutating func findings(
        _ certificate: IssuedCertificate,
        issuerKey: TreeHash?,
        at time: Int
    ) -> [WatchFinding] {
        var findings: [WatchFinding] = []
        var said: Set<String> = []
        let isAuthorised = [certificate.body, certificate.certificate, certificate.key]
            .contains { $0.map(list.authorised.contains) ?? false }
        for (name, watched, like) in concerns(certificate) {
            if let like, !isAuthorised, said.insert(like.original + like.name).inserted {
                findings.append(Self.finding(like))
            }
            guard let watched else { continue }
            if let domain = suffixes.registrableDomain(of: name),
                let count = bursts.add(name, of: domain, at: time)
            {
                findings.append(
                    WatchFinding(
                        name: .burst,
                        message: "\(count) names of \(domain) were logged within an hour.",
                        watched: watched.domain,
                        found: name
                    )
                )
            }
            guard said.insert(watched.domain).inserted else { continue }
            let isKeyKnown = certificate.key.map(watched.keys.contains) ?? false
            if !isAuthorised, !isKeyKnown { findings += issuance(certificate, watched, name, issuerKey) }
            findings += validity(certificate, watched, name)
        }
        return findings
    }

    private func issuance(
        _ certificate: IssuedCertificate,
        _ watched: WatchedName,
        _ name: String,
        _ issuerKey: TreeHash?
    ) -> [WatchFinding] {
        var findings: [WatchFinding] = []
        if let fault = issuerFault(certificate, watched, issuerKey) {
            findings.append(
                WatchFinding(
                    name: .unexpectedIssuer,
                    message: "A certificate for \(name) is from \(fault).",
                    watched: watched.domain,
                    found: name
                )
            )
        }
        if watched.isClosed {
            findings.append(
                WatchFinding(
                    name: .unknownCertificate,
                    message: "Nobody has authorised this certificate for \(name).",
                    watched: watched.domain,
                    found: name
                )
            )
        }
        return findings
    }

    /// What is against who has issued a certificate; nil when nothing is.
    private func issuerFault(
        _ certificate: IssuedCertificate,
        _ watched: WatchedName,
        _ issuerKey: TreeHash?
    ) -> String? {
        let issuer =
            certificate.issuer.isEmpty
            ? "an issuer without a name" : certificate.issuer.joined(separator: ", ")
        if let issuers = watched.issuers, !Self.isNamed(certificate, issuers) {
            return "\(issuer), which is not on the list"
        }
        guard !watched.issuerKeys.isEmpty else { return nil }
        guard let issuerKey else {
            // A name that is on the list suffices where a certificate alone was logged.
            return watched.issuers == nil ? "\(issuer), whose key is not known" : nil
        }
        guard !watched.issuerKeys.contains(issuerKey) else { return nil }
        return "\(issuer), whose key \(issuerKey.description) is not on the list"
    }

    private static func isNamed(_ certificate: IssuedCertificate, _ issuers: [String]) -> Bool {
        let whole = DistinguishedNameKey.make(certificate.issuerName)
        return issuers.contains { wanted in
            // An organisation that calls itself by another's whole name is not that one.
            if let key = DistinguishedNameKey.make(wanted) { return key == whole }
            return certificate.issuer.contains(wanted)
        }
    }

    private func validity(_ certificate: IssuedCertificate, _ watched: WatchedName, _ name: String)
        -> [WatchFinding]
    {
        guard let start = certificate.notBefore, let end = certificate.notAfter, end >= start else {
            return []
        }
        // Both ends count (RFC 5280, section 4.1.2.5).
        let seconds = end - start + 1
        func finding(_ kind: WatchFinding.Name, _ message: String) -> WatchFinding {
            WatchFinding(name: kind, message: message, watched: watched.domain, found: name)
        }
        if seconds <= ValidityRegime.shortLived {
            let hours = seconds / 3600
            return [
                finding(.shortLived, "The certificate is valid for \(hours) \(noun("hour", for: hours)).")
            ]
        }
        guard let limit = ValidityRegime.limit(start), seconds > limit * 86_400 else { return [] }
        let days = (seconds + 86_399) / 86_400
        return [
            finding(
                .validityTooLong,
                "The certificate is valid for \(days) \(noun("day", for: days)); of that day \(limit) are the limit."
            )
        ]
    }

    private static func finding(_ like: Lookalike) -> WatchFinding {
        WatchFinding(
            name: .lookalike,
            message: "\(like.name) could pass for \(like.original).",
            watched: like.original,
            found: like.name,
            score: like.score,
            reason: like.reason.rawValue
        )
    }
}
