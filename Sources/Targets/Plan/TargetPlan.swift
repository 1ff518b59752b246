import Bytes
package import Observations
package import Wire

/// All endpoints of a run by number, held as the ranges and names that they were given as.
///
/// Made by `TargetPlanBuilder`. A network of any size takes 32 bytes, a name
/// those and its text.
package struct TargetPlan: Sendable {
    /// A run of endpoints: addresses times ports, or one name times ports.
    struct Entry: Sendable {
        /// The key of the first address; for names the text's place in the table, above 16 bits of length.
        var first: UInt128 { UInt128(high) << 64 | UInt128(low) }
        // Two halves, since a UInt128 would be aligned to 16 bytes.
        private var high: UInt64
        private var low: UInt64
        /// How many endpoints stand before these.
        var start: UInt64
        var ports: UInt32
        var kind: Kind
        /// Whether the scope refuses it.
        var isRefused: Bool

        init(first: UInt128, start: UInt64, ports: UInt32, kind: Kind, isRefused: Bool) {
            high = UInt64(truncatingIfNeeded: first >> 64)
            low = UInt64(truncatingIfNeeded: first)
            self.start = start
            self.ports = ports
            self.kind = kind
            self.isRefused = isRefused
        }
    }

    enum Kind: UInt8, Sendable {
        case swept
        case alone
        case name
        case httpName
    }

    /// What was left out, and what is only refused.
    package struct Counts: Equatable, Sendable {
        /// Targets that aren't plain addresses: names and pairs with a server name.
        package var names = 0
        /// Endpoints that the exclusions took away.
        package var excluded: UInt128 = 0
        /// Endpoints that the scope refuses, which yield records all the same.
        package var refused: UInt128 = 0
        /// Endpoints inside ranges that have a special purpose.
        package var special: UInt128 = 0
        /// The addresses of them, by the block's prefix.
        package private(set) var passedOver: [String: UInt128] = [:]
        /// Lines of other programs' lists that name no open TCP port.
        package var closed = 0
        /// Lines of one word above a list that is the name of a column, and the first of them.
        package private(set) var columnNames = 0
        private var firstColumnName = ""

        package init() {}

        /// Counts a line that names a column.
        mutating func pass(columnName text: [UInt8]) {
            if columnNames == 0 { firstColumnName = AddressSyntaxError.quote(text.span) }
            columnNames += 1
        }

        /// What is said of lines that name columns, for whoever has a host of such a name; nil for none.
        package var columnNameRemark: String? {
            guard columnNames > 0 else { return nil }
            let more = columnNames > 1 ? " (and \(columnNames - 1) more)" : ""
            return
                "\(firstColumnName)\(more) names a column and is no target; a host of that name has a dot behind it"
        }

        /// Counts what a range passes over.
        mutating func pass(_ keys: AddressKeys, ports: PortSet) {
            special += keys.count * UInt128(ports.count)
            for (block, count) in SpecialPurpose.counts(of: keys) {
                passedOver[block.prefix, default: 0] += count
            }
        }

        /// Adds what was left out elsewhere.
        package mutating func add(_ other: Counts) {
            names += other.names
            excluded += other.excluded
            refused += other.refused
            special += other.special
            passedOver.merge(other.passedOver, uniquingKeysWith: +)
            closed += other.closed
            if columnNames == 0 { firstColumnName = other.firstColumnName }
            columnNames += other.columnNames
        }

        /// What was passed over, a block a line: `127.0.0.0/8: 256 addresses (Loopback)`.
        package var passedOverLines: [String] {
            SpecialPurpose.outermost.compactMap { block in
                passedOver[block.prefix].map { count in
                    "\(block.prefix): \(count) address\(count == 1 ? "" : "es") (\(block.name))"
                }
            }
        }
    }

    let entries: [Entry]
    let ports: PortTable
    let names: NameTable
    package let options: TargetOptions
    package let counts: Counts
    /// All endpoints, those of other shards and those that the scope refuses included.
    package let total: UInt128
    /// The items that it was made of, in their order.
    package let digest: String
    package let itemCount: Int

    /// The endpoints of the run's shard.
    package var share: UInt128 { options.shard.share(of: total) }

    /// The endpoint with a number less than `total`.
    func target(_ number: UInt64, sequence: UInt64) -> Target {
        let entry = entries[entries.partitioningIndex { $0.start > number } - 1]
        let set = ports[entry.ports]
        let (position, portPosition) = (number - entry.start).quotientAndRemainder(
            dividingBy: UInt64(set.count)
        )
        let port = set[UInt32(truncatingIfNeeded: portPosition)]
        var target: Target
        switch entry.kind {
        case .swept, .alone:
            let address = IPAddress(key: entry.first + UInt128(position))
            target = Target(
                sequence: sequence,
                host: .address(address),
                port: port,
                isSwept: entry.kind == .swept
            )
        case .name, .httpName:
            let (host, serverName) = names.parts(
                offset: UInt64(truncatingIfNeeded: entry.first >> 16),
                length: UInt16(truncatingIfNeeded: entry.first)
            )
            target = Target(
                sequence: sequence,
                host: host,
                port: port,
                serverName: serverName,
                scheme: entry.kind == .httpName ? .http : .tls
            )
        }
        if entry.isRefused { target.problem = options.refusal(of: target) }
        return target
    }
}

extension TargetOptions {
    /// Why the scope refuses a target.
    fileprivate func refusal(of target: Target) -> ObservationError {
        var why: String?
        switch target.host {
        case .address(let address): why = scope?.refusal(of: address, port: target.port)
        case .name(let name): why = "\(name) port \(target.port) is outside the scope \(scope?.name ?? "")"
        }
        return ObservationError(.outOfScope, why ?? "outside the scope \(scope?.name ?? "")")
    }

    /// Why an address that a name was resolved to must not be contacted, or nil.
    ///
    /// The engine asks this for every address of a target that is a name.
    package func refusal(of address: IPAddress, for target: Target) -> ObservationError? {
        if exclusions.excludes(address, port: target.port) {
            return ObservationError(.excluded, "\(address) port \(target.port) is excluded")
        }
        var name: String?
        if case .name(let text) = target.host { name = text }
        return scope?.refusal(of: address, port: target.port, name: name).map {
            ObservationError(.outOfScope, $0)
        }
    }
}
