/// The digest of texts, by which what was found out of them is remembered.
package enum TextDigest {
    /// - Returns: SHA-256 in hexadecimal, of the texts with a NUL behind each.
    package static func make(_ texts: [String]) -> String {
        var bytes: [UInt8] = []
        for text in texts {
            bytes += text.utf8
            bytes.append(0)
        }
        return TreeHash(of: bytes.span).description
    }
}
