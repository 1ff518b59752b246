import Testing

@testable import Net

@Suite struct DNSPartsTests {
    private static let question = DNSQuestion(name: "a.test", isIPv6: false)

    @Test func theCacheForgetsWhatIsOverAndWhatIsTooMuch() {
        var cache = DNSCache(capacity: 10 * 270)
        cache.add(Self.question, .failure(.noData), seconds: 10, now: 1000)
        #expect(cache.find(Self.question, now: 10_999) != nil)
        #expect(cache.find(Self.question, now: 11_000) == nil)
        cache.add(Self.question, .failure(.noData), seconds: 0, now: 1000)
        #expect(cache.find(Self.question, now: 1000) == nil)

        for index in 0..<100 {
            let question = DNSQuestion(name: "n\(index).test", isIPv6: false)
            cache.add(question, .failure(.noData), seconds: 60, now: 0)
            // What is asked for again and again stays.
            if index >= 50 {
                #expect(cache.find(DNSQuestion(name: "n50.test", isIPv6: false), now: 1) != nil)
            }
            #expect(cache.count <= 10)
        }
        #expect(cache.find(DNSQuestion(name: "n99.test", isIPv6: false), now: 1) != nil)
        #expect(cache.find(DNSQuestion(name: "n60.test", isIPv6: false), now: 1) == nil)
    }

    @Test func theCacheIsBoundedInBytes() {
        var cache = DNSCache(capacity: 1 << 20)
        let many = (0..<256).map {
            ResolvedAddress(address: SocketAddress(ipv4: UInt32($0), port: 0), ttl: 86_400)
        }
        for index in 0..<1000 {
            let question = DNSQuestion(name: "n\(index).test", isIPv6: false)
            cache.add(question, .addresses(many), seconds: 86_400, now: 0)
            #expect(cache.find(question, now: 1) != nil)
            #expect(cache.cost <= 1 << 20)
        }
        #expect(cache.count > 50 && cache.count < 150)
        // What is asked for again replaces what was kept, and what is too large is not kept.
        for _ in 0..<1000 {
            cache.add(Self.question, .addresses(many), seconds: 60, now: 0)
            cache.add(Self.question, .failure(.noData), seconds: 60, now: 0)
        }
        #expect(cache.cost <= 1 << 20)
        var small = DNSCache(capacity: 1000)
        small.add(Self.question, .addresses(many), seconds: 60, now: 0)
        #expect(small.count == 0 && small.cost == 0)
    }

    /// An answer for `a.test` without addresses, with an SOA of TTL 900 and minimum 60 for `test`.
    private static let negative: [UInt8] =
        [0, 1, 0x81, 0x83, 0, 1, 0, 0, 0, 1, 0, 0]
        + [1, 0x61, 4, 0x74, 0x65, 0x73, 0x74, 0, 0, 1, 0, 1]
        + [0xc0, 14, 0, 6, 0, 1, 0, 0, 3, 0x84, 0, 24, 0xc0, 14, 0xc0, 14]
        + [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 60]

    @Test func aNegativeAnswerHoldsAsLongAsTheSOARecordSays() {
        let message = Self.negative
        #expect(DNSMessage.negativeTTL(message.span) == 60)
        for count in 0..<message.count {
            #expect(DNSMessage.negativeTTL(message.span.extracting(first: count)) == nil)
        }
        var shorter = message
        (shorter[32], shorter[33]) = (0, 9)
        #expect(DNSMessage.negativeTTL(shorter.span) == 9)
        var other = message
        other[27] = 2
        #expect(DNSMessage.negativeTTL(other.span) == nil)
    }

    @Test func mutatedAnswersAreReadWithoutHarm() {
        var state: UInt64 = 1
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var readable = 0
        for _ in 0..<20_000 {
            var message = Self.negative
            for _ in 0...random(4) { message[random(message.count)] = UInt8(random(256)) }
            message.removeLast(random(3))
            if DNSMessage.negativeTTL(message.span) != nil { readable += 1 }
            message.withUnsafeBufferPointer { _ = DNSAnswer.read(0, $0, Self.question) }
        }
        #expect(readable > 0 && readable < 20_000)
    }
}
