import Bytes
import Indicators
import Testing
import Wire

/// What a value of a list is taken for.
@Suite struct IndicatorTextTests {
    private static func guess(_ text: String) -> [Indicator] {
        Array(text.utf8).withUnsafeBufferPointer { IndicatorText.guess($0.span) }
    }

    private static func read(_ kind: IndicatorKind, _ text: String) -> [Indicator] {
        Array(text.utf8).withUnsafeBufferPointer { IndicatorText.read(kind, $0.span) }
    }

    private static let sha256 = String(repeating: "0123456789abcdef", count: 4)
    private static let sha1 = String(repeating: "89abcdef01", count: 4)

    @Test func formTellsTheKind() {
        #expect(Self.guess(Self.sha1).map(\.kind) == [.sha1])
        #expect(Self.guess(Self.sha256).map(\.kind) == [.sha256, .key])
        #expect(Self.guess("eb1d94daa7e0344597e756a1fb6e7054").map(\.kind) == [.ja3s])
        #expect(
            Self.guess("07d14d16d21d21d07c42d41d00041d24a458a375eef0c576d23a7bab9a9fb1").map(\.kind) == [
                .jarm
            ]
        )
        #expect(Self.guess("t130200_1301_234ea6891581").map(\.kind) == [.ja4s])
        #expect(Self.guess("203.0.113.7").map(\.kind) == [.address])
        #expect(Self.guess("2001:db8::7").map(\.kind) == [.address])
        #expect(Self.guess("203.0.113.7:8443").map(\.kind) == [.endpoint])
        #expect(Self.guess("203.0.113.7|8443").map(\.kind) == [.endpoint])
        #expect(Self.guess("[2001:db8::7]:443").map(\.kind) == [.endpoint])
        #expect(Self.guess("203.0.113.0/24").map(\.kind) == [.range])
        #expect(Self.guess("evil.example").map(\.kind) == [.name])
        #expect(Self.guess("*.evil.example").map(\.kind) == [.below])
        #expect(Self.guess(".evil.example").map(\.kind) == [.below])
        for none in [
            "", "localhost", "hello world", "300.1.1.1", "1.2.3.4:99999", "abc123", "http://evil.example/x",
        ] {
            #expect(Self.guess(none).isEmpty, "\(none)")
        }
    }

    @Test func spellingsOfOneValueAreOneValue() {
        let colons = stride(from: 0, to: 40, by: 2).map {
            String(Array(Self.sha1.uppercased())[$0..<$0 + 2])
        }.joined(separator: ":")
        #expect(Self.guess(colons) == Self.guess(Self.sha1))
        #expect(Self.guess("EVIL.example.") == Self.guess("evil[.]example"))
        #expect(Self.guess("203[.]0[.]113[.]7") == Self.guess("203.0.113.7"))
        #expect(Self.guess("::ffff:203.0.113.7") == Self.guess("203.0.113.7"))
        #expect(Self.read(.serial, "00:0A:bc") == Self.read(.serial, "abc"))
        #expect(Self.read(.serial, "0").count == 1)
        #expect(Self.read(.serial, "xyz").isEmpty)
        #expect(Self.read(.key, Self.sha256) != Self.read(.sha256, Self.sha256))
    }

    @Test func rangesAreTheNetworksThatTheyAreMadeOf() throws {
        #expect(Self.guess("203.0.113.0-203.0.113.255") == Self.guess("203.0.113.0/24"))
        #expect(Self.guess("203.0.113.7-203.0.113.7") == Self.guess("203.0.113.7"))
        #expect(Self.guess("0.0.0.0/0").map(\.length) == [0])
        #expect(Self.guess("::/0").map(\.length) == [0])
        #expect(Self.guess("203.0.113.1-203.0.113.6").map(\.length) == [32, 31, 31, 32])
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let ends = [
                UInt32.random(in: 0...(.max), using: &generator), .random(in: 0...(.max), using: &generator),
            ]
            .sorted()
            let range = try #require(AddressRange(IPAddress(v4: ends[0]), IPAddress(v4: ends[1])))
            let networks = Self.guess(range.description)
            let sizes = networks.map { 1 << UInt64(32 - $0.length) as UInt64 }
            #expect(sizes.reduce(0, +) == UInt64(ends[1]) - UInt64(ends[0]) + 1, "\(range)")
            #expect(networks.count <= 62)
        }
    }
}
