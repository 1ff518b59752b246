package import Bytes
package import Observations

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
    /// By store the names in it that could not be read; an empty name for all of it.
    private let unread: [String: Set<String>]
    private let product: Product
    /// What is known of each certificate, which often stands in several stores.
    private var facts: [Digest256: RootFacts] = [:]
    /// By key the certificates that have it.
    private var certificatesOfKey: [Digest256: Set<Digest256>] = [:]
    package private(set) var findings: [RootFinding] = []
    /// Where roots of the earlier audit could not be looked for.
    package private(set) var faults: [FileError] = []
    /// Certificates in stores.
    package private(set) var rootCount = 0
    /// Different ones among them.
    package var differentCount: Int { facts.count }

    package init(
        _ baseline: RootBaseline,
        earlier: EarlierAudit? = nil,
        privateKeys: [Digest256: String] = [:],
        unread: [String: Set<String>] = [:],
        options: Options,
        product: @escaping Product = { _ in nil }
    ) {
        self.baseline = baseline
        self.earlier = earlier
        self.privateKeys = privateKeys
        self.unread = unread
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
        var held: [[RootFacts]] = []
        for store in stores {
            let all = store.roots.map { learn($0.der) }
            for (root, facts) in zip(store.roots, all) { try record(facts, store, root) }
            rootCount += all.count
            held.append(all)
        }
        // A key that two certificates share is known once all have been seen.
        for (store, all) in zip(stores, held) {
            for (root, facts) in zip(store.roots, all) { check(root, facts, store) }
            if let before = earlier?.stores[store.path] {
                let trusted = zip(store.roots, all).filter { $0.0.trust == .trusted }.map(\.1.sha256)
                findGone(before, Set(trusted), store.path)
            } else {
                findRemoved(Set(all.map(\.sha256)), store)
            }
        }
        let read = Set(stores.map(\.path))
        for (path, before) in (earlier?.stores ?? [:]).sorted(by: { $0.key < $1.key })
        where !read.contains(path) {
            findGone(before, nil, path)
        }
    }

    private mutating func learn(_ der: [UInt8]) -> RootFacts {
        let digest = Digest256(BodyDigest.sha256(der.span))
        if let known = facts[digest] { return known }
        let root = RootFacts(der)
        facts[digest] = root
        if let key = root.publicKey { certificatesOfKey[key, default: []].insert(digest) }
        return root
    }

    private mutating func check(_ root: StoredRoot, _ facts: RootFacts, _ store: RootStore) {
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
        if let refusal = baseline.refusal(of: facts, now: options.now) {
            add(.distrusted, "This root is refused by \(refusal), and trusted here.")
        }
        if let reason = facts.weakness { add(.weak, reason) }
        if let product = product(facts.line) { add(.interceptionProduct, "This is the root of \(product).") }
        let source = baseline.source(of: facts)
        if let before = earlier?.stores[store.path] {
            guard before[facts.sha256] == nil else { return }
            let known = source.map { "; \($0) knows it" } ?? ""
            add(.added, "The earlier audit did not find this root here\(known).")
            if source != nil { return }
        } else {
            guard source == nil else { return }
            if !baseline.isEmpty {
                add(.added, facts.addition(of: root, in: store))
            } else if earlier != nil {
                add(.added, "The earlier audit found no root in this store.")
            } else {
                return
            }
        }
        guard !facts.isLeaf else { return }
        if !facts.hasNameConstraints { add(.nameConstrainedMissing, "It may vouch for any name.") }
        if let start = facts.notBefore, start <= options.now {
            let days = (options.now - start) / 86_400_000
            if days < options.youngDays {
                let age = days == 1 ? "1 day" : "\(days) days"
                add(.youngRoot, "It was made \(RFC3339.day(start)), \(age) ago.")
            }
        }
        for other in facts.publicKey.flatMap({ certificatesOfKey[$0] }) ?? [] where other != facts.sha256 {
            let name = self.facts[other]?.name ?? ""
            add(.sharedKey, "Its key is that of another certificate, too: \(name), SHA-256 \(other.text).")
        }
    }

    /// Names what the earlier audit found in a store and this one does not.
    ///
    /// - Parameter trusted: what is trusted there now; nil for a store in which no root was found.
    private mutating func findGone(
        _ before: [Digest256: EarlierAudit.Root],
        _ trusted: Set<Digest256>?,
        _ store: String
    ) {
        let message =
            trusted == nil
            ? "The earlier audit found this root here; now the store is gone, or no root is in it."
            : "The earlier audit found this root here; it is trusted no more."
        var hiddenCount = 0
        for (digest, root) in before.sorted(by: {
            ($0.value.subject, $0.key.text) < ($1.value.subject, $1.key.text)
        })
        where trusted?.contains(digest) != true {
            if isUnread(root.entry, in: store) {
                hiddenCount += 1
            } else {
                addRemoved(digest, root.subject, store, root.entry, message)
            }
        }
        guard hiddenCount > 0 else { return }
        let roots = hiddenCount == 1 ? "1 root" : "\(hiddenCount) roots"
        faults.append(
            FileError(store, "could not be read; \(roots) of the earlier audit could not be looked for in it")
        )
    }

    /// Whether a root's place could not be read: the whole store, or its file in the folder.
    private func isUnread(_ entry: String, in store: String) -> Bool {
        guard let names = unread[store] else { return false }
        return names.contains("") || names.contains { entry == $0 || entry.hasPrefix($0 + ": ") }
    }

    /// Names what the system's packages bring and its bundle lacks.
    ///
    /// Only a bundle that has most of them is one: any other file was made for something else.
    private mutating func findRemoved(_ held: Set<Digest256>, _ store: RootStore) {
        let missing = baseline.packaged.filter { !held.contains($0.key) }
        guard missing.count < baseline.packaged.count / 2 else { return }
        for (digest, path) in missing.sorted(by: { $0.value < $1.value }) {
            addRemoved(digest, path, store.path, "", "The package's \(path) is not in this store.")
        }
    }

    private mutating func addRemoved(
        _ digest: Digest256,
        _ name: String,
        _ store: String,
        _ place: String,
        _ message: String
    ) {
        let root = facts[digest] ?? RootFacts(missing: digest, name: name)
        findings.append(
            RootFinding(name: .removed, store: store, place: place, message: message, root: root)
        )
    }
}
