import Wire

/// A prefix that a cloud or a CDN publishes as its own.
struct PublishedRange: Equatable {
    let network: IPAddress
    let length: Int
    let owner: Owner

    struct Owner: Equatable {
        var kind: HostingContext.Kind
        var provider: String
        var service: String?
        var region: String?
    }

    /// Nil for what is no prefix.
    init?(_ text: some StringProtocol, _ owner: Owner) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])), parts.count <= 2 else { return nil }
        var length = address.bitWidth
        if parts.count == 2 {
            guard let number = Int(parts[1]), 0...address.bitWidth ~= number else { return nil }
            length = number
        }
        network = address.prefix(length)
        self.length = length
        self.owner = owner
    }
}
