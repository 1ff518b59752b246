import Bytes
import Wire

/// The SCTs that an endpoint shows: in its certificate, its handshake and a stapled OCSP response.
package struct ShownTimestamps: Sendable {
    /// Where an SCT came.
    package enum Source: String, CaseIterable, Sendable {
        case certificate, tls, ocsp
    }

    package private(set) var results: [(source: Source, result: TimestampCheck.Result)] = []
    /// Lists that could not be read to their end.
    package private(set) var broken: [Source] = []
    private let lifetime: Int?

    /// - Parameters:
    ///   - chain: DER in base64, as a record keeps it: the leaf first and its issuer somewhere behind it;
    ///     without that embedded SCTs are `unchecked`.
    ///   - sent: the SCTs of the handshake, each as it came, in base64.
    ///   - response: the stapled OCSP response in base64.
    ///   - now: milliseconds since 1970.
    package init(_ check: TimestampCheck, chain: [String], sent: [String], response: String?, now: Int) {
        guard let leaf = chain.first.flatMap({ [UInt8](base64Text: $0) }) else {
            lifetime = nil
            broken = [.certificate]
            return
        }
        var index = CertificateIndex()
        if index.read(leaf.span), let start = index.notBefore, let end = index.notAfter {
            lifetime = end.seconds - start.seconds
        } else {
            lifetime = nil
        }
        let above = chain.dropFirst().prefix(Self.mostAbove).lazy.compactMap { [UInt8](base64Text: $0) }
        add(check.embedded(leaf, chain: above, now: now), .certificate)
        // What is no base64 is an SCT that nobody can read, and stands for itself as an empty one.
        let timestamps = sent.map { [UInt8](base64Text: $0) ?? [] }
        if !sent.isEmpty { add(check.beside(leaf, list: Self.list(timestamps), now: now), .tls) }
        guard let response else { return }
        guard let bytes = [UInt8](base64Text: response) else {
            broken.append(.ocsp)
            return
        }
        if let stapled = StapledTimestamps.list(in: bytes) {
            add(check.beside(leaf, list: stapled, now: now), .ocsp)
        }
    }

    private mutating func add(_ found: (results: [TimestampCheck.Result], isWhole: Bool), _ source: Source) {
        results += found.results.map { (source, $0) }
        if !found.isWhole { broken.append(source) }
    }

    /// Certificates behind the leaf among which its issuer is looked for.
    package static let mostAbove = 8

    /// The logs whose SCTs have one of some outcomes, each once.
    private func logs(_ sources: [Source], _ outcomes: [TimestampCheck.Outcome]) -> [TreeHash: String] {
        var logs: [TreeHash: String] = [:]
        for (source, result) in results where outcomes.contains(result.outcome) && sources.contains(source) {
            logs[result.timestamp.logID] = result.log?.operatedBy ?? ""
        }
        return logs
    }

    /// Whether there is nothing that could be an SCT.
    package var isBare: Bool { results.isEmpty && broken.isEmpty }

    /// Whether any SCT is valid, or could not be checked.
    package var mayHold: Bool { results.contains { [.valid, .unchecked].contains($0.result.outcome) } }

    /// Whether there are as many as browsers want: from two logs of two operators, and from three logs where
    /// they are embedded in a certificate for more than 180 days.
    ///
    /// The rule of Chrome's policy (googlechrome.github.io/CertificateTransparency/ct_policy.html) and of
    /// Apple's (support.apple.com/103214); logs of which no list names the operator count as one operator's.
    package var suffices: Bool { suffices([.valid]) }

    /// Whether there are too few whatever becomes of those that could not be checked.
    package var isShort: Bool { !suffices([.valid, .unchecked]) }

    private func suffices(_ outcomes: [TimestampCheck.Outcome]) -> Bool {
        let embedded = logs([.certificate], outcomes)
        let isLong = (lifetime ?? 0) > 180 * 86_400
        return Self.suffice(embedded, isLong ? 3 : 2) || Self.suffice(logs([.tls, .ocsp], outcomes), 2)
    }

    private static func suffice(_ logs: [TreeHash: String], _ wanted: Int) -> Bool {
        logs.count >= wanted && Set(logs.values).count >= 2
    }

    /// The list that a handshake carries (RFC 6962, section 3.3).
    private static func list(_ items: [[UInt8]]) -> [UInt8] {
        let content = items.flatMap { length($0.count) + $0 }
        return length(content.count) + content
    }

    private static func length(_ count: Int) -> [UInt8] {
        [UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
    }
}
