package import Observations

/// The arithmetic of leads, as `Docs/leads.md` tells it.
enum Confidence {
    /// How much one piece of evidence weighs: the chance that it is the software and nothing else.
    static func weight(_ specificity: Specificity, isExpired: Bool) -> Double {
        switch (specificity, isExpired) {
        case (.unique, false): 0.90
        case (.strong, false), (.unique, true): 0.60
        case (.weak, false), (.strong, true): 0.25
        case (.weak, true): 0.10
        }
    }

    /// The most that text weighs which an outsider can plant, unless strong structure agrees: alone it stays
    /// low.
    static let plantedWeight = 0.45
    /// The highest confidence of a lead in which nothing but such text is more than weak.
    static let plantedConfidence = 49
    /// From this weight on, structure speaks for the text beside it.
    static let agreeingWeight = 0.5

    /// What is left of a weight beside a benign look-alike of the same kind.
    static func benignFactor(_ specificity: Specificity) -> Double {
        switch specificity {
        case .unique: 0.2
        case .strong: 0.4
        case .weak: 0.7
        }
    }

    /// Noisy-or over independent pieces, each kind of evidence used once, from 0 to 99.
    ///
    /// - Parameter best: by set of kinds (bit 0 certificate, 1 TLS, 2 HTTP) the heaviest piece with just
    ///   those.
    static func combine(_ best: InlineArray<8, Double>) -> Int {
        let doubt = leastDoubt(best, free: 7)
        return min(99, Int((100 * (1 - doubt)).rounded()))
    }

    /// The least doubt that pieces of the free kinds can leave.
    private static func leastDoubt(_ best: InlineArray<8, Double>, free: Int) -> Double {
        var least = 1.0
        for mask in 1...7 where mask & ~free == 0 && best[mask] > 0 {
            // Only pieces with the lowest free kind, or none below: each combination is met once.
            least = min(least, (1 - best[mask]) * leastDoubt(best, free: free & ~mask & ~(lowest(mask) - 1)))
        }
        return least
    }

    private static func lowest(_ mask: Int) -> Int { mask & -mask }

    static func bit(_ kind: EvidenceKind) -> Int {
        switch kind {
        case .certificate: 1
        case .tls: 2
        case .http: 4
        }
    }
}

/// What the matches for one software say together.
package struct Lead: Sendable {
    package let software: Software
    /// 0 to 99.
    package var confidence: Int
    package var label: LeadLabel { LeadLabel(confidence: confidence) }
    package let kinds: [EvidenceKind]
    package let isDualUse: Bool
    /// What else to look at.
    package let corroborate: [String]
    /// What speaks against it.
    package var against: [String]
}

/// What is made of one observation.
package struct Assessment: Sendable {
    package struct Match: Equatable, Sendable {
        /// The rule's place in the set.
        package let rule: Int
        package let evidence: [Excerpt]

        /// Whether all that it shows is text that an outsider can plant.
        var isPlantable: Bool {
            evidence.contains { $0.kind == .http } && !evidence.contains { $0.form == .structure }
        }
    }

    package var matches: [Match] = []
    package var leads: [Lead] = []
    /// What of it others list.
    package var listed: [ListedMark] = []
    /// Whether so many unrelated tools match that it is likely a honeypot or a deception service.
    package var isDeceptive = false
    /// What was not looked for; nil where nothing beyond the certificate was.
    package var coverage: MarkCoverage?

    /// Whether neither a rule nor a list says anything of it.
    var isEmpty: Bool { matches.isEmpty && listed.isEmpty }

    /// The strongest lead's label.
    package var highest: LeadLabel? { leads.map(\.label).max() }
}
