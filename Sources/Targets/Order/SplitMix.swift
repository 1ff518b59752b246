/// Random numbers from a seed, the same in every version: the SplitMix64 generator.
package struct SplitMix: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number less than `bound`, which is at least 1; the bias is below 2^-63.
    package mutating func next(below bound: UInt128) -> UInt128 {
        (UInt128(next()) << 64 | UInt128(next())) % bound
    }
}
