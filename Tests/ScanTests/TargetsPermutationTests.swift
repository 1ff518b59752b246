import Scan
import Targets
import TestSupport
import Testing

@Suite struct TargetsPermutationTests {
    @Test(arguments: [
        1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 30, 31, 36, 210, 211, 1009, 4096, 65_536, 65_537, 65_538,
    ])
    func everyNumberComesOnce(_ count: Int) {
        for seed: UInt64 in [0, 1, 42, .max] {
            let order = Permutation(count: UInt128(count), seed: seed)
            var walk = Permutation.Walk(order, from: 0, stride: 1)
            var seen = [Bool](repeating: false, count: count)
            for place in 0..<count {
                let number = walk.next()
                #expect(number < UInt64(count) && !seen[Int(number)])
                seen[Int(number)] = true
                if place % 97 == 0 { #expect(order.number(at: UInt64(place)) == number) }
            }
            #expect(seen.allSatisfy { $0 })
        }
    }

    @Test func theSeedDecidesTheOrder() {
        func first(_ seed: UInt64) -> [UInt64] {
            var walk = Permutation.Walk(Permutation(count: 1_000_000, seed: seed), from: 0, stride: 1)
            return (0..<50).map { _ in walk.next() }
        }
        #expect(first(7) == first(7))
        #expect(first(7) != first(8))
        #expect(first(7) != first(7).sorted())
    }

    /// Neighbours in the order are far apart: one network isn't hit by many probes in a row.
    @Test func neighboursAreSpread() {
        let count: UInt64 = 1 << 24
        for seed: UInt64 in 0..<20 {
            var walk = Permutation.Walk(Permutation(count: UInt128(count), seed: seed), from: 0, stride: 1)
            let blocks = (0..<1000).map { _ in walk.next() >> 8 }
            #expect(Set(blocks).count > 950, "seed \(seed)")
        }
    }

    @Test(arguments: [2, 3, 7, 64]) func stridesMeetAgain(_ stride: UInt64) {
        let order = Permutation(count: 1000, seed: 5)
        var numbers: [UInt64] = []
        for first in 0..<stride {
            var walk = Permutation.Walk(order, from: first, stride: stride)
            for _ in Swift.stride(from: first, to: 1000, by: UInt64.Stride(stride)) {
                numbers.append(walk.next())
            }
        }
        #expect(numbers.sorted() == Array(0..<1000))
    }

    /// The largest sizes, where 64 bits are just enough and just not.
    @Test(arguments: [(1 << 64) - 60, (1 << 64) - 59, (1 << 64) - 1, 1 << 64] as [UInt128])
    func largestCounts(_ count: UInt128) {
        let order = Permutation(count: count, seed: 3)
        var walk = Permutation.Walk(order, from: 0, stride: 1)
        let numbers = (0..<1000).map { _ in walk.next() }
        #expect(Set(numbers).count == 1000)
        #expect(numbers.allSatisfy { UInt128($0) < count })
        #expect(order.number(at: 999) == numbers[999])
    }

    @Test func multiplicationInTheWideFieldAgreesWithPython() throws {
        let field = PrimeField(above: 1 << 64)
        #expect(field.prime == 18_446_744_073_709_551_629)
        var random = SplitMix(seed: 1)
        let edges: [UInt128] = [0, 1, 12, (1 << 64) - 1, 1 << 64, (1 << 64) + 12]
        var pairs = edges.flatMap { left in edges.map { (left, $0) } }
        for _ in 0..<500 { pairs.append((random.next(below: field.prime), random.next(below: field.prime))) }
        let input = pairs.map { "\($0.0) \($0.1)" }.joined(separator: "\n")
        let script = """
            import sys
            for line in sys.stdin:
                a, b = map(int, line.split())
                print(a * b % (2**64 + 13))
            """
        let products = try check("python3", ["-c", script], input: Array(input.utf8)).text.split(
            separator: "\n"
        )
        #expect(products.count == pairs.count)
        for (pair, product) in zip(pairs, products) {
            #expect("\(field.multiply(pair.0, pair.1))" == product, "\(pair)")
        }
    }

    @Test func primesAndFactorsAgreeWithCoreutils() throws {
        var random = SplitMix(seed: 2)
        var numbers: [UInt64] = Array(1...300)
        for bits in 10...64 {
            for _ in 0..<4 { numbers.append(random.next() >> UInt64(64 - bits) | 1) }
        }
        // Squares, products of two near primes and pseudoprimes to many bases.
        numbers += [4_295_098_369, 4_294_967_291 * 4_294_967_279, 3_215_031_751, 3_825_123_056_546_413_051]
        numbers += [Primes.largest, Primes.largest - 1]
        let lines = try check("factor", numbers.map { "\($0)" }).text.split(separator: "\n")
        #expect(lines.count == numbers.count)
        for (number, line) in zip(numbers, lines) {
            let factors = line.split(separator: " ").dropFirst().compactMap { UInt64($0) }
            #expect(Set(Primes.factors(of: number)) == Set(factors), "\(number)")
            #expect(Primes.isPrime(number) == (factors == [number]), "\(number)")
        }
        let wide = try check("factor", ["18446744073709551628", "18446744073709551629"]).text
        #expect(
            wide
                == "18446744073709551628: 2 2 7 658812288346769701\n18446744073709551629: 18446744073709551629\n"
        )
    }

    @Test func nextPrime() {
        #expect([0, 1, 2, 3, 4, 13, 65_536, 65_537].map(Primes.next) == [2, 2, 3, 5, 5, 17, 65_537, 65_539])
        #expect(Primes.next(after: Primes.largest - 1) == Primes.largest)
    }
}
