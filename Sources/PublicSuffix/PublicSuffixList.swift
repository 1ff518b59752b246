import Foundation
package import Observations

/// Under which names anybody may register one: `com`, `co.uk`, `github.io` (https://publicsuffix.org/list/).
package struct PublicSuffixList: Sendable {
    /// When the list was published, as its head says it; nil when that says nothing.
    package private(set) var date: String?
    /// Rules, by the name without their `*.` or `!`.
    private var rules: [Substring: Kinds] = [:]
    /// The most labels of a rule.
    private var longest = 1
    /// The first line that is no rule, and how it begins.
    private var fault: (line: Int, text: String)?
    /// Whether it says of itself that it is such a list.
    private var isMarked = false
    /// Sections that have begun and not ended.
    private var openSections = 0

    private struct Kinds: OptionSet {
        let rawValue: UInt8
        /// The name itself.
        static let plain = Kinds(rawValue: 1)
        /// Each name with one label more.
        static let wildcard = Kinds(rawValue: 2)
        /// Not the name, though a wildcard says so.
        static let exception = Kinds(rawValue: 4)
    }

    /// The list itself has some 10,000 rules in 340 KB.
    static let maximumBytes = 16 << 20

    /// - Parameter bytes: the list in UTF-8.
    package init(_ bytes: [UInt8]) {
        rules.reserveCapacity(16_384)
        var number = 0
        // A mark of the order of bytes, as some editors write it, is no part of the first line.
        let start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
        let text = bytes[start...].prefix(Self.maximumBytes)
        for line in text.split(separator: 0x0a, omittingEmptySubsequences: false) {
            number += 1
            if line.starts(with: "//".utf8) {
                let text = String(decoding: line, as: UTF8.self)
                if text.hasPrefix("// ===BEGIN ICANN DOMAINS===") { isMarked = true }
                if text.hasPrefix("// ===BEGIN ") { openSections += 1 }
                if text.hasPrefix("// ===END ") { openSections -= 1 }
                guard date == nil, text.hasPrefix("// VERSION:") else { continue }
                isMarked = true
                date = text.dropFirst(11).trimmingCharacters(in: .whitespacesAndNewlines)
                continue
            }
            // A rule ends at the first white space.
            let rule = line.prefix { $0 > 0x20 }
            guard !rule.isEmpty else {
                if let start = line.first(where: { $0 > 0x20 }), fault == nil {
                    // A rule behind a blank would be none, and nobody would miss it.
                    fault = (number, String(decoding: [start], as: UTF8.self))
                }
                continue
            }
            if !add(rule), fault == nil { fault = (number, String(decoding: rule.prefix(60), as: UTF8.self)) }
        }
    }

    /// Reads the list in a file.
    package init(file path: String) throws(FileError) {
        self.init(try AwaitedFile.bytes(of: path, limit: Self.maximumBytes))
        // Half of a list would tell other suffixes than the whole one, and nobody would see it.
        if let fault {
            throw FileError(
                "\(path):\(fault.line)",
                "'\(fault.text)' is no rule of a list of public suffixes"
            )
        }
        guard openSections == 0 else {
            throw FileError(path, "is no whole list of public suffixes: a section '===BEGIN …===' has no end")
        }
        guard !rules.isEmpty else { throw FileError(path, "holds no rule of a list of public suffixes") }
        // Any list of words or names would be one, as far as its lines tell.
        guard isMarked else {
            throw FileError(
                path,
                "is no list of public suffixes: one has a line '// VERSION: …' or '// ===BEGIN ICANN DOMAINS==='"
            )
        }
    }

    package var count: Int { rules.count }

    private mutating func add(_ rule: ArraySlice<UInt8>) -> Bool {
        var name = rule
        var kind = Kinds.plain
        if name.first == UInt8(ascii: "!") {
            kind = .exception
            name = name.dropFirst()
        } else if name.starts(with: "*.".utf8) {
            kind = .wildcard
            name = name.dropFirst(2)
        } else if name.elementsEqual("*".utf8) {
            return true
        }
        guard let encoded = Self.encoded(name) else { return false }
        rules[encoded[...], default: []].insert(kind)
        longest = max(longest, encoded.utf8.count { $0 == UInt8(ascii: ".") } + 1)
        return true
    }

    /// A name as DNS carries it; nil for what is none.
    private static func encoded(_ name: ArraySlice<UInt8>) -> String? {
        var previous = UInt8(ascii: ".")
        var isASCII = true
        for byte in name {
            guard byte >= 0x80 || isLetter(byte) else { return nil }
            if byte == UInt8(ascii: "."), previous == byte { return nil }
            isASCII = isASCII && byte < 0x80
            previous = byte
        }
        guard previous != UInt8(ascii: ".") else { return nil }
        let text = String(decoding: name, as: UTF8.self)
        // Nearly all rules are ASCII: a list of ten thousand is read in milliseconds.
        if isASCII { return text.lowercased() }
        let labels = text.split(separator: ".").map { label in
            Punycode.encode(String(label).precomposedStringWithCanonicalMapping.lowercased()[...])
        }
        return labels.contains(nil) ? nil : labels.compactMap(\.self).joined(separator: ".")
    }

    /// Letters, digits, dashes, underscores, and the dot between labels.
    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x2d || byte == 0x2e || byte == 0x5f
    }

    /// How many labels of the name, from its end, are its public suffix.
    private func suffixLength(_ name: Name) -> Int {
        let labels = name.labels
        var length = 1  // The rule `*`, which the list implies.
        for count in 1...min(labels.count, longest) {
            guard let kinds = rules[name.last(count)] else { continue }
            if kinds.contains(.exception) { return count - 1 }
            if kinds.contains(.plain) { length = max(length, count) }
            if kinds.contains(.wildcard), count < labels.count { length = max(length, count + 1) }
        }
        return length
    }

    /// The name that somebody registered: the public suffix and one label more.
    ///
    /// Nil for what is itself a public suffix, and for what is no name.
    ///
    /// - Parameter name: in ASCII; its case, a final dot and a `*.` before it do not count.
    package func registrableDomain(of name: String) -> String? {
        guard let name = Name(name) else { return nil }
        let count = suffixLength(name) + 1
        return count > name.labels.count ? nil : String(name.last(count))
    }

    /// Whether anybody may register a name under this one.
    package func isPublicSuffix(_ name: String) -> Bool {
        guard let name = Name(name) else { return false }
        return suffixLength(name) >= name.labels.count
    }

    /// A name in lower case, and its labels.
    private struct Name {
        private let text: Substring
        let labels: [Substring]

        init?(_ name: String) {
            // Nearly all are in lower case.
            let isUpper = name.utf8.contains { $0 &- 0x41 < 26 || $0 >= 0x80 }
            var text = (isUpper ? name.lowercased() : name)[...]
            if text.utf8.last == UInt8(ascii: ".") { text = text.dropLast() }
            if text.utf8.starts(with: "*.".utf8) { text = text.dropFirst(2) }
            labels = text.split(separator: ".", omittingEmptySubsequences: false)
            self.text = text
            // DNS has at most 127 labels.
            guard labels.count <= 127, !labels.contains(where: \.isEmpty) else { return nil }
        }

        /// What it ends with.
        func last(_ count: Int) -> Substring { text[labels[labels.count - count].startIndex...] }
    }
}

extension PublicSuffixList {
    /// The list that is shipped, or the one that a person names.
    package static func load(named path: String?, executable: String) throws(FileError) -> PublicSuffixList {
        if let path { return try PublicSuffixList(file: path) }
        let places = InstalledData.candidates("publicsuffix", executable: executable)
            .map { $0 + "/public_suffix_list.dat" }
        guard let found = places.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
            throw FileError(
                places[0],
                "the list of public suffixes that is shipped is not there: name one with --psl"
            )
        }
        return try PublicSuffixList(file: found)
    }
}
