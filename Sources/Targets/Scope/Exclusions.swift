package import Wire

/// What is never scanned, whatever else names it.
package struct Exclusions: Sendable {
    private var patterns: PatternList

    /// Excludes nothing.
    package init() {
        patterns = PatternList(coversTranslated: true)
    }

    /// Reads exclusions: each is a pattern, or `@FILE` for a file of them.
    ///
    /// - Parameter option: what errors call the place that the patterns come from.
    /// - Throws: everything that is wrong, for an exclusion that was not understood must not be
    ///   taken for none.
    package init(_ items: [String], option: String = "--exclude") throws(TargetListError) {
        var patterns = PatternList(coversTranslated: true)
        try patterns.add(items, option: option)
        self.patterns = patterns
    }

    package var isEmpty: Bool { patterns.isEmpty }
    package var count: Int { patterns.count }
    package var digest: String { patterns.digest.text }

    /// Whether an address is excluded, in any of its forms: `::ffff:192.0.2.1` is 192.0.2.1.
    ///
    /// - Parameter port: nil asks whether all ports are.
    package func excludes(_ address: IPAddress, port: UInt16? = nil) -> Bool {
        holds(patterns.ports(at: address), port)
    }

    /// Whether a name in lower case is excluded.
    package func excludes(name: String, port: UInt16? = nil) -> Bool {
        holds(patterns.ports(for: name), port)
    }

    private func holds(_ ports: PortSet?, _ port: UInt16?) -> Bool {
        guard let ports else { return false }
        return port.map(ports.contains) ?? (ports == .all)
    }

    func ports(at address: IPAddress) -> PortSet? { patterns.ports(at: address) }
    func ports(for name: String) -> PortSet? { patterns.ports(for: name) }
    func cut(_ keys: AddressKeys, _ body: (AddressKeys, PortSet?) -> Void) { patterns.cut(keys, body) }
}

/// A list that has to be right as a whole, and what is wrong with it.
package struct TargetListError: Error, Sendable, CustomStringConvertible {
    package let issues: TargetIssues

    package var description: String {
        let lines = issues.first.map(\.description).joined(separator: "\n")
        let more = issues.count - issues.first.count
        return more > 0 ? lines + "\nand \(more) more" : lines
    }
}

extension PatternList {
    /// Adds patterns and the files behind `@`, and finishes.
    mutating func add(_ items: [String], option: String) throws(TargetListError) {
        var issues = TargetIssues()
        for item in items {
            guard item.hasPrefix("@") else {
                add(Array(item.utf8).span, source: option, line: nil, &issues)
                continue
            }
            let path = String(item.dropFirst())
            let before = (count, issues.count)
            do throws(TargetIssue) {
                try InputFile.forEachItem(of: path) { text, line in
                    add(text, source: path, line: line, &issues)
                } tooLong: { line in
                    issues.append(.tooLong(source: path, line: line))
                }
                // Whoever names a list means what is in it: an empty one protects nobody.
                if before == (count, issues.count) {
                    issues.append(TargetIssue(source: path, why: "there is nothing in it"))
                }
            } catch {
                issues.append(error)
            }
        }
        finish()
        if issues.count > 0 { throw TargetListError(issues: issues) }
    }

    mutating func add(_ text: Span<UInt8>, source: String, line: Int?, _ issues: inout TargetIssues) {
        do throws(AddressSyntaxError) {
            try add(text)
        } catch {
            issues.append(TargetIssue(source: source, line: line, text: text, why: error.why))
        }
    }
}

extension TargetIssue {
    static func tooLong(source: String, line: Int) -> TargetIssue {
        TargetIssue(source: source, line: line, why: "a line has at most \(LineBuffer.maximumLength) bytes")
    }
}
