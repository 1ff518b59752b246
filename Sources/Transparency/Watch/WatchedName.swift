package import Bytes

/// A name whose certificates are watched, with all names below it.
package struct WatchedName: Sendable {
    /// In lower case and ASCII, without `*.`.
    package var domain: String
    /// Who may issue for it, by common names, organisations or whole names in lower case; nil for anybody.
    package var issuers: [String]?
    /// SHA-256 of the keys that may issue for it, as precertificates name them; empty for any.
    ///
    /// Where both are said both have to hold: the name says who, and the key that it is none other of
    /// that name.
    package var issuerKeys: Set<TreeHash> = []
    /// SHA-256 of keys that are authorised for it, under whatever certificate.
    package var keys: Set<Digest256> = []
    /// Whether a certificate that nobody has authorised is a finding.
    package var isClosed = true
    /// Whether look-alikes are looked for.
    package var hasLookalikes = true

    /// - Parameter text: a name as people write it: with `*.`, a final dot, letters outside ASCII.
    /// - Returns: nil for what is no name.
    package init?(_ text: String, issuers: [String]? = nil) {
        // As certspotter's lists have it: a name and all below it.
        let text = text.hasPrefix(".") ? String(text.dropFirst()) : text
        guard let form = NameText.forms(text).first, Self.isName(form) else { return nil }
        (domain, self.issuers) = (form, issuers?.map { $0.lowercased() })
    }

    /// Whether certificates could be for it: labels of letters, digits, dashes and underscores, and no
    /// address.
    private static func isName(_ form: String) -> Bool {
        let labels = form.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isSpelled = labels.allSatisfy { label in
            (1...63).contains(label.count)
                && label.allSatisfy { byte in
                    0x61...0x7a ~= byte || 0x30...0x39 ~= byte || byte == UInt8(ascii: "-")
                        || byte == UInt8(ascii: "_")
                }
        }
        return isSpelled && !(labels.last?.allSatisfy { 0x30...0x39 ~= $0 } ?? true)
    }
}

/// All names that are watched.
package struct WatchList: Sendable {
    package private(set) var names: [WatchedName] = []
    private var places: [String: Int] = [:]
    /// Names by the name that they stand right below.
    private var children: [String: [Int]] = [:]
    /// Certificates and TBS digests that were authorised, whatever their names, and keys of
    /// `ct authorize --key`.
    package var authorised: Set<Digest256> = []

    package init() {}

    package var isEmpty: Bool { names.isEmpty }

    /// Whether it matters whose key has issued a certificate.
    package var asksForIssuerKeys: Bool { names.contains { !$0.issuerKeys.isEmpty } }

    /// Adds a name; what was said of it before is added to.
    package mutating func add(_ name: WatchedName) {
        guard let place = places[name.domain] else {
            places[name.domain] = names.count
            if let dot = name.domain.firstIndex(of: ".") {
                children[String(name.domain[dot...].dropFirst()), default: []].append(names.count)
            }
            return names.append(name)
        }
        if let issuers = name.issuers { names[place].issuers = (names[place].issuers ?? []) + issuers }
        names[place].issuerKeys.formUnion(name.issuerKeys)
        names[place].keys.formUnion(name.keys)
        names[place].isClosed = names[place].isClosed || name.isClosed
        names[place].hasLookalikes = names[place].hasLookalikes || name.hasLookalikes
    }

    /// The watched name that a name is, or is below of: the longest.
    package func watched(_ name: String) -> WatchedName? {
        guard !places.isEmpty else { return nil }
        var rest = name[...]
        while true {
            if let place = places[String(rest)] { return names[place] }
            guard let dot = rest.utf8.firstIndex(of: 0x2e) else { return nil }
            rest = rest[rest.index(after: dot)...]
        }
    }

    /// The watched names that a wildcard right below a name covers.
    package func covered(below name: String) -> [WatchedName] {
        children[name].map { $0.map { names[$0] } } ?? []
    }
}
