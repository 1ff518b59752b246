package import Bytes
package import Wire

/// JA3 (BSD 3-Clause, Salesforce): a client's version, suites, extensions, groups and point formats, in
/// decimal.
///
/// GREASE (RFC 8701) is left out.
package enum JA3 {
    /// Appends `771,4866-4867,0-23-65281,29-23,0`; nothing, and false, for a hello of SSL 2.0.
    package static func append(_ offer: ClientOffer, to out: inout ByteBuffer) -> Bool {
        guard !offer.isOld else { return false }
        out.append(decimal: Int(offer.version))
        for list in [offer.suites, offer.extensions, offer.groups] {
            out.append(0x2c)
            append(list.lazy.filter { !isGREASE($0) }.map { Int($0) }, to: &out)
        }
        out.append(0x2c)
        append(offer.pointFormats.lazy.map { Int($0) }, to: &out)
        return true
    }

    /// The MD5 of the text, lower-case hex.
    package static func hash(_ offer: ClientOffer) -> String? {
        var text = ByteBuffer(capacity: 256)
        guard append(offer, to: &text) else { return nil }
        var out = ByteBuffer(capacity: 64)
        text.withSpan { out.append(lowercaseHex: BodyDigest.shortMD5($0).span) }
        return out.text
    }

    private static func append(_ numbers: some Sequence<Int>, to out: inout ByteBuffer) {
        var isFirst = true
        for number in numbers {
            if !isFirst { out.append(0x2d) }
            isFirst = false
            out.append(decimal: number)
        }
    }

    /// A value that means nothing, sent so that servers get used to such (RFC 8701, section 2).
    static func isGREASE(_ number: UInt16) -> Bool {
        number & 0x0f0f == 0x0a0a && number >> 8 == number & 0xff
    }
}
