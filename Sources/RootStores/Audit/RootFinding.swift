import Bytes
package import Observations

/// What an audit of trust stores has to say of a root.
package struct RootFinding: Sendable {
    /// The closed list (`Docs/roots.md`).
    package enum Name: String, CaseIterable, Sendable {
        case added
        case removed
        case distrusted
        case weak
        case nameConstrainedMissing = "name_constrained_missing"
        case privateKeyBesideIt = "private_key_beside_it"
        case sharedKey = "shared_key"
        case youngRoot = "young_root"
        case interceptionProduct = "interception_product"

        /// How urgent it is as a rule.
        package var severity: Severity {
            switch self {
            case .nameConstrainedMissing, .removed: .low
            case .weak, .youngRoot, .sharedKey: .medium
            case .added, .distrusted, .interceptionProduct: .high
            case .privateKeyBesideIt: .critical
            }
        }
    }

    package let name: Name
    /// The store's path below the root folder, and the root's place in it.
    package let store: String
    package let place: String
    package let message: String
    package let root: RootFacts

    package var severity: Severity {
        // A certificate that is no authority can pose as itself only.
        name == .added && root.isLeaf ? .low : name.severity
    }

    /// A line of the same form as `compare`'s findings.
    ///
    /// - Parameter time: when the audit was made, in milliseconds since 1970.
    package func ndjson(at time: Int) -> String {
        var line = FindingLine(
            name: name.rawValue,
            severity: severity,
            message: message,
            place: .store(path: store, entry: place, subject: root.name)
        )
        (line.certificate, line.time) = (root.sha256.text, time)
        return line.text
    }
}
