package import Wire

/// Collects the targets of a run and joins them into a plan.
package struct TargetPlanBuilder: Sendable {
    package let options: TargetOptions
    /// What was not understood; the rest goes on without it.
    package var issues = TargetIssues()
    /// Whether an item `-` asked for standard input.
    package private(set) var readsStandardInput = false

    private let special: SpecialFilter
    private var pieces: [AddressPiece] = []
    private var names = NameTable()
    private var ports = PortTable()
    private var counts = TargetPlan.Counts()
    private var digest = ListDigest()
    private var itemCount: UInt32 = 0

    package init(_ options: TargetOptions) {
        self.init(options, SpecialFilter(options))
    }

    init(_ options: TargetOptions, _ special: SpecialFilter) {
        self.options = options
        self.special = special
    }

    /// Adds an argument: a target, or `-` for standard input.
    package mutating func add(argument: String) {
        if argument == "-" {
            readsStandardInput = true
        } else {
            var list = TargetList(mayHaveHeader: false)
            add(line: Array(argument.utf8), of: &list, source: "argument", number: nil)
        }
    }

    /// Adds the items of a file; `-` stands for standard input.
    ///
    /// - Throws: if the file can't be read.
    package mutating func add(file path: String) throws(TargetIssue) {
        guard path != "-" else {
            readsStandardInput = true
            return
        }
        try add(lines: path, named: path)
    }

    /// Reads standard input to its end and adds its items, where it need not be scanned as it comes.
    package mutating func addStandardInput() throws(TargetIssue) {
        readsStandardInput = false
        try add(lines: "/dev/stdin", named: TargetInput.name)
    }

    private mutating func add(lines path: String, named source: String) throws(TargetIssue) {
        let (items, before) = (itemCount, issues.count)
        // The closures can't both have `self`.
        var overlong: [Int] = []
        var list = TargetList()
        try InputFile.forEachLine(of: path) { line, number in
            add(line: line, of: &list, source: source, number: number)
        } tooLong: { line in
            overlong.append(line)
        }
        for line in overlong { issues.append(.tooLong(source: source, line: line)) }
        if itemCount == items, issues.count == before {
            issues.append(TargetIssue(source: source, why: "holds no target"))
        }
    }

    /// Adds the items of a line; one that is not understood takes the others with it, for what they mean is
    /// not known.
    ///
    /// - Parameter list: the list that the line is of, which knows what stood above it.
    mutating func add(line: [UInt8], of list: inout TargetList, source: String, number: Int?) {
        do throws(TargetList.Problem) {
            switch try list.read(line) {
            case .nothing: break
            case .columnName: counts.pass(columnName: line)
            case .closed: counts.closed += 1
            case .targets(let items):
                for item in items { try check(item) }
                for item in items {
                    add(item.spec)
                    digest.add(item.text.span)
                    digest.add(0x0a)
                }
            }
        } catch {
            issues.append(TargetIssue(source: source, line: number, text: error.text.span, why: error.why))
        }
    }

    /// Whether there is room for an item.
    private func check(_ item: TargetList.Item) throws(TargetList.Problem) {
        guard itemCount < .max else {
            throw TargetList.Problem(item.text, "a plan has at most \(UInt32.max) targets")
        }
        guard case .addresses(let range) = item.spec.host else { return }
        let set = item.spec.ports ?? options.ports
        for keys in AddressKeys.keys(of: range) {
            let (size, overflow) = keys.count.multipliedReportingOverflow(by: UInt128(set.count))
            guard !overflow, size <= Permutation.maximumCount else {
                throw TargetList.Problem(item.text, "more than 2^64 endpoints; a run can't hold so many")
            }
        }
    }

    private mutating func add(_ spec: TargetSpec) {
        let set = spec.ports ?? options.ports
        if case .addresses(let range) = spec.host, spec.serverName == nil, spec.scheme == .tls {
            add(range, set)
        } else {
            names.add(spec, ports: ports.number(of: set), order: itemCount)
        }
        itemCount += 1
    }

    private mutating func add(_ range: AddressRange, _ set: PortSet) {
        let number = ports.number(of: set)
        for keys in AddressKeys.keys(of: range) {
            let isWhole = range.isSingle || SpecialPurpose.isPrivate(range)
            let parts = isWhole ? [keys] : special.parts(of: keys) { counts.pass($0, ports: set) }
            for part in parts {
                pieces.append(
                    AddressPiece(keys: part, ports: number, order: itemCount, isSwept: !range.isSingle)
                )
            }
        }
    }

    /// Joins what was added: what is named twice comes once, what is excluded not at all.
    ///
    /// The builder has no targets after that; its issues stay.
    ///
    /// - Throws: if there are more than 2^64 endpoints.
    package mutating func finish() throws(AddressSyntaxError) -> TargetPlan {
        var given = TargetPlanBuilder(options, special)
        // All of it, so that lists of millions are sorted in place.
        swap(&given, &self)
        issues = given.issues
        readsStandardInput = given.readsStandardInput
        given.names.merge(ports: &given.ports)
        var draft = PlanDraft(options, given.counts)
        draft.reserve(given.pieces.count + given.names.items.count)
        var pieces: [AddressPiece] = []
        swap(&pieces, &given.pieces)
        AddressPiece.merge(consume pieces, ports: &given.ports) { draft.add($0, &$1) }
        for item in given.names.items { draft.add(item, given.names, &given.ports) }
        given.names.dropItems()
        return try draft.plan(
            ports: given.ports,
            names: given.names,
            digest: given.digest.text,
            itemCount: Int(given.itemCount)
        )
    }
}
