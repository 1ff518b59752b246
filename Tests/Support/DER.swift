/// Writes DER, and what only looks like it, for tests.
package enum DER {
    package static func element(_ tag: UInt8, _ contents: [UInt8]...) -> [UInt8] {
        let content = Array(contents.joined())
        return [tag] + length(content.count) + content
    }

    package static func length(_ count: Int) -> [UInt8] {
        switch count {
        case 0..<0x80: [UInt8(count)]
        case 0..<0x100: [0x81, UInt8(count)]
        case 0..<0x1_0000: [0x82, UInt8(count >> 8), UInt8(count & 255)]
        default: [0x83, UInt8(count >> 16), UInt8(count >> 8 & 255), UInt8(count & 255)]
        }
    }

    package static func sequence(_ contents: [UInt8]...) -> [UInt8] {
        element(0x30, Array(contents.joined()))
    }

    package static func integer(_ bytes: [UInt8]) -> [UInt8] { element(0x02, bytes) }

    package static func bitString(_ bytes: [UInt8], unused: UInt8 = 0) -> [UInt8] {
        element(0x03, [unused] + bytes)
    }

    package static func octets(_ bytes: [UInt8]) -> [UInt8] { element(0x04, bytes) }

    package static let null: [UInt8] = [0x05, 0x00]

    /// An object identifier from its dotted text.
    package static func oid(_ text: String) -> [UInt8] {
        let arcs = text.split(separator: ".").compactMap { UInt64($0) }
        var content: [UInt8] = []
        for arc in [arcs[0] * 40 + arcs[1]] + arcs.dropFirst(2) {
            var digits = [UInt8(arc & 127)]
            var rest = arc >> 7
            while rest > 0 {
                digits.insert(UInt8(rest & 127) | 0x80, at: 0)
                rest >>= 7
            }
            content += digits
        }
        return element(0x06, content)
    }

    package static func utf8(_ text: String) -> [UInt8] { element(0x0c, Array(text.utf8)) }

    package static func printable(_ text: String) -> [UInt8] { element(0x13, Array(text.utf8)) }

    package static func ia5(_ text: String) -> [UInt8] { element(0x16, Array(text.utf8)) }

    package static func utcTime(_ text: String) -> [UInt8] { element(0x17, Array(text.utf8)) }

    package static func generalizedTime(_ text: String) -> [UInt8] { element(0x18, Array(text.utf8)) }

    /// An RDN of one attribute or more, in the order given.
    package static func rdn(_ attributes: (String, [UInt8])...) -> [UInt8] {
        element(0x31, Array(attributes.map { sequence(oid($0.0), $0.1) }.joined()))
    }

    /// A name of RDNs with one UTF-8 attribute each; countries and e-mail addresses in their own types.
    package static func name(_ attributes: (String, String)...) -> [UInt8] {
        element(
            0x30,
            Array(
                attributes.map { type, value in
                    switch type {
                    case "2.5.4.6": rdn((type, printable(value)))
                    case "1.2.840.113549.1.9.1": rdn((type, ia5(value)))
                    default: rdn((type, utf8(value)))
                    }
                }
                .joined()
            )
        )
    }

    package static func certificateExtension(_ type: String, critical: Bool = false, _ value: [UInt8])
        -> [UInt8]
    {
        sequence(oid(type), critical ? element(0x01, [0xff]) : [], octets(value))
    }
}
