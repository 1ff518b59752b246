package import Wire

/// What applies to all targets of a run.
package struct TargetOptions: Sendable {
    /// The ports of targets that give none.
    package var ports: PortSet
    package var exclusions: Exclusions
    package var scope: Scope?
    /// Whether special-purpose blocks inside ranges are scanned too.
    package var includeSpecial: Bool
    /// Whether addresses of special-purpose blocks are refused, whatever leads to them.
    package var refusesSpecial = false
    /// What decides the order.
    package var seed: UInt64
    package var shard: Shard
    /// Whether targets come as given rather than permuted.
    package var inOrder: Bool

    package init(
        ports: PortSet = PortSet(443),
        exclusions: Exclusions = Exclusions(),
        scope: Scope? = nil,
        includeSpecial: Bool = false,
        seed: UInt64 = 0,
        shard: Shard = Shard(),
        inOrder: Bool = false
    ) {
        self.ports = ports
        self.exclusions = exclusions
        self.scope = scope
        self.includeSpecial = includeSpecial
        self.seed = seed
        self.shard = shard
        self.inOrder = inOrder
    }
}

/// One of several equal parts of a run, such as `2/8`.
package struct Shard: Hashable, Sendable, CustomStringConvertible {
    /// Counted from 1.
    package let number: UInt32
    package let of: UInt32

    /// The whole.
    package init() {
        number = 1
        of = 1
    }

    /// Reads `I/N`, with I from 1 to N.
    package init(parsing text: some StringProtocol) throws(AddressSyntaxError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = UInt32(parts[0]), let of = UInt32(parts[1]), number >= 1,
            number <= of
        else {
            throw AddressSyntaxError(
                "\(AddressSyntaxError.quote(Array(text.utf8).span)) is no shard; 1/4 to 4/4 are the parts of four"
            )
        }
        self.number = number
        self.of = of
    }

    package var description: String { "\(number)/\(of)" }

    /// How many of `total` places belong to the shard: its number - 1 and every `of`-th after it.
    func share(of total: UInt128) -> UInt128 {
        let first = UInt128(number - 1)
        return total > first ? (total - first - 1) / UInt128(of) + 1 : 0
    }
}
