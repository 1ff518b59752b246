import Wire

/// A plan's entries under construction: what was asked for, less what the run may not have.
struct PlanDraft {
    /// An entry whose `start` isn't one yet: it holds the number of endpoints less 1.
    private struct Part {
        var entry: TargetPlan.Entry
        var order: UInt32
    }

    private var parts: [Part] = []
    /// Whether some of the parts alone are more than a plan can hold.
    private var isTooLarge = false
    private var counts: TargetPlan.Counts
    private let options: TargetOptions

    init(_ options: TargetOptions, _ counts: TargetPlan.Counts) {
        self.options = options
        self.counts = counts
    }

    mutating func reserve(_ count: Int) {
        parts.reserveCapacity(count)
    }

    /// Adds addresses: first the exclusions are cut out, then what lies outside the scope is set apart.
    mutating func add(_ piece: AddressPiece, _ table: inout PortTable) {
        guard !options.exclusions.isEmpty else { return addAllowed(piece, &table) }
        let ports = table[piece.ports]
        options.exclusions.cut(piece.keys) { keys, excluded in
            guard let excluded else { return addAllowed(piece.part(keys), &table) }
            let rest = ports.subtracting(excluded)
            counts.excluded += keys.count * UInt128(ports.count - rest.count)
            addAllowed(piece.part(keys, table.number(of: rest)), &table)
        }
    }

    private mutating func addAllowed(_ piece: AddressPiece, _ table: inout PortTable) {
        guard let scope = options.scope else { return append(piece, table, isRefused: false) }
        let ports = table[piece.ports]
        scope.cutIncluded(piece.keys) { keys, included in
            let inside = included.map(ports.intersection) ?? PortSet()
            let outside = ports.subtracting(inside)
            append(piece.part(keys, table.number(of: outside)), table, isRefused: true)
            guard !inside.isEmpty else { return }
            scope.cutExcluded(keys) { keys, excluded in
                let excluded = inside.intersection(excluded ?? PortSet())
                append(
                    piece.part(keys, table.number(of: inside.subtracting(excluded))),
                    table,
                    isRefused: false
                )
                if piece.isSwept {
                    counts.excluded += keys.count * UInt128(excluded.count)
                } else {
                    append(piece.part(keys, table.number(of: excluded)), table, isRefused: true)
                }
            }
        }
    }

    private mutating func append(_ piece: AddressPiece, _ table: PortTable, isRefused: Bool) {
        let size = piece.keys.count * UInt128(table[piece.ports].count)
        let kind: TargetPlan.Kind = piece.isSwept ? .swept : .alone
        append(piece.keys.first, size, piece.ports, kind, piece.order, isRefused)
    }

    /// Adds a name or a pair.
    mutating func add(_ item: NameTable.Item, _ names: NameTable, _ table: inout PortTable) {
        counts.names += 1
        let place = UInt128(item.offset) << 16 | UInt128(item.length)
        let kind: TargetPlan.Kind = item.scheme == .http ? .httpName : .name
        let (ports, refused) =
            options.exclusions.isEmpty && options.scope == nil
            ? (item.ports, table.number(of: PortSet())) : split(item, names, &table)
        append(place, UInt128(table[ports].count), ports, kind, item.order, false)
        append(place, UInt128(table[refused].count), refused, kind, item.order, true)
    }

    /// The ports of a name or pair on which it is scanned, and those on which it is refused.
    private mutating func split(
        _ item: NameTable.Item,
        _ names: NameTable,
        _ table: inout PortTable
    ) -> (ports: UInt32, refused: UInt32) {
        let (host, serverName) = names.parts(offset: item.offset, length: item.length)
        let asked = table[item.ports]
        var ports = asked
        var refused = PortSet()
        switch host {
        case .address(let address):
            ports = ports.subtracting(options.exclusions.ports(at: address) ?? PortSet())
            if let scope = options.scope { refused = ports.subtracting(scope.includedPorts(at: address)) }
        case .name(let name):
            ports = ports.subtracting(options.exclusions.ports(for: name) ?? PortSet())
            if let scope = options.scope { refused = scope.ports(for: name, of: ports).refused }
        }
        // A server name that is excluded is the same site at another address.
        if let serverName {
            let excluded = options.exclusions.ports(for: serverName) ?? PortSet()
            ports = ports.subtracting(excluded)
            refused = refused.subtracting(excluded)
        }
        counts.excluded += UInt128(asked.count - ports.count)
        return (table.number(of: ports.subtracting(refused)), table.number(of: refused))
    }

    private mutating func append(
        _ first: UInt128,
        _ size: UInt128,
        _ ports: UInt32,
        _ kind: TargetPlan.Kind,
        _ order: UInt32,
        _ isRefused: Bool
    ) {
        guard size > 0 else { return }
        if isRefused { counts.refused += size }
        isTooLarge = isTooLarge || size > Permutation.maximumCount
        let size = UInt64(truncatingIfNeeded: size - 1)
        let entry = TargetPlan.Entry(
            first: first,
            start: size,
            ports: ports,
            kind: kind,
            isRefused: isRefused
        )
        parts.append(Part(entry: entry, order: order))
    }

    /// Numbers the endpoints in the order as given.
    mutating func plan(
        ports: PortTable,
        names: NameTable,
        digest: String,
        itemCount: Int
    ) throws(AddressSyntaxError) -> TargetPlan {
        parts.sort { $0.order != $1.order ? $0.order < $1.order : $0.entry.first < $1.entry.first }
        var total: UInt128 = 0
        var entries: [TargetPlan.Entry] = []
        entries.reserveCapacity(parts.count)
        for part in parts {
            var entry = part.entry
            entry.start = UInt64(truncatingIfNeeded: total)
            entries.append(entry)
            total += UInt128(part.entry.start) + 1
            guard !isTooLarge, total <= Permutation.maximumCount else {
                throw AddressSyntaxError("the targets are more than 2^64 endpoints; a run can't hold so many")
            }
        }
        var ports = ports
        ports.finish()
        return TargetPlan(
            entries: entries,
            ports: ports,
            names: names,
            options: options,
            counts: counts,
            total: total,
            digest: digest,
            itemCount: itemCount
        )
    }
}

extension AddressPiece {
    fileprivate func part(_ keys: AddressKeys, _ ports: UInt32? = nil) -> AddressPiece {
        AddressPiece(keys: keys, ports: ports ?? self.ports, order: order, isSwept: isSwept)
    }
}
