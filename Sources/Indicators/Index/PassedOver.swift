/// Why an entry of a list is passed over.
package enum PassedOver: Int, CaseIterable, Sendable {
    case noMark, revoked, language, notForDetection, deleted, notYet

    /// What a person is told of so many.
    package var word: String {
        switch self {
        case .noMark: "of what no endpoint shows"
        case .revoked: "revoked"
        case .language: "in another language than STIX's patterns"
        case .notForDetection: "not meant for detection (to_ids)"
        case .deleted: "deleted"
        case .notYet: "not valid yet (valid_from, or a date that is to come)"
        }
    }
}

/// How many entries of lists were passed over, and why.
package struct PassedOverCounts: Equatable, Sendable {
    private var counts = [Int](repeating: 0, count: PassedOver.allCases.count)

    package init() {}

    package subscript(_ reason: PassedOver) -> Int {
        get { counts[reason.rawValue] }
        set { counts[reason.rawValue] = newValue }
    }

    package var total: Int { counts.reduce(0) { $0.addingReportingOverflow($1).partialValue } }

    /// What came since an earlier count.
    package func since(_ earlier: PassedOverCounts) -> PassedOverCounts {
        var result = self
        for reason in PassedOver.allCases { result[reason] -= earlier[reason] }
        return result
    }

    /// `2 revoked, 1 deleted`.
    package var text: String {
        PassedOver.allCases.filter { self[$0] > 0 }.map { "\(self[$0]) \($0.word)" }
            .joined(separator: ", ")
    }
}
