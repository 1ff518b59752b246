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
            let line = Array(argument.utf8)
            for range in LineItems.ranges(in: line.span) {
                add(line.span.extracting(range), source: "argument", line: nil)
            }
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
        // The closures can't both have `self`.
        var overlong: [Int] = []
        try InputFile.forEachItem(of: path) { text, line in
            add(text, source: path, line: line)
        } tooLong: { line in
            overlong.append(line)
        }
        for line in overlong { issues.append(.tooLong(source: path, line: line)) }
    }

    /// Adds one item.
    mutating func add(_ text: Span<UInt8>, source: String, line: Int?) {
        do throws(AddressSyntaxError) {
            try add(try TargetSpec(parsing: text))
            digest.add(text)
            digest.add(0x0a)
        } catch {
            issues.append(TargetIssue(source: source, line: line, text: text, why: error.why))
        }
    }

    private mutating func add(_ spec: TargetSpec) throws(AddressSyntaxError) {
        let set = spec.ports ?? options.ports
        guard itemCount < .max else { throw AddressSyntaxError("a plan has at most \(UInt32.max) targets") }
        if case .addresses(let range) = spec.host, spec.serverName == nil, spec.scheme == .tls {
            try add(range, set)
        } else {
            names.add(spec, ports: ports.number(of: set), order: itemCount)
        }
        itemCount += 1
    }

    private mutating func add(_ range: AddressRange, _ set: PortSet) throws(AddressSyntaxError) {
        let number = ports.number(of: set)
        for keys in AddressKeys.keys(of: range) {
            let (size, overflow) = keys.count.multipliedReportingOverflow(by: UInt128(set.count))
            guard !overflow, size <= Permutation.maximumCount else {
                throw AddressSyntaxError("more than 2^64 endpoints; a run can't hold so many")
            }
            let parts = range.isSingle ? [keys] : special.parts(of: keys)
            counts.special += (keys.count - parts.reduce(0) { $0 + $1.count }) * UInt128(set.count)
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
