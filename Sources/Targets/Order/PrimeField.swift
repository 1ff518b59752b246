/// Multiplication modulo a prime of at most 65 bits.
package struct PrimeField: Sendable {
    package let prime: UInt128
    /// The distinct prime factors of `prime` - 1.
    private let factors: [UInt64]

    /// The smallest prime above 2^64 is 2^64 + 13.
    private static let excess: UInt128 = 13
    private static let wide: UInt128 = 1 << 64

    /// The field of the smallest prime greater than `count`, which is at most 2^64.
    package init(above count: UInt128) {
        if count < UInt128(Primes.largest) {
            let prime = Primes.next(after: UInt64(truncatingIfNeeded: count))
            self.prime = UInt128(prime)
            factors = prime == 2 ? [] : Primes.factors(of: prime - 1)
        } else {
            prime = PrimeField.wide + PrimeField.excess
            // 2^64 + 12 = 2² · 7 · 658 812 288 346 769 701.
            factors = [2, 7, 658_812_288_346_769_701]
        }
    }

    package func multiply(_ left: UInt128, _ right: UInt128) -> UInt128 {
        if prime < PrimeField.wide {
            let (left, right) = (UInt64(truncatingIfNeeded: left), UInt64(truncatingIfNeeded: right))
            return UInt128(Primes.multiply(left, right, modulo: UInt64(truncatingIfNeeded: prime)))
        }
        // The few numbers from 2^64 on are small negative ones.
        if left >= PrimeField.wide { return negative((prime - left) * right % prime) }
        if right >= PrimeField.wide { return negative((prime - right) * left % prime) }
        // 2^64 ≡ -13, hence high · 2^64 + low ≡ low - 13 · high.
        let product = left * right
        let low = product & (PrimeField.wide - 1)
        return (low + negative((product >> 64) * PrimeField.excess % prime)) % prime
    }

    private func negative(_ value: UInt128) -> UInt128 { value == 0 ? 0 : prime - value }

    package func raise(_ base: UInt128, _ exponent: UInt128) -> UInt128 {
        var (result, base, exponent) = (UInt128(1) % prime, base, exponent)
        while exponent > 0 {
            if exponent & 1 == 1 { result = multiply(result, base) }
            base = multiply(base, base)
            exponent >>= 1
        }
        return result
    }

    /// An element whose powers are all elements, drawn at random.
    package func generator(using random: inout SplitMix) -> UInt128 {
        guard prime > 3 else { return prime - 1 }
        while true {
            let candidate = 2 + random.next(below: prime - 3)
            if factors.allSatisfy({ raise(candidate, (prime - 1) / UInt128($0)) != 1 }) { return candidate }
        }
    }
}
