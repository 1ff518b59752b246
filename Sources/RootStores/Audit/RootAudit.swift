package import Bytes
import Observations

/// Says what does not belong into trust stores (ATT&CK T1553.004).
package struct RootAudit {
    package struct Options: Sendable {
        /// A root that no baseline knows and that is younger is said to be young, in days.
        package var youngDays = 365
        /// Milliseconds since 1970.
        package var now: Int

        package init(now: Int) { self.now = now }
    }

    /// Which product a root belongs to; nil for none.
    ///
    /// The rules say so, which this module does not know.
    package typealias Product = (_ line: [UInt8]) -> String?

    private let baseline: RootBaseline
    private let earlier: EarlierAudit?
    private let options: Options
    private let privateKeys: [Digest256: String]
    private let product: Product
    /// All certificates of a key, of which at most one is kept for each SHA-256.
    private var certificatesOfKey: [Digest256: [Digest256: String]] = [:]
    package private(set) var findings: [RootFinding] = []
    /// Certificates in stores, and different ones among them.
    package private(set) var rootCount = 0
    package var differentCount: Int { facts.count }
    private var facts: [Digest256: RootFacts] = [:]

    package init(
        _ baseline: RootBaseline,
        earlier: EarlierAudit? = nil,
        privateKeys: [Digest256: String] = [:],
        options: Options,
        product: @escaping Product = { _ in nil }
    ) {
        self.baseline = baseline
        self.earlier = earlier
        self.privateKeys = privateKeys
        self.options = options
        self.product = product
    }

    /// Looks at the roots of all stores.
    ///
    /// - Parameter record: told of each root with its store and place.
    package mutating func run(
        _ stores: [RootStore],
        record: (RootFacts, RootStore, StoredRoot) throws -> Void = { _, _, _ in }
    ) rethrows {
        for store in stores {
            for root in store.roots {
                let facts = known(root.der)
                rootCount += 1
                if let key = facts.publicKey {
                    certificatesOfKey[key, default: [:]][facts.sha256] = facts.name
                }
                try record(facts, store, root)
            }
        }
        for store in stores {
            for root in store.roots { check(root, store) }
            checkRemoved(store)
            checkGone(store)
        }
    }

    private mutating func known(_ der: [UInt8]) -> RootFacts {
        let facts = RootFacts(der)
        self.facts[facts.sha256] = facts
        return facts
    }

    private mutating func check(_ root: StoredRoot, _ store: RootStore) {
        let facts = known(root.der)
        func add(_ name: RootFinding.Name, _ message: String) {
            findings.append(
                RootFinding(name: name, store: store.path, place: root.place, message: message, root: facts)
            )
        }
        if root.hasPrivateKey {
            add(.privateKeyBesideIt, "The store keeps the private key of this certificate, too.")
        } else if let key = facts.publicKey, let file = privateKeys[key] {
            add(.privateKeyBesideIt, "Its private key lies in \(file).")
        }
        guard root.trust == .trusted else { return }
        let source = baseline.source(of: facts)
        if let refusal = baseline.refusal(of: facts, now: options.now) {
            add(.distrusted, "This root is refused by \(refusal), and trusted here.")
        }
        if let reason = Self.weakness(facts) { add(.weak, reason) }
        if let product = product(facts.line) {
            add(.interceptionProduct, "This is the root of \(product).")
        }
        if let before = earlier?.stores[store.path] {
            guard before[facts.sha256] == nil else { return }
            let known = source.map { "; \($0) knows it" } ?? ""
            add(.added, "The earlier audit did not find this root here\(known).")
            if source != nil { return }
        } else {
            guard source == nil, !baseline.isEmpty else { return }
            add(.added, Self.addition(facts, root, store))
        }
        guard !facts.isLeaf else { return }
        if !facts.hasNameConstraints { add(.nameConstrainedMissing, "It may vouch for any name.") }
        if let start = facts.notBefore, start <= options.now,
            (options.now - start) / 86_400_000 < options.youngDays
        {
            add(
                .youngRoot,
                "It was made \(RFC3339.day(start)), \((options.now - start) / 86_400_000) days ago."
            )
        }
        if let key = facts.publicKey {
            for (other, name) in certificatesOfKey[key, default: [:]] where other != facts.sha256 {
                add(
                    .sharedKey,
                    "Its key is that of another certificate, too: \(name), SHA-256 \(other.text)."
                )
            }
        }
    }

    /// What is said of a root that no baseline knows.
    private static func addition(_ facts: RootFacts, _ root: StoredRoot, _ store: RootStore) -> String {
        if facts.isLeaf {
            return "No baseline knows this certificate; it is no authority, and vouches for itself alone."
        }
        // Debian fills Java's keystore from its other package, and takes nothing out of it when that drops a
        // root.
        if store.kind == .jks || store.kind == .pkcs12, root.place.hasPrefix("debian:") {
            return
                "No baseline knows this root; an older version of the distribution's package may have brought it."
        }
        return "No baseline knows this root."
    }

    /// Why a root is too weak, or nil.
    ///
    /// The limits are the CA/Browser Forum's Baseline Requirements, section 6.1.5; a root's own signature
    /// says nothing, since nobody relies on it.
    private static func weakness(_ root: RootFacts) -> String? {
        let algorithm = root.keyAlgorithm.uppercased()
        if let size = root.keySize {
            if algorithm.contains("RSA"), size < 2048 {
                return "Its RSA key has \(size) bits; 2048 are the least."
            }
            if algorithm.contains("EC"), size < 256 {
                return "Its EC key has \(size) bits; 256 are the least."
            }
        }
        if algorithm.contains("DSA"), !algorithm.contains("EC") { return "Its key is a DSA key." }
        let signature = root.signatureAlgorithm.uppercased()
        if !root.isSelfIssued, ["MD2", "MD4", "MD5", "SHA1", "SHA-1"].contains(where: signature.contains) {
            return "It is signed with \(root.signatureAlgorithm)."
        }
        return nil
    }

    /// Names what the earlier audit found in a store and this one does not.
    private mutating func checkGone(_ store: RootStore) {
        guard let before = earlier?.stores[store.path] else { return }
        let held = Set(store.roots.filter { $0.trust == .trusted }.map { RootFacts($0.der).sha256 })
        for (digest, name) in before.sorted(by: { $0.value < $1.value }) where !held.contains(digest) {
            findings.append(
                RootFinding(
                    name: .removed,
                    store: store.path,
                    place: "",
                    message: "The earlier audit found this root here; it is trusted no more.",
                    root: facts[digest] ?? RootFacts(missing: digest, name: name)
                )
            )
        }
    }

    /// Names what the system's packages bring and its bundle lacks.
    ///
    /// Only a bundle that has most of them is one: any other file was made for something else.
    private mutating func checkRemoved(_ store: RootStore) {
        let held = Set(store.roots.map { RootFacts($0.der).sha256 })
        let missing = baseline.packaged.filter { !held.contains($0.key) }
        guard earlier?.stores[store.path] == nil, !missing.isEmpty,
            missing.count < baseline.packaged.count / 2
        else { return }
        for (digest, path) in missing.sorted(by: { $0.value < $1.value }) {
            findings.append(
                RootFinding(
                    name: .removed,
                    store: store.path,
                    place: "",
                    message: "The package's \(path) is not in this store.",
                    root: facts[digest] ?? RootFacts(missing: digest, name: path)
                )
            )
        }
    }
}
