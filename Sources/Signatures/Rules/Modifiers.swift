import YAML
import Terminal

/// The modifiers of one detection item, checked against each other.
struct Modifiers {
    enum Encoding: String {
        case wide, utf16le, utf16be, utf16

        /// - Parameter raw: the bytes themselves, for base64, and not as text: the byte order mark differs.
        func encode(_ bytes: [UInt8], raw: Bool) -> [UInt8] {
            switch self {
            case .wide, .utf16le: bytes.flatMap { [$0, 0] }
            case .utf16be: bytes.flatMap { [0, $0] }
            case .utf16: (raw ? [0xff, 0xfe] : [0xef, 0xbb, 0xbf]) + bytes.flatMap { [$0, 0] }
            }
        }
    }

    enum Base64 {
        case whole, offsets
    }

    /// The modifiers of Sigma that are taken here.
    private static let names =
        [
            "contains", "startswith", "endswith", "all", "neq", "cased", "exists", "re", "cidr", "fieldref",
            "lt", "lte", "gt", "gte", "wide", "utf16le", "utf16be", "utf16", "base64", "base64offset",
        ] + DatePart.allCases.map(\.rawValue)

    private(set) var mode = TextMode.whole
    private(set) var all = false
    private(set) var negated = false
    private(set) var cased = false
    private(set) var exists = false
    private(set) var isRegex = false
    private(set) var regexFlags: RegexFlags = []
    private(set) var isNetwork = false
    private(set) var isFieldReference = false
    private(set) var comparison: Comparison?
    private(set) var part: DatePart?
    private(set) var encoding: Encoding?
    private(set) var base64: Base64?

    init(_ names: some Sequence<String>, at key: YAMLNode) throws(YAMLError) {
        var seen: [String] = []
        for name in names {
            if seen.contains(name) { throw key.error("the modifier \(name) stands twice") }
            try take(name, at: key)
            seen.append(name)
        }
        try check(seen, at: key)
    }

    /// Whether the value is compared as it stands.
    var isPlain: Bool {
        mode == .whole && !isRegex && !isNetwork && !isFieldReference && comparison == nil && part == nil
            && encoding == nil && base64 == nil
    }

    private mutating func take(_ name: String, at key: YAMLNode) throws(YAMLError) {
        switch name {
        case "contains", "startswith", "endswith":
            guard mode == .whole else {
                throw key.error("contains, startswith and endswith exclude each other")
            }
            mode = name == "contains" ? .contains : name == "startswith" ? .start : .end
        case "all": all = true
        case "neq": negated = true
        case "cased": cased = true
        case "exists": exists = true
        case "re": isRegex = true
        case "i", "m", "s":
            guard isRegex else { throw key.error("the modifier \(name) stands after re") }
            regexFlags.insert(name == "i" ? .caseless : name == "m" ? .multiline : .dotAll)
        case "cidr": isNetwork = true
        case "fieldref": isFieldReference = true
        case "lt": try compare(.less, at: key)
        case "lte": try compare(.lessOrEqual, at: key)
        case "gt": try compare(.greater, at: key)
        case "gte": try compare(.greaterOrEqual, at: key)
        case "wide", "utf16le", "utf16be", "utf16":
            guard base64 == nil, encoding == nil else { throw key.error("\(name) stands before base64") }
            encoding = Encoding(rawValue: name)
        case "base64", "base64offset":
            guard base64 == nil, mode == .whole else { throw key.error("\(name) stands before contains") }
            base64 = name == "base64" ? .whole : .offsets
        case "windash", "expand": throw key.error("the modifier \(name) is not supported")
        default:
            guard let part = DatePart(rawValue: name), self.part == nil else {
                throw key.error("unknown modifier \(name)\(Spelling.hint(name, among: Self.names))")
            }
            self.part = part
        }
    }

    private mutating func compare(_ comparison: Comparison, at key: YAMLNode) throws(YAMLError) {
        guard self.comparison == nil else { throw key.error("lt, lte, gt and gte exclude each other") }
        self.comparison = comparison
    }

    /// Which modifiers each of the exclusive ones goes with.
    private func check(_ names: [String], at key: YAMLNode) throws(YAMLError) {
        func only(_ allowed: Set<String>, with name: String) throws(YAMLError) {
            for other in names where other != name && !allowed.contains(other) {
                throw key.error("\(other) does not go with \(name)")
            }
        }
        let join: Set<String> = ["all", "neq"]
        let positions: Set<String> = ["contains", "startswith", "endswith", "cased"]
        if exists { try only([], with: "exists") }
        if isRegex { try only(join.union(["i", "m", "s"]), with: "re") }
        if isNetwork { try only(join, with: "cidr") }
        if isFieldReference { try only(join.union(positions), with: "fieldref") }
        let comparisons = ["lt", "lte", "gt", "gte"]
        let parts = DatePart.allCases.map(\.rawValue)
        if let comparison = names.first(where: comparisons.contains) {
            try only(join.union(parts), with: comparison)
        }
        if let part = names.first(where: parts.contains) { try only(join.union(comparisons), with: part) }
    }
}
