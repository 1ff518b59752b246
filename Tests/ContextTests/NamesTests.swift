import Context
import Foundation
import PublicSuffix
import TestSupport
import Testing

/// Where the names of a certificate point, by a name server of ours.
@Suite struct NamesTests {
    private let server: ServerProcess

    init() throws {
        let many = (0..<300).map { "local-data: \"many.test. A 198.51.\(100 + $0 / 250).\($0 % 250)\"" }
        let full = (1...256).map { "local-data: \"full.test. A 198.18.\($0 / 200).\($0 % 200)\"" }
        server = try Unbound.start(
            server: [
                "local-zone: \".\" static", "local-data: \"away.test. A 198.51.100.7\"",
                "local-data: \"home.test. A 45.10.0.90\"", "local-data-ptr: \"45.10.0.91 many.test.\"",
            ] + many + full
        )
    }

    private func look(_ address: String, _ names: [String], commonName: String? = nil) throws -> NamesContext
    {
        var setup = ContextSetup()
        setup.options.askNames(servers: ["127.0.0.1:\(server.port)"], rate: 10_000)
        setup.suffixes = PublicSuffixList(Array("test\n".utf8))
        let list = names.map { "\"\($0)\"" }.joined(separator: ",")
        let subject = commonName.map { ",\"subject\":{\"common_name\":[\"\($0)\"]}" } ?? ""
        let line = """
            {"server":{"ip":"\(address)"},"tls":{"server":{"hash":{"sha256":"0A"},\
            "x509":{"alternative_names":[\(list)]\(subject)}}},"hallmark":{}}
            """
        let found = try ContextSession(setup).look(at: [Array(line.utf8)])
        return try #require(found[0].names)
    }

    /// An address in a certificate is a name that no name server has to tell.
    @Test func aCertificateForTheAddressBelongsThere() throws {
        for address in ["45.10.0.90", "2001:db8::90"] {
            for text in [address, "2001:0DB8:0:0::90"] where text == address || address.contains(":") {
                let context = try look(address, ["away.test", text])
                #expect(context.direction == .here && context.here == [address], "\(text)")
                #expect(context.elsewhere == ["away.test"] || context.nowhere == ["away.test"], "\(context)")
            }
        }
        #expect(try look("::ffff:45.10.0.90", ["45.10.0.90"]).direction == .here)
        #expect(try look("45.10.0.90", [], commonName: "45.10.0.90").direction == .here)
        // It does not count as one of the names that are asked for.
        let many = (1...16).map { "n\($0).test" }
        let full = try look("45.10.0.90", many + ["45.10.0.90"])
        #expect(full.direction == .here && full.more == 0)
    }

    /// That of another address says nothing of DNS.
    @Test func aCertificateForAnotherAddressIsJudgedByItsNames() throws {
        #expect(try look("45.10.0.90", ["away.test", "45.10.0.1"]).direction == .elsewhere)
        #expect(try look("45.10.0.90", ["home.test", "45.10.0.1"]).direction == .here)
        let alone = try look("45.10.0.90", ["45.10.0.1"])
        #expect(alone.direction == .unknown && alone.elsewhere.isEmpty && alone.nowhere.isEmpty)
    }

    /// Names that are not asked for may point here: nobody knows, and so they speak for nothing.
    @Test(arguments: ["*.test", "f*.away.test", "a.*.away.test", "münchen.away.test", "here.away.test "])
    func aNameThatIsNotAskedForLeavesTheOthersOpen(_ name: String) throws {
        let context = try look("45.10.0.90", ["away.test", name])
        #expect(context.direction == .unknown && context.more == 1, "\(context)")
        #expect(try look("45.10.0.90", ["home.test", name]).direction == .here)
        // One of an inner network is none of the DNS.
        #expect(try look("45.10.0.90", ["away.test", "localhost"]).direction == .elsewhere)
    }

    /// Of a name with more addresses than are read nobody knows that this is none of them.
    @Test func aNameWithTooManyAddressesIsNotElsewhere() throws {
        let cut = try look("45.10.0.90", ["many.test", "away.test"])
        #expect(cut.direction == .unknown && cut.state == .partial, "\(cut)")
        #expect(cut.unanswered == ["many.test"] && cut.elsewhere == ["away.test"], "\(cut)")
        #expect(try look("45.10.0.90", ["full.test"]).direction == .elsewhere)
        #expect(try look("45.10.0.90", ["full.test"]).state == .complete)
        // Nor that a reverse name does not point back.
        #expect(try look("45.10.0.91", ["away.test"]).state == .partial)
    }
}
