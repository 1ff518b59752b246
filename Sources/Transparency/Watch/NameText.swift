import Bytes
import PublicSuffix

/// Names as certificates carry them, in the one form in which they are compared.
package enum NameText {
    /// The forms of a name in which it has to be looked for: in lower case and ASCII, without a final dot.
    ///
    /// A name can be written to deceive whoever reads it. One with a NUL byte or another control character
    /// counts as what stands before that, and as what is left without, and one with letters that nobody sees
    /// (UTS #39 ignores them) as well; letters outside ASCII count as DNS would carry them (RFC 3492), and
    /// blanks around the name not at all. Where signs stand in it that no name has, what stands between them
    /// counts as well: `x@example.com`, or two names in one text.
    package static func forms(_ name: String) -> [String] {
        let scalars = name.unicodeScalars
        guard scalars.contains(where: { isUnseen($0) || isSign($0) }) else {
            return [form(host(name))].compactMap { $0 }
        }
        let beginning = String(scalars.prefix { !isUnseen($0) })
        let rest = String(String.UnicodeScalarView(scalars.filter { !isUnseen($0) && $0 != " " }))
        let between = scalars.split(maxSplits: mostParts) { isUnseen($0) || isSign($0) }
            .filter { $0.contains(where: dots.contains) }
            .map { String($0.drop(while: dots.contains)) }
        var forms: [String] = []
        for text in [host(beginning), host(rest)] + between {
            if let form = form(text), !forms.contains(form) { forms.append(form) }
        }
        return forms
    }

    /// Whether a name of the DNS as certificates may have it never has this letter; a star and an underscore
    /// some have.
    private static func isSign(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "*": false
        default: scalar.value < 0x80
        }
    }

    /// Parts of one text that are looked at, each longer than a letter and a dot: of a text of the longest
    /// name all of them.
    private static let mostParts = 512

    /// Whether a name stands for all names right below another.
    package static func isWildcard(_ name: String) -> Bool {
        guard name.utf8.contains(UInt8(ascii: "*")) else { return false }
        let seen = name.unicodeScalars.lazy.filter { !isUnseen($0) && $0 != " " }
        return seen.prefix(2).elementsEqual("*.".unicodeScalars)
    }

    private static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value >= 0x80 else { return scalar.value < 0x20 || scalar.value == 0x7f }
        return scalar.value < 0xa0 || scalar.properties.isDefaultIgnorableCodePoint
            || scalar.properties.isBidiControl
    }

    /// What somebody meant who wrote an address of the web into a certificate: its host.
    private static func host(_ name: String) -> String {
        guard let colon = name.utf8.firstIndex(of: UInt8(ascii: ":")), name[colon...].hasPrefix("://") else {
            return name
        }
        return String(name[colon...].dropFirst(3).prefix { $0 != "/" && $0 != ":" })
    }

    /// Bytes of a name that is compared at most; DNS has 255.
    static let longest = 1024

    /// - Returns: nil for what is no name at all.
    private static func form(_ name: String) -> String? {
        var text = name[...]
        while text.last == " " { text = text.dropLast() }
        while text.first == " " { text = text.dropFirst() }
        while text.last == "." { text = text.dropLast() }
        if text.hasPrefix("*.") { text = text.dropFirst(2) }
        guard !text.isEmpty, text.utf8.count <= longest else { return nil }
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
        let composed = composed(String(text))
        let labels = composed.split(omittingEmptySubsequences: false) {
            $0.unicodeScalars.allSatisfy(dots.contains)
        }
        let encoded = labels.compactMap { Punycode.encode($0) }
        // What DNS can't carry is compared as it is.
        return encoded.count == labels.count ? encoded.joined(separator: ".") : composed
    }

    /// What stands between labels (RFC 3490, section 3.1).
    private static let dots: [Unicode.Scalar] = [".", "\u{3002}", "\u{ff0e}", "\u{ff61}"]

    private static let encoded = Array("xn--".utf8)

    /// The same with each label readable: `xn--` labels decoded, and without letters that nobody sees.
    package static func unicode(_ name: String) -> String {
        guard name.utf8.hold(encoded) else { return name }
        return name.split(separator: ".", omittingEmptySubsequences: false)
            .map { label in
                guard let text = Punycode.decode(label) else { return String(label) }
                return String(String.UnicodeScalarView(text.unicodeScalars.filter { !isUnseen($0) }))
            }
            .joined(separator: ".")
    }
}
