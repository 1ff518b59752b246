package import Wire

/// Who may be scanned, and on whose authority.
package struct Scope: Sendable {
    package let name: String
    /// The reference of the permission: a contract, a ticket, a letter.
    package let authorization: String
    /// What may be scanned, as in the file: targets for a run that names none, and patterns.
    package let includeTexts: [String]
    /// The ports that may be scanned; nil stands for all.
    package let ports: PortSet?
    /// The most connections a second; nil stands for no limit.
    package let rate: Int?
    package let digest: String
    private let include: PatternList
    private let exclude: PatternList

    /// More than any machine makes.
    private static let mostRate = 10_000_000

    /// An item of a list in the file, and its line.
    package struct Item: ExpressibleByStringLiteral, Sendable {
        package let text: String
        package let line: Int?

        package init(_ text: String, line: Int? = nil) {
            self.text = text
            self.line = line
        }

        package init(stringLiteral text: String) {
            self.init(text)
        }
    }

    /// Checks the parts of a scope file.
    ///
    /// - Parameters:
    ///   - include: targets and patterns; empty allows nothing and is an error.
    ///   - ports: items of port lists, such as `443` and `9000-9010`; empty allows all.
    ///   - source: the file's name for errors.
    /// - Throws: everything that is wrong with the file.
    package init(
        name: String,
        authorization: String,
        include: [Item],
        exclude: [Item] = [],
        ports: [Item] = [],
        rate: Int? = nil,
        source: String
    ) throws(TargetListError) {
        var issues = TargetIssues()
        if name.isEmpty { issues.append(TargetIssue(source: source, why: "name is missing")) }
        if authorization.isEmpty {
            issues.append(TargetIssue(source: source, why: "authorization is missing"))
        }
        if include.isEmpty {
            issues.append(TargetIssue(source: source, why: "include is empty: nothing may be scanned"))
        }
        if let rate, !(1...Self.mostRate).contains(rate) {
            let why = "rate: \(rate) is not between 1 and \(Self.mostRate) connections a second"
            issues.append(TargetIssue(source: source, why: why))
        }
        self.name = name
        self.authorization = authorization
        includeTexts = include.map(\.text)
        self.rate = rate
        self.ports = Scope.ports(ports, source: source, &issues)
        var list = PatternList(defaultPorts: self.ports ?? .all, coversTranslated: false)
        for item in include { list.add(item, source: source, &issues) }
        list.finish()
        self.include = list
        list = PatternList(coversTranslated: true)
        for item in exclude { list.add(item, source: source, &issues) }
        list.finish()
        self.exclude = list
        if issues.count > 0 { throw TargetListError(issues: issues) }
        var digest = ListDigest()
        for part in [name, authorization, self.include.digest.text, self.exclude.digest.text] {
            digest.add(part)
        }
        digest.add(self.ports?.description ?? "")
        self.digest = digest.text
    }

    private static func ports(_ items: [Item], source: String, _ issues: inout TargetIssues) -> PortSet? {
        var set = PortSet()
        for item in items {
            let text = Array(item.text.utf8)
            do throws(AddressSyntaxError) {
                set = set.union(try PortSet(parsing: text.span))
            } catch {
                issues.append(TargetIssue(source: source, line: item.line, text: text.span, why: error.why))
            }
        }
        return set.isEmpty ? nil : set
    }

    /// Why an address on a port is outside, or nil.
    ///
    /// - Parameter name: the name that was resolved to the address; a name that the scope includes
    ///   brings its addresses with it.
    package func refusal(of address: IPAddress, port: UInt16, name: String? = nil) -> String? {
        if excludes(address, port: port) {
            return "\(address) port \(port) is excluded by the scope \(self.name)"
        }
        if let name {
            if exclude.ports(for: name)?.contains(port) == true {
                return "\(name) port \(port) is excluded by the scope \(self.name)"
            }
            if include.ports(for: name)?.contains(port) == true { return nil }
        }
        if include.ports(at: address)?.contains(port) == true { return nil }
        return "\(address) port \(port) is outside the scope \(self.name)"
    }

    /// Whether the scope excludes an address, whatever it includes.
    package func excludes(_ address: IPAddress, port: UInt16) -> Bool {
        exclude.ports(at: address)?.contains(port) == true
    }

    /// Splits ports into those on which a name may be looked up and the others.
    func ports(for name: String, of ports: PortSet) -> (allowed: PortSet, refused: PortSet) {
        let excluded = exclude.ports(for: name) ?? PortSet()
        var allowed = include.ports(for: name) ?? PortSet()
        // Any other name is decided by the addresses that it has.
        if include.hasAddresses { allowed = .all }
        allowed = ports.intersection(allowed).subtracting(excluded)
        return (allowed, ports.subtracting(allowed))
    }

    func includedPorts(at address: IPAddress) -> PortSet {
        (include.ports(at: address) ?? PortSet()).subtracting(exclude.ports(at: address) ?? PortSet())
    }

    func cutIncluded(_ keys: AddressKeys, _ body: (AddressKeys, PortSet?) -> Void) { include.cut(keys, body) }
    func cutExcluded(_ keys: AddressKeys, _ body: (AddressKeys, PortSet?) -> Void) { exclude.cut(keys, body) }

    /// The address ranges that the scope includes, as given.
    var includedRanges: [AddressRange] { include.ranges }
}

extension PatternList {
    fileprivate mutating func add(_ item: Scope.Item, source: String, _ issues: inout TargetIssues) {
        add(Array(item.text.utf8).span, source: source, line: item.line, &issues)
    }
}
