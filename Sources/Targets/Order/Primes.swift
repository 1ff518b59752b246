/// Primes below 2^64: enough to find a cyclic group of any size at once.
package enum Primes {
    /// The largest prime below 2^64.
    package static let largest: UInt64 = 18_446_744_073_709_551_557

    /// The smallest prime above `number`, which is less than `largest`.
    package static func next(after number: UInt64) -> UInt64 {
        guard number >= 2 else { return 2 }
        var candidate = (number + 1) | 1
        while !isPrime(candidate) { candidate += 2 }
        return candidate
    }

    /// The test of Miller and Rabin with the twelve bases that leave no doubt below 2^64
    /// (Sorenson and Webster, "Strong pseudoprimes to twelve prime bases", 2015).
    package static func isPrime(_ number: UInt64) -> Bool {
        let bases: [UInt64] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37]
        guard number > 37 else { return bases.contains(number) }
        guard bases.allSatisfy({ number % $0 != 0 }) else { return false }
        let twos = (number - 1).trailingZeroBitCount
        let odd = (number - 1) >> UInt64(twos)
        return bases.allSatisfy { base in
            var power = raise(base, odd, modulo: number)
            if power == 1 || power == number - 1 { return true }
            for _ in 1..<max(1, twos) {
                power = multiply(power, power, modulo: number)
                if power == number - 1 { return true }
            }
            return false
        }
    }

    /// The distinct prime factors of a number greater than zero, in no order.
    package static func factors(of number: UInt64) -> [UInt64] {
        var factors: [UInt64] = []
        var rest = number
        for divisor in UInt64(2)...211 where rest % divisor == 0 {
            factors.append(divisor)
            while rest % divisor == 0 { rest /= divisor }
        }
        var open = rest > 1 ? [rest] : []
        while let part = open.popLast() {
            if isPrime(part) {
                if !factors.contains(part) { factors.append(part) }
            } else {
                let divisor = divisor(of: part)
                open += [divisor, part / divisor]
            }
        }
        return factors
    }

    /// A proper divisor of an odd composite number: Pollard's rho method with Floyd's cycle search.
    private static func divisor(of number: UInt64) -> UInt64 {
        var offset: UInt64 = 1
        while true {
            func step(_ value: UInt64) -> UInt64 {
                let (sum, over) = multiply(value, value, modulo: number).addingReportingOverflow(offset)
                return over || sum >= number ? sum &- number : sum
            }
            var slow: UInt64 = 2
            var fast: UInt64 = 2
            var divisor: UInt64 = 1
            while divisor == 1 {
                slow = step(slow)
                fast = step(step(fast))
                divisor = commonDivisor(slow > fast ? slow - fast : fast - slow, number)
            }
            if divisor != number { return divisor }
            offset += 1
        }
    }

    private static func commonDivisor(_ left: UInt64, _ right: UInt64) -> UInt64 {
        var (left, right) = (left, right)
        while left != 0 { (left, right) = (right % left, left) }
        return right
    }

    /// The product of two numbers less than `modulus`.
    static func multiply(_ left: UInt64, _ right: UInt64, modulo modulus: UInt64) -> UInt64 {
        modulus.dividingFullWidth(left.multipliedFullWidth(by: right)).remainder
    }

    private static func raise(_ base: UInt64, _ exponent: UInt64, modulo modulus: UInt64) -> UInt64 {
        var (result, base, exponent) = (UInt64(1), base % modulus, exponent)
        while exponent > 0 {
            if exponent & 1 == 1 { result = multiply(result, base, modulo: modulus) }
            base = multiply(base, base, modulo: modulus)
            exponent >>= 1
        }
        return result
    }
}
