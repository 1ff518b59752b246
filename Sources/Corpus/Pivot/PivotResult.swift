/// A mark that is shared, and how much that says.
package struct SharedMark: Equatable, Sendable {
    package let mark: Mark
    /// How many certificates, or sightings for marks of services, have it, and of how many.
    package let count: Int
    package let total: Int
    /// The inverse document frequency in bits.
    ///
    /// 10 when one in 1,024 has it; 0 when it is suppressed.
    package let weight: Double
    /// What benign thing shows it, which is why it does not count.
    package let benign: String?

    /// So many have it that it says next to nothing.
    package var isCommon: Bool { Self.isCommon(count, of: total) }

    static func isCommon(_ count: Int, of total: Int) -> Bool { total >= 100 && count > total / 20 }

    /// Whether it was followed: the others that have it were looked up.
    package let followed: Bool

    /// The mark and its weight as a person reads it.
    package var text: String {
        var result = "\(mark.kind.alias) \(mark.shown) (\(count) of \(total)"
        if let benign {
            result += ", not counted: \(benign)"
        } else {
            result += isCommon ? ", common" : ""
            result += ", \(Self.shown(weight)) bits"
        }
        return result + ")"
    }

    package static func shown(_ weight: Double) -> String {
        let tenths = Int((weight * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}

/// A certificate or an endpoint that shares marks with what a pivot started from.
package struct PivotResult: Sendable {
    package struct Place: Equatable, Sendable {
        package let endpoint: String
        package let name: String
        package let first: Int
        package let last: Int
    }

    /// A key that is unique among results: `c` or `e` and a number.
    package let id: String
    /// The certificate's SHA-256; of an endpoint, that of the certificate it shows.
    package let sha256: String
    package let subject: String
    /// Whether it is a precertificate, which stands in logs and which no server shows.
    package let isPrecertificate: Bool
    /// The endpoints where it was seen last, a few of them.
    package let places: [Place]
    /// How many endpoints there are, at most 1,000.
    package let placeCount: Int
    /// Whether it shares only marks of the service, and is therefore an endpoint.
    package let isEndpoint: Bool
    package let leads: [String]
    /// The sum over the families of marks of the rarest mark shared, in bits.
    package let score: Double
    /// The weightiest first.
    package let shared: [SharedMark]
    /// 0 for what the query names, 1 for what shares its marks, 2 for what shares theirs.
    package let depth: Int
    /// The result by way of which it was found.
    package let via: String?
    package let firstSeen: Int?
    package let lastSeen: Int?
    /// What was decided of it, of its endpoints or of a mark that it shares, where that was looked up.
    package var decisions: [PastDecision] = []

    package var label: String {
        if isEndpoint { return places.first?.endpoint ?? "" }
        return subject.isEmpty ? String(sha256.prefix(16)) : subject
    }
}

/// All that a pivot found.
package struct PivotAnswer: Sendable {
    /// What the query names.
    package var seeds: [PivotResult] = []
    /// The marks of the seeds, the weightiest first.
    package var marks: [SharedMark] = []
    package var results: [PivotResult] = []
    /// Whether there was more than the limit.
    package var isCut = false
    /// Whether there was anything to look for: the store has what the query names, be it a mark, or the query
    /// brought certificates.
    package var isKnown = true
    /// What was asked, in a word.
    package var place = "corpus"
    /// Who connected to the seeds and the results; nil when nobody asked.
    package var clients: [PivotClient]?
    package var areClientsCut = false
    /// Along names and addresses, where the corpus has passive DNS.
    package var paths = PivotPaths()

    /// Whether there is nothing of the query in the store: no graph can be drawn of it.
    package var isEmpty: Bool { seeds.isEmpty && results.isEmpty && paths.paths.isEmpty }

    /// What a pivot came to; as different as its exit codes.
    package enum Outcome: Sendable {
        case found
        /// The store was asked, and nothing else in it shares a mark that was followed.
        case nothing
        /// The store does not have what the query names: there was nothing to ask it for.
        case unknown
    }

    package var outcome: Outcome {
        !results.isEmpty || clients?.isEmpty == false || paths.leadOn ? .found : isKnown ? .nothing : .unknown
    }
}
