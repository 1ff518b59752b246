import Testing

@Suite struct FuzzTests {
    /// A short run of each parser, the same one every time; `make fuzz` searches with libFuzzer and
    /// AddressSanitizer.
    @Test(arguments: Fuzzer.all.keys.sorted()) func everyParserComesBack(_ name: String) throws {
        let fuzzer = try #require(Fuzzer.all[name])
        #expect(fuzzer.feed(5000, seed: 7) > 0)
    }

    @Test func theSameSeedGivesTheSameInputs() {
        let corpus: [[UInt8]] = [[1, 2, 3, 4, 5], Array(repeating: 9, count: 100)]
        var one = Mutator(seed: 3, corpus: corpus)
        var other = Mutator(seed: 3, corpus: corpus)
        var third = Mutator(seed: 4, corpus: corpus)
        let inputs = (0..<100).map { _ in one.next() }
        #expect(inputs == (0..<100).map { _ in other.next() })
        #expect(inputs != (0..<100).map { _ in third.next() })
    }
}
