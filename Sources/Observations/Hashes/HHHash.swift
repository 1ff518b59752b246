package import Wire

/// HHHash: a hash of which headers an answer has and in which order (Alexandre Dulaunoy, 2023).
///
/// It is `hhh:1:` and the SHA-256, in lower-case hex, of the header names as
/// spelled, joined by colons, repeated names included. HTTP/2 has its names in lower case,
/// so that its hashes compare only with each other: they say `hhh:2:`, as the
/// har2tree library that computes them for HTTP/2 does.
package enum HHHash {
    /// What is hashed.
    package static func text(_ headers: HTTPHeaders) -> [UInt8] {
        var text: [UInt8] = []
        for index in headers.indices {
            if index > 0 { text.append(0x3a) }
            text.append(contentsOf: headers.name(index))
        }
        return text
    }
}
