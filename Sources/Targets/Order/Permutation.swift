/// The numbers from 0 up to a count in an order that a seed decides, without a list of them.
///
/// The order is that of a cyclic group: the powers of a generator g modulo a
/// prime p greater than the count run through 1 to p - 1, each once. With
/// f(k) = start · g^k mod p - 1, a permutation of 0 to p - 2, the number at
/// place k is f(k); where that isn't less than the count, f is applied to it
/// again until it is. Following a permutation's cycle back into a part of its
/// numbers is a permutation of that part, so every number still comes exactly
/// once, and the k-th is found without the ones in front of it.
package struct Permutation: Sendable {
    package let count: UInt128
    private let group: PrimeField
    private let generator: UInt128
    private let start: UInt128

    /// The most numbers that can be put in order.
    package static let maximumCount: UInt128 = 1 << 64

    /// - Parameter count: at most `maximumCount`.
    package init(count: UInt128, seed: UInt64) {
        self.count = min(count, Permutation.maximumCount)
        group = PrimeField(above: self.count)
        var random = SplitMix(seed: seed)
        generator = group.generator(using: &random)
        start = 1 + random.next(below: group.prime - 1)
    }

    /// The number at a place less than `count`.
    package func number(at place: UInt64) -> UInt64 {
        number(of: power(at: UInt128(place)))
    }

    /// start · g^place mod p.
    fileprivate func power(at place: UInt128) -> UInt128 {
        group.multiply(start, group.raise(generator, place))
    }

    fileprivate func number(of power: UInt128) -> UInt64 {
        var number = power - 1
        while number >= count { number = self.power(at: number) - 1 }
        return UInt64(truncatingIfNeeded: number)
    }

    /// Walks from a place in steps of a stride, at the price of one multiplication a step.
    package struct Walk: Sendable {
        private let order: Permutation
        private let factor: UInt128
        private var power: UInt128

        package init(_ order: Permutation, from place: UInt64, stride: UInt64) {
            self.order = order
            factor = order.group.raise(order.generator, UInt128(stride))
            power = order.power(at: UInt128(place))
        }

        /// The number at the current place, which is less than the count; then the walk goes on.
        package mutating func next() -> UInt64 {
            defer { power = order.group.multiply(power, factor) }
            return order.number(of: power)
        }
    }
}
