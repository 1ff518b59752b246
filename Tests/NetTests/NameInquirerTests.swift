import Net
import Testing

/// Names that are asked for a remark alone.
@Suite struct NameInquirerTests {
    /// A server that can tell of nothing is as good as none: it is not asked for ever, and its words are no
    /// answers.
    @Test(arguments: [UInt8(2), 5]) func aServerThatTellsNothingIsUnheard(_ code: UInt8) throws {
        let server = LameNameServer(code: code)
        defer { withExtendedLifetime(server) {} }
        let loop = try EventLoop()
        var options = NameInquirer.Options()
        options.servers = ["127.0.0.1:\(server.port)"]
        options.rate = 1000
        options.maximumInFlight = 2
        let inquirer = try NameInquirer(on: loop, options)
        var ends = 0
        for number in 0..<200 {
            let question = try #require(DNSQuestion(host: "n\(number).test", isIPv6: false))
            inquirer.ask(question) { _ in ends += 1 }
        }
        loop.run()
        #expect(ends == 200)
        #expect(!inquirer.hasHeard && inquirer.isSilent)
        let counts = inquirer.counts
        #expect(counts.asked < 20 && counts.asked + counts.notAsked >= 200, "\(counts)")
        #expect(counts.unanswered >= 4, "\(counts)")
    }
}
