/// What a list says of a value, besides the date: many values share it.
package struct IndicatorNote: Hashable, Sendable {
    /// The name of the list.
    package var feed: String
    package var description: String?
    /// The Traffic Light Protocol's word, without `TLP:`, in lower case.
    package var tlp: String?
    package var software: String?
    /// The ATT&CK id of the software.
    package var softwareID: String?
    /// The case in which it was decided.
    package var reference: String?
    /// Whether the list says that the user confirmed it.
    package var isConfirmed = false

    package init(feed: String) { self.feed = feed }

    /// The words of the Traffic Light Protocol, of both of its versions.
    private static let labels: Set<String> = ["red", "amber", "amber+strict", "green", "white", "clear"]

    /// The word of `TLP:AMBER`, `tlp:amber` or `amber`; nil for what is none.
    package static func tlp(_ text: some StringProtocol) -> String? {
        var word = text.lowercased()
        if word.hasPrefix("tlp:") { word = String(word.dropFirst(4)) }
        return labels.contains(word) ? word : nil
    }
}

/// A value that a list names.
package struct Indicator: Equatable, Sendable {
    package let kind: IndicatorKind
    package let key: IndicatorKey
    /// How many bits count, of a range.
    package var length = 0
    /// Whether a range is of IPv4 addresses.
    package var isV4 = false
    /// Days since 1970 on which it was listed, or last confirmed; 0 for no date.
    package var day: UInt16 = 0
    /// The day on which it ends; 0 for no end.
    package var until: UInt16 = 0

    package init(_ kind: IndicatorKind, _ key: IndicatorKey) {
        self.kind = kind
        self.key = key
    }

    /// The day of a time in milliseconds since 1970; 0 for what no day number can hold.
    package static func day(_ milliseconds: Int?) -> UInt16 {
        guard let milliseconds, milliseconds > 0 else { return 0 }
        return UInt16(exactly: milliseconds / 86_400_000) ?? 0
    }
}
