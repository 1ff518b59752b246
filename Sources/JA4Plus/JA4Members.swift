// JA4S and JA4X are methods of JA4+, Copyright (c) FoxIO, LLC, patent pending, under the FoxIO License 1.1:
// https://github.com/FoxIO-LLC/ja4/blob/main/LICENSE
// This module stands apart from the rest of Hallmark, which uses neither; see NOTICE.

package import Bytes
package import Observations
import Wire

/// The members `ja4s` and `ja4x` of `tls.server`.
package enum JA4Members {
    /// Appends what the first flight gives: JA4S of its ServerHello, JA4X of the leaf.
    package static func append(_ observation: Observation, to out: inout ByteBuffer) {
        let flight = observation.flight
        var text = ByteBuffer(capacity: 64)
        if JA4S.append(flight, to: &text) {
            out.key("ja4s")
            out.append(0x22)
            text.withSpan { out.append($0) }
            out.append(0x22)
        }
        guard !flight.chain.isEmpty else { return }
        text.removeAll()
        flight.chain.withString(0) { leaf in
            guard JA4X.append(leaf, to: &text) else { return }
            out.key("ja4x")
            out.append(0x22)
            text.withSpan { out.append($0) }
            out.append(0x22)
        }
    }
}

extension ByteBuffer {
    /// The first twelve digits of the SHA-256; zeros for nothing at all, as most tools of JA4+ have it.
    mutating func append(shortHash text: borrowing ByteBuffer) {
        guard !text.isEmpty else { return append("000000000000") }
        let digest = text.withSpan { BodyDigest.sha256($0) }
        append(lowercaseHex: digest.span.extracting(first: 6))
    }
}
