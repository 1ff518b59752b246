import Wire

/// What a query means other than whoever wrote it may think.
struct SearchRemarks {
    /// Said in any case.
    private(set) var always: [String] = []
    /// Said when nothing was found.
    private(set) var whenEmpty: [String] = []
    private let unit: SearchUnit

    init(_ tree: KQLNode, of unit: SearchUnit) {
        self.unit = unit
        look(tree)
        // A list of a thousand values has one thing to be said of it.
        always = Array(always.prefix(3))
        whenEmpty = Array(whenEmpty.prefix(1))
    }

    private mutating func look(_ node: KQLNode) {
        switch node {
        case .and(let parts), .or(let parts): for part in parts { look(part) }
        case .not(let part), .nested(_, let part): look(part)
        case .equals(let field, let value):
            if case .phrase(let text) = value, text.contains("*") {
                whenEmpty.append("a '*' within quotes is a star: without quotes it stands for anything")
            }
            let isBare = field == .null || field.isAny
            if isBare, let text = value.plain, Self.isAddressGoneWrong(text) {
                whenEmpty.append("'\(text)' is no address and no network")
            }
            guard isBare, unit != .findings, !value.isAny, let bare = try? BareWords(value) else { return }
            for (word, searched) in bare.cut {
                always.append(
                    "'\(word)' is looked for as '\(searched)': signs are no part of words; a field has them, as in tls.server.subject: *…*"
                )
            }
        case .range: break
        }
    }

    /// Whether a text has the form of an IPv4 address or network, and is none.
    private static func isAddressGoneWrong(_ text: String) -> Bool {
        guard text.wholeMatch(of: /[0-9]+(\.[0-9]+){3}(\/[0-9]+)?/) != nil else { return false }
        return IPAddress(text) == nil && (try? AddressRange(parsing: Array(text.utf8).span)) == nil
    }
}
