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

        /// How urgent it is as a rule; the scale is the inventory's.
        package var severity: String {
            switch self {
            case .nameConstrainedMissing, .removed: "low"
            case .weak, .youngRoot, .sharedKey: "medium"
            case .added, .distrusted, .interceptionProduct: "high"
            case .privateKeyBesideIt: "critical"
            }
        }

        /// What it means, in a sentence.
        package var meaning: String {
            switch self {
            case .added: "A store trusts a root that no baseline knows."
            case .removed: "A store lacks a root that its baseline has."
            case .distrusted: "A store trusts a root that somebody else refuses."
            case .weak: "A root's key or signature is too weak for what hangs on it."
            case .nameConstrainedMissing: "An added root may vouch for any name."
            case .privateKeyBesideIt:
                "The root's private key lies with it: who reads it can pose as any server."
            case .sharedKey: "Two certificates have the same key, and one of them is in no baseline."
            case .youngRoot: "An added root was made not long ago."
            case .interceptionProduct: "The root belongs to software that reads other people's connections."
            }
        }
    }

    package let name: Name
    /// The store's path below the root folder, and the root's place in it.
    package let store: String
    package let place: String
    package let message: String
    /// Nil for a root of which only a digest is known.
    package let root: RootFacts

    package var severity: String {
        // A certificate that is no authority can pose as itself only.
        name == .added && root.isLeaf ? "low" : name.severity
    }
}
