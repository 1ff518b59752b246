import Wire

/// An address block of either family, as the modifier `cidr` has it.
struct Network: Hashable, Sendable, CustomStringConvertible {
    private let range: AddressRange
    /// As the rule writes it: `192.0.2.0/24`.
    let description: String

    /// Nil when the text is not an address with a prefix length, or has bits beyond its prefix.
    init?(_ text: String) {
        guard text.utf8.contains(UInt8(ascii: "/")),
            let range = try? AddressRange(parsing: Array(text.utf8).span),
            IPAddress(text.prefix { $0 != "/" }) == range.first
        else { return nil }
        self.range = range
        description = text
    }

    func contains(_ address: IPAddress) -> Bool { range.contains(address) }
}
