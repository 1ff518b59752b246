/// What a run is about, part by part, so that a resumed run can be told from another one in words.
package struct PlanFingerprint: Codable, Equatable, Sendable {
    package var targets: List
    package var readsStandardInput: Bool
    package var ports: String
    package var exclusions: List
    /// nil without a scope.
    package var scope: ScopeMark?
    package var includeSpecial: Bool
    package var seed: UInt64
    package var shard: String
    package var inOrder: Bool
    /// The endpoints of the plan, in decimal: there may be 2^64.
    package var endpoints: String

    /// A list by its length and digest.
    package struct List: Codable, Equatable, Sendable, CustomStringConvertible {
        package var count: Int
        package var digest: String

        package var description: String { "\(count) (digest \(digest.prefix(8)))" }
    }

    package struct ScopeMark: Codable, Equatable, Sendable, CustomStringConvertible {
        package var name: String
        package var digest: String

        package var description: String { "\(name) (digest \(digest.prefix(8)))" }
    }

    enum CodingKeys: String, CodingKey {
        case targets
        case readsStandardInput = "reads_standard_input"
        case ports
        case exclusions
        case scope
        case includeSpecial = "include_special"
        case seed
        case shard
        case inOrder = "in_order"
        case endpoints
    }

    /// What differs from the run of a checkpoint, one line for each part; empty if the run can be resumed.
    package func differences(from saved: PlanFingerprint) -> [String] {
        var lines: [String] = []
        func compare<Value: Equatable>(
            _ what: String,
            _ part: KeyPath<PlanFingerprint, Value>,
            _ text: (Value) -> String
        ) {
            let (old, new) = (saved[keyPath: part], self[keyPath: part])
            if old != new { lines.append("\(what): \(text(old)) in the checkpoint, \(text(new)) now") }
        }
        func yesOrNo(_ value: Bool) -> String { value ? "yes" : "no" }
        compare("targets", \.targets) { "\($0)" }
        compare("standard input", \.readsStandardInput, yesOrNo)
        compare("ports", \.ports) { $0 }
        compare("exclusions", \.exclusions) { "\($0)" }
        compare("scope", \.scope) { $0.map { "\($0)" } ?? "none" }
        compare("special-purpose addresses included", \.includeSpecial, yesOrNo)
        compare("seed", \.seed) { "\($0)" }
        compare("shard", \.shard) { $0 }
        compare("in order", \.inOrder, yesOrNo)
        // Only then is it news: the tables of the program itself have changed.
        if lines.isEmpty { compare("endpoints", \.endpoints) { $0 } }
        return lines
    }
}
