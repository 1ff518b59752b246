import Bytes
package import PublicSuffix

/// A name that could pass for another.
package struct Lookalike: Equatable, Sendable {
    /// In which way: the closed list of `Docs/transparency.md`.
    package enum Reason: String, CaseIterable, Sendable {
        /// The same label under another public suffix.
        case otherSuffix = "other_suffix"
        /// Letters that look alike.
        case homoglyph
        /// The label with dots or dashes in it.
        case split
        /// A letter more, less, changed or swapped.
        case typo
        /// With words such as login before or behind it.
        case addedWord = "added_word"
        /// The whole name as the beginning of another's.
        case asSubdomain = "as_subdomain"
        /// Two letters off, in a long name.
        case near
    }

    package var name: String
    /// The name that it could pass for.
    package var original: String
    package var reason: Reason

    /// How sure it is, to 100.
    package var score: Int {
        switch reason {
        case .homoglyph: 95
        case .split, .asSubdomain: 90
        case .otherSuffix: 80
        case .typo, .addedWord: 75
        case .near: 60
        }
    }
}

/// Finds names that could pass for ours.
///
/// It looks at the label that somebody registered, as it looks (`SkeletonTable`), and at what stands before
/// it.
package struct LookalikeFinder: Sendable {
    private struct Brand: Sendable {
        let domain: String
        let label: String
        /// As it is spelled; the fine form makes one letter of some that stand side by side.
        let raw: [UInt8]
        let fine: [UInt8]
        let coarse: [UInt8]
        let letters: UInt64
        let mask: LetterMask
        /// The domain with a dot on each side, and with a dash behind it.
        let dotted: [UInt8]
        let dashed: [UInt8]
    }

    private let brands: [Brand]
    private let suffixes: PublicSuffixList
    private let skeletons: SkeletonTable
    private let words: Set<[UInt8]>
    private let asking: Set<[UInt8]>
    /// Registrable names that are no look-alikes: ours, and those that were looked at.
    private let allowed: Set<String>
    private var coarse: [[UInt8]: Int] = [:]
    /// Registrable names of ours of which no look-alikes are looked for, since their labels are too short.
    package private(set) var tooShort: [String] = []

    /// Shorter labels look like too many others.
    package static let shortestLabel = 4
    private static let shortestForTwo = 9

    /// - Parameters:
    ///   - domains: names that others may want to pass for, in lower case and ASCII.
    ///   - allowed: names below which nothing is a look-alike.
    package init(
        _ domains: [String],
        suffixes: PublicSuffixList,
        skeletons: SkeletonTable,
        words: [String],
        allowed: [String] = []
    ) {
        (self.suffixes, self.skeletons) = (suffixes, skeletons)
        self.words = Set(words.map { skeletons.fine($0) })
        asking = Set(Self.askingWords.map { skeletons.fine($0) })
        var brands: [Brand] = []
        var own: Set<String> = []
        for domain in domains {
            guard let registered = suffixes.registrableDomain(of: domain) else { continue }
            guard own.insert(registered).inserted else { continue }
            let label = String(registered.prefix { $0 != "." })
            guard label.count >= Self.shortestLabel else {
                tooShort.append(registered)
                continue
            }
            let fine = skeletons.fine(NameText.unicode(label))
            brands.append(
                Brand(
                    domain: registered,
                    label: label,
                    raw: Array(label.utf8),
                    fine: fine,
                    coarse: skeletons.coarse(fine),
                    letters: Self.letters(fine),
                    mask: LetterMask(
                        raw: Self.letters(Array(label.utf8)),
                        fine: Self.letters(fine),
                        coarse: Self.letters(skeletons.coarse(fine))
                    ),
                    dotted: Array(".\(registered).".utf8),
                    dashed: Array(".\(registered)-".utf8)
                )
            )
        }
        for name in allowed { own.insert(suffixes.registrableDomain(of: name) ?? name) }
        (self.brands, self.allowed) = (brands, own)
        for (place, brand) in brands.enumerated() where coarse[brand.coarse] == nil {
            coarse[brand.coarse] = place
        }
    }

    /// All places, whatever a name's letters.
    var allPlaces: Range<Int> { brands.indices }

    /// Whether there is anything to look for.
    package var isEmpty: Bool { brands.isEmpty }

    /// The strongest likeness of a name in lower case and ASCII; nil for one that is like none of ours, or is
    /// ours.
    package func find(_ name: String) -> Lookalike? {
        guard let mask = LetterMask(name) else { return find(name, among: brands.indices) }
        var near: [Int] = []
        for place in brands.indices {
            let brand = brands[place]
            let limit = brand.raw.count >= Self.shortestForTwo ? 2 : 1
            if mask.mayShow(brand.mask, edits: limit) { near.append(place) }
        }
        return find(name, among: near)
    }

    /// - Parameter places: those of `brands` that the name's letters allow.
    func find(_ name: String, among places: some Collection<Int>) -> Lookalike? {
        guard !places.isEmpty, let registered = suffixes.registrableDomain(of: name),
            !allowed.contains(registered)
        else { return nil }
        let label = String(registered.prefix { $0 != "." })
        let before = name.hasSuffix("." + registered) ? String(name.dropLast(registered.count + 1)) : ""
        var best: Lookalike?
        func found(_ brand: Brand, _ reason: Lookalike.Reason) {
            let like = Lookalike(name: name, original: brand.domain, reason: reason)
            if like.score > best?.score ?? 0 { best = like }
        }
        let fine = skeletons.fine(NameText.unicode(label))
        let letters = Self.letters(fine)
        let raw = Array(label.utf8)
        if let place = coarse[skeletons.coarse(fine)] {
            found(brands[place], brands[place].label == label ? .otherSuffix : .homoglyph)
        }
        // The first is the label without its dashes, which is looked at above where it has none.
        let isWhole = !raw.contains(UInt8(ascii: "-"))
        let joined = before.isEmpty && isWhole ? [] : joined(label, before).dropFirst(isWhole ? 1 : 0)
        let parts = Self.parts(fine)
        lazy var named = before.split(separator: ".").map {
            Self.parts(skeletons.fine(NameText.unicode(String($0))))
        }
        for place in places {
            let brand = brands[place]
            if joined.contains(where: { $0 == brand.fine }) { found(brand, .split) }
            if !before.isEmpty, isBefore(brand, before) || isDashed(brand, name) {
                found(brand, .asSubdomain)
            }
            var near = distance(fine, brand.fine, letters ^ brand.letters)
            if raw != fine || brand.raw != brand.fine,
                let other = distance(raw, brand.raw, Self.letters(raw) ^ Self.letters(brand.raw))
            {
                near = min(near ?? other, other)
            }
            if let near { found(brand, near == 1 ? .typo : .near) }
            if isDressed(fine, parts, brand)
                || before.utf8.count >= brand.label.utf8.count && isNamed(named, parts, brand)
            {
                found(brand, .addedWord)
            }
        }
        return best
    }

    /// Which letters are in a text, a bit each: texts that differ in many are not near.
    private static func letters(_ text: [UInt8]) -> UInt64 {
        text.reduce(0) { $0 | LetterMask.bit($1) }
    }

    /// - Parameter different: the letters that are in one of the two alone.
    private func distance(_ text: [UInt8], _ ours: [UInt8], _ different: UInt64) -> Int? {
        let limit = ours.count >= Self.shortestForTwo ? 2 : 1
        guard different.nonzeroBitCount <= 2 * limit else { return nil }
        return EditDistance.between(text, ours, limit: limit)
    }

    /// The label without its dashes, and with what stands before it.
    private func joined(_ label: String, _ before: String) -> [[UInt8]] {
        var text = NameText.unicode(label).filter { $0 != "-" }
        var texts = [skeletons.fine(text)]
        // From the right: what stands left of the name may be anything.
        for label in before.split(separator: ".").reversed().prefix(4) {
            text = NameText.unicode(String(label)).filter { $0 != "-" } + text
            texts.append(skeletons.fine(text))
        }
        return texts
    }

    /// Whether our whole name stands before somebody else's: `bank.example.evil.test`,
    /// `bank.example-login.test`.
    private func isBefore(_ brand: Brand, _ before: String) -> Bool {
        // Hardly any name has so much before it.
        guard before.utf8.count >= brand.domain.utf8.count else { return false }
        return ".\(before).".utf8.hold(brand.dotted)
    }

    /// Whether our whole name begins a name, with a dash where it ends: `bank.example-secure.test`.
    private func isDashed(_ brand: Brand, _ name: String) -> Bool {
        guard name.utf8.count > brand.domain.utf8.count + 1 else { return false }
        return ".\(name)".utf8.hold(brand.dashed)
    }

    /// What stands between the dashes of a label.
    private static func parts(_ label: [UInt8]) -> [[UInt8]] {
        label.split(separator: UInt8(ascii: "-")).map { Array($0) }
    }

    /// The fine form has letters in place of 0 and 1.
    private static func isDigit(_ byte: UInt8) -> Bool {
        0x30...0x39 ~= byte || byte == UInt8(ascii: "o") || byte == UInt8(ascii: "l")
    }

    /// Words that ask for trust where they are a label of their own: a service that names its customers calls
    /// what it runs for them mail, api or shop.
    private static let askingWords = [
        "login", "logon", "signin", "secure", "secured", "security", "verify", "verification", "validate",
        "validation", "confirm", "account", "accounts", "password", "unlock", "recover", "recovery", "update",
    ]

    /// Whether a label before the registered one is ours, and a word goes with it: in one of the two
    /// (`norvexa.login.test`, `norvexa-login.example`), or in another label (`secure.norvexa.test`).
    ///
    /// Ours alone is how a service names its customer.
    ///
    /// - Parameters:
    ///   - labels: the parts of the labels before the registered one.
    ///   - parts: those of the registered one.
    private func isNamed(_ labels: [[[UInt8]]], _ parts: [[UInt8]], _ brand: Brand) -> Bool {
        for (place, label) in labels.enumerated() where label.contains(brand.fine) {
            if (label + parts).contains(where: { $0 != brand.fine && words.contains($0) }) { return true }
            let others = labels[..<place] + labels[(place + 1)...]
            if others.contains(where: { $0.contains { asking.contains($0) } || isAsking($0.joined()) }) {
                return true
            }
        }
        // Without a dash: `norvexasecure.evil.test`.
        return labels.contains { parts in
            let label = Array(parts.joined())
            let own = brand.fine.count
            guard label.count > own else { return false }
            return label.starts(with: brand.fine) && isAsking(label.dropFirst(own))
                || label.suffix(own).elementsEqual(brand.fine) && isAsking(label.dropLast(own))
        }
    }

    /// Whether a text is one of the words that ask for trust; `sign-in` is, without its dash.
    private func isAsking(_ text: some Sequence<UInt8>) -> Bool {
        asking.contains(Array(text))
    }

    /// Whether the label is ours with words around it.
    private func isDressed(_ fine: [UInt8], _ parts: [[UInt8]], _ brand: Brand) -> Bool {
        let dash = UInt8(ascii: "-")
        guard fine.count > brand.fine.count else { return false }
        if !brand.fine.contains(dash), parts.contains(brand.fine) { return true }
        for (own, isStart) in [
            (fine.starts(with: brand.fine), true),
            (fine.reversed().starts(with: brand.fine.reversed()), false),
        ]
        where own {
            var rest = isStart ? fine.dropFirst(brand.fine.count) : fine.dropLast(brand.fine.count)
            if isStart, rest.first == dash { rest = rest.dropFirst() }
            if !isStart, rest.last == dash { rest = rest.dropLast() }
            // A year, a number of a series.
            let isNumber = rest.count <= 4 && rest.allSatisfy { Self.isDigit($0) }
            if rest.isEmpty || isNumber || words.contains(Array(rest)) { return true }
        }
        return false
    }
}
