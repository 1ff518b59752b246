import Bytes
import PublicSuffix
import Wire

/// The names of a certificate that DNS can be asked for, at most `maximum`, and the addresses that it is for.
struct CertificateNames {
    struct Name {
        /// As the certificate has it, in lower case.
        let text: String
        /// What is asked for: of a wildcard a label that hardly anybody has.
        let asked: String
        let isWildcard: Bool
    }

    private(set) var names: [Name] = []
    /// Those that it is for by themselves, which no name server has to tell.
    private(set) var addresses: Set<IPAddress> = []
    /// How many more names there are: beyond the first, public suffixes, and those that no host has, of which
    /// nobody knows where they point.
    private(set) var more = 0
    /// The registrable domain of the first name.
    let domain: String?

    static let maximum = 16
    /// Answers for this label are the wildcard's.
    static let probeLabel = "hallmark-probe"

    init(_ texts: [String], _ suffixes: PublicSuffixList) {
        var seen: Set<String> = []
        for text in texts {
            let isWildcard = text.hasPrefix("*.")
            let bare = isWildcard ? String(text.dropFirst(2)) : text
            if let address = IPAddress(text) {
                addresses.insert(address.unmapped)
                continue
            }
            // A name of one label is one of an inner network: it points to nowhere that others see.
            guard isWildcard || bare.utf8.contains(UInt8(ascii: ".")), seen.insert(text.lowercased()).inserted
            else {
                continue
            }
            // Nobody has a public suffix; a wildcard below one is a certificate gone wrong, or one of who
            // runs the suffix, and then it may well point here.
            guard IPAddress(bare) == nil, let name = Self.host(bare), !suffixes.isPublicSuffix(name),
                names.count < Self.maximum
            else {
                more += 1
                continue
            }
            let asked = isWildcard ? "\(Self.probeLabel).\(name)" : name
            names.append(Name(text: isWildcard ? "*." + name : name, asked: asked, isWildcard: isWildcard))
        }
        domain = names.first.flatMap { suffixes.registrableDomain(of: $0.text) }
    }

    private static func host(_ text: String) -> String? {
        var text = text
        return text.withUTF8 { try? HostName.parse($0.span) }
    }
}
