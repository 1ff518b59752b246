/// A list as it was fetched.
package struct KeptRevocationList: Sendable {
    package var bytes: [UInt8]
    /// Milliseconds since 1970.
    package var fetchedAt: Int

    package init(bytes: [UInt8], fetchedAt: Int) {
        self.bytes = bytes
        self.fetchedAt = fetchedAt
    }
}

/// Who keeps lists between runs, by where they come from.
package protocol RevocationListKeeper: Sendable {
    func read(_ url: String) -> KeptRevocationList?

    func write(_ list: KeptRevocationList, _ url: String)
}
