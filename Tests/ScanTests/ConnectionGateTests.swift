import Observations
import Targets
import Testing
import Wire

@testable import Scan

@Suite struct ConnectionGateTests {
    private func code(_ gate: ConnectionGate, _ text: String, port: UInt16 = 443) throws -> ErrorCode? {
        let address = try #require(IPAddress(text))
        let target = Target(
            sequence: 0,
            host: .name("a.test"),
            port: port,
            serverName: nil,
            scheme: .tls
        )
        return gate.refusal(of: address, for: target)?.code
    }

    @Test(arguments: [
        "127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1",
        "64:ff9b::127.0.0.1", "64:ff9b:1::127.0.0.1", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "2001:db8::5efe:127.0.0.1",
    ])
    func noFormGetsAroundAnExclusion(text: String) throws {
        var options = TargetOptions()
        #expect(try code(ConnectionGate(options), text) == nil)
        options.exclusions = try Exclusions(["127.0.0.0/8", "::1"])
        #expect(try code(ConnectionGate(options), text) == .excluded)
        #expect(try code(ConnectionGate(options), "192.0.2.1") == nil)
        // An exclusion of one port is one of that port.
        options.exclusions = try Exclusions(["127.0.0.0/8:443", "[::1]:443"])
        #expect(try code(ConnectionGate(options), text) == .excluded)
        #expect(try code(ConnectionGate(options), text, port: 8443) == nil)
    }

    @Test(arguments: ["127.0.0.1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::127.0.0.1", "2002:7f00:1::"])
    func norAroundAScope(text: String) throws {
        var options = TargetOptions()
        options.scope = try Scope(
            name: "s",
            authorization: "a",
            include: ["*.test"],
            exclude: ["127.0.0.0/8", "::1"],
            source: "s"
        )
        #expect(try code(ConnectionGate(options), text) == .outOfScope)
        #expect(try code(ConnectionGate(options), "192.0.2.1") == nil)
    }

    /// Whatever leads there, a name or a form of an address.
    @Test(arguments: [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "198.18.0.1", "::1",
        "fe80::1",
        "fd00::1", "2001:db8::1", "::ffff:10.0.0.1", "::10.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::10.0.0.1",
        "2002:0a00:0001::", "2606:4700::5efe:10.0.0.1",
    ])
    func specialNetworksAreRefusedToWhoMayNotGoThere(text: String) throws {
        var options = TargetOptions()
        #expect(try code(ConnectionGate(options), text) == nil)
        options.refusesSpecial = true
        let gate = ConnectionGate(options)
        #expect(try code(gate, text) == .excluded)
        for text in ["45.10.0.1", "2606:4700::1", "::ffff:45.10.0.1"] {
            #expect(try code(gate, text) == nil, "\(text)")
        }
    }

    @Test(arguments: [
        "0.0.0.0", "::", "::ffff:0.0.0.0", "0.0.0.1", "224.0.0.1", "255.255.255.255", "ff02::1",
    ])
    func whatIsNobodysAddressIsNeverConnectedTo(text: String) throws {
        let gate = ConnectionGate(TargetOptions())
        #expect(try code(gate, text) == .dnsFailure)
        let address = try #require(IPAddress(text))
        let target = Target(sequence: 0, host: .address(address), port: 443, serverName: nil, scheme: .tls)
        #expect(gate.refusal(of: address, for: target)?.code == .invalidTarget)
    }

    /// Who names where to come from is seen from nowhere else: neither connecting nor by a SYN.
    @Test func aFamilyWithoutASourceIsRefused() throws {
        let four = try #require(IPAddress("192.0.2.9"))
        let six = try #require(IPAddress("2001:db8::9"))
        let gate = ConnectionGate(TargetOptions(), from: [four])
        #expect(try code(gate, "198.18.0.1") != .localError)
        #expect(try code(gate, "2606:4700::1") == .localError)
        // What counts is the family of what is connected to.
        let proxied = ConnectionGate(TargetOptions(), from: [four], by: six)
        #expect(try code(proxied, "45.10.0.1") == .localError)
        #expect(try code(ConnectionGate(TargetOptions(), from: [four, six]), "2606:4700::1") == nil)
    }
}
