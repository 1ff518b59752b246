import Wire

/// A plan's entries under construction: what was asked for, less what the run may not have.
struct PlanDraft {
    struct Part {
        var entry: TargetPlan.Entry
        var size: UInt128
        var order: UInt32
    }

    var parts: [Part] = []
    var counts = TargetPlan.Counts()
    private let options: TargetOptions
    private var table: PortTable

    init(_ options: TargetOptions, _ table: PortTable) {
        self.options = options
        self.table = table
    }

    /// Adds addresses: first the exclusions are cut out, then what lies outside the scope is set apart.
    mutating func add(_ piece: AddressPiece) {
        guard !options.exclusions.isEmpty else { return addAllowed(piece) }
        let ports = table[piece.ports]
        options.exclusions.cut(piece.keys) { keys, excluded in
            guard let excluded else { return addAllowed(piece.part(keys)) }
            let rest = ports.subtracting(excluded)
            counts.excluded += keys.count * UInt128(ports.count - rest.count)
            addAllowed(piece.part(keys, table.number(of: rest)))
        }
    }

    private mutating func addAllowed(_ piece: AddressPiece) {
        guard let scope = options.scope else { return append(piece, isRefused: false) }
        let ports = table[piece.ports]
        scope.cutIncluded(piece.keys) { keys, included in
            let inside = included.map(ports.intersection) ?? PortSet()
            let outside = ports.subtracting(inside)
            append(piece.part(keys, table.number(of: outside)), isRefused: true)
            guard !inside.isEmpty else { return }
            scope.cutExcluded(keys) { keys, excluded in
                let excluded = inside.intersection(excluded ?? PortSet())
                append(piece.part(keys, table.number(of: inside.subtracting(excluded))), isRefused: false)
                if piece.isSwept {
                    counts.excluded += keys.count * UInt128(excluded.count)
                } else {
                    append(piece.part(keys, table.number(of: excluded)), isRefused: true)
                }
            }
        }
    }

    private mutating func append(_ piece: AddressPiece, isRefused: Bool) {
        let kind: TargetPlan.Kind = piece.isSwept ? .swept : .alone
        append(piece.keys.first, piece.keys.count, piece.ports, kind, piece.order, isRefused)
    }

    /// Adds a name or a pair.
    mutating func add(_ item: NameTable.Item, _ names: NameTable) {
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
        counts.names += 1
        let place = UInt128(item.offset) << 16 | UInt128(item.length)
        let kind: TargetPlan.Kind = item.scheme == .http ? .httpName : .name
        append(place, 1, table.number(of: ports.subtracting(refused)), kind, item.order, false)
        append(place, 1, table.number(of: refused), kind, item.order, true)
    }

    private mutating func append(
        _ first: UInt128,
        _ count: UInt128,
        _ ports: UInt32,
        _ kind: TargetPlan.Kind,
        _ order: UInt32,
        _ isRefused: Bool
    ) {
        let size = count * UInt128(table[ports].count)
        guard size > 0 else { return }
        if isRefused { counts.refused += size }
        let entry = TargetPlan.Entry(first: first, start: 0, ports: ports, kind: kind, isRefused: isRefused)
        parts.append(Part(entry: entry, size: size, order: order))
    }

    /// Numbers the endpoints in the order as given.
    consuming func plan(names: NameTable, digest: String, itemCount: Int) throws(TargetSyntaxError)
        -> TargetPlan
    {
        parts.sort { $0.order != $1.order ? $0.order < $1.order : $0.entry.first < $1.entry.first }
        var total: UInt128 = 0
        var entries: [TargetPlan.Entry] = []
        entries.reserveCapacity(parts.count)
        for part in parts {
            var entry = part.entry
            entry.start = UInt64(truncatingIfNeeded: total)
            entries.append(entry)
            total += part.size
            guard total <= Permutation.maximumCount else {
                throw TargetSyntaxError("the targets are more than 2^64 endpoints; a run can't hold so many")
            }
        }
        table.finish()
        return TargetPlan(
            entries: entries,
            ports: table,
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
