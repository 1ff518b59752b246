import Terminal

/// What could not be judged of certificates, because their records do not tell it.
package struct Unjudged: Sendable {
    /// By what was asked: how many certificates, and where the first is.
    private var parts: [String: (count: Int, first: String)] = [:]

    package init() {}

    mutating func add(_ questions: [String], at place: String) {
        for question in questions { parts[question, default: (0, place)].count += 1 }
    }

    /// A sentence for each part, for people.
    package var texts: [String] {
        parts.sorted { $0.key < $1.key }.map { question, found in
            "\(question) of \(counted(found.count, "certificate")) could not be judged: the record does not tell it; the first is \(found.first)"
        }
    }

    package var isEmpty: Bool { parts.isEmpty }
}
