import RuleUpdate
import Signatures

/// What an update has brought: rules that are new, other than before, or gone.
struct RuleChanges {
    enum Kind: String { case new, changed, gone }

    /// By the rule's id, or its title where it has none.
    private var kinds: [String: Kind] = [:]
    /// Rules that the update has no more.
    private(set) var gone: [SigmaRule] = []
    /// Where the rules lie that it is compared with.
    let earlier: String

    /// Compares the rules in use with those before the last update; nil without an update.
    init?(_ library: SignatureLibrary, ja4plus: Bool) throws {
        guard let place = try? LibraryPlace.inUse(), let store = RuleStore(of: place.path) else { return nil }
        let earlier =
            RuleRelease(in: store.previous) != nil
            ? store.previous + "/signatures"
            : try LibraryPlace(executable: CommandLine.executable, environment: [:]).path
        self.init(library, since: try SignatureLibrary.read([earlier], ja4plus: ja4plus), in: earlier)
    }

    init(_ library: SignatureLibrary, since last: SignatureLibrary, in earlier: String) {
        self.earlier = earlier
        let (before, after) = (Self.digests(last), Self.digests(library))
        for (id, digest) in after where before[id] != digest {
            kinds[id] = before[id] == nil ? .new : .changed
        }
        gone = last.rules.filter { after[Self.id($0)] == nil }
    }

    subscript(_ rule: SigmaRule) -> Kind? { kinds[Self.id(rule)] }

    private static func id(_ rule: SigmaRule) -> String { rule.id ?? rule.title }

    /// The digest of the file that each rule stands in.
    private static func digests(_ library: SignatureLibrary) -> [String: [UInt8]] {
        var digests: [String: [UInt8]] = [:]
        for file in library.files {
            for case .rule(let rule) in file.documents { digests[id(rule)] = file.digest }
        }
        return digests
    }
}
