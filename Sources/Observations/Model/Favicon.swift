/// The hashes of a site's icon, by which icons are looked up.
package struct Favicon: Equatable, Sendable {
    /// Shodan's and FOFA's hash: `MurmurHash3.icon`.
    package var mmh3: Int32
    /// Empty where somebody else told the first hash alone.
    package var md5: [UInt8]
    package var sha256: [UInt8]
    /// As `HTTPExchange.certificate`.
    package var certificate: [UInt8] = []

    package init(mmh3: Int32, md5: [UInt8], sha256: [UInt8]) {
        self.mmh3 = mmh3
        self.md5 = md5
        self.sha256 = sha256
    }
}
