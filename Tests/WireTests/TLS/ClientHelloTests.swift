import Testing
import Wire

@Suite struct ClientHelloTests {
    private let share = ClientHello.KeyShare(group: 29, key: [UInt8](repeating: 1, count: 32))
    private let other = ClientHello.KeyShare(group: 23, key: [UInt8](repeating: 4, count: 65))

    /// The lengths, held against a parser that knows nothing of how the hello was written.
    @Test(arguments: ClientHello.Look.allCases) func everyHelloIsWellFormed(_ look: ClientHello.Look) throws {
        for name in ["", "a.test", String(repeating: "a", count: 200) + ".test"] {
            let hello = try ParsedHello(write(look, name))
            #expect(hello.serverName == (look.sendsServerName && !name.isEmpty ? name : nil))
            #expect(hello.suites.count == Set(hello.suites).count)
            #expect(hello.extensions.count == Set(hello.extensions.map(\.type)).count)
            #expect(hello.recordVersion == (look == .legacy ? 0x0300 : 0x0301))
            #expect(hello.version == (look == .legacy ? 0x0301 : 0x0303))
            #expect((hello.extensions.isEmpty) == (look == .legacy))
            // Servers are known that stumble over these.
            if look == .default || look == .browser { #expect(!(256..<512 ~= hello.messageCount)) }
        }
    }

    @Test(arguments: ClientHello.Look.allCases) func everySuiteHasAName(_ look: ClientHello.Look) throws {
        for suite in try ParsedHello(write(look, "")).suites where !isGrease(suite) {
            #expect(CipherSuite.name(suite) != nil)
        }
    }

    /// Nothing of one kind of certificate is offered with the other; OpenSSL's list says which is which.
    @Test func oneKindOfCertificateIsAskedForAlone() throws {
        let (rsa, ecdsa) = (try ParsedHello(write(.rsa, "")), try ParsedHello(write(.ecdsa, "")))
        let names = (rsa: Self.names(rsa.suites), ecdsa: Self.names(ecdsa.suites))
        #expect(names.rsa.contains("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"))
        #expect(names.rsa.contains("TLS_RSA_WITH_RC4_128_MD5"))
        #expect(names.ecdsa.contains("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"))
        let both = names.rsa.intersection(names.ecdsa)
        #expect(both.count == 5 && both.allSatisfy { !$0.contains("_WITH_") || $0.hasPrefix("TLS_AES") })
        for name in names.rsa.union(names.ecdsa) {
            #expect(!["_anon_", "_DSS_", "_PSK_"].contains { name.contains($0) }, "\(name)")
        }
        #expect(Set(rsa.value(13).dropFirst(2)) != Set(ecdsa.value(13).dropFirst(2)))
    }

    private static func names(_ suites: [UInt16]) -> Set<String> {
        Set(suites.compactMap { CipherSuite.name($0)?.description })
    }

    @Test func oldServersFindWhatTheyNeedAmongTheFirst64() throws {
        let suites = try ParsedHello(write(.default, "")).suites
        for needed: UInt16 in [0x0004, 0x0005, 0x000a, 0x002f, 0x0035, 0x0033, 0x0009, 0x0003, 0x0032] {
            #expect(suites.prefix(64).contains(needed))
        }
    }

    @Test func theSameFillGivesTheSameBytes() {
        #expect(write(.browser, "a.test") == write(.browser, "a.test"))
        #expect(write(.browser, "a.test") != write(.browser, "b.test"))
    }

    /// RFC 8701: each value is 0x?a?a; two extensions of one hello must differ.
    @Test func greaseIsDrawnFromTheRandom() throws {
        for seed in UInt8(0)..<64 {
            let random = InlineArray<32, UInt8> { UInt8(truncatingIfNeeded: $0) &* 37 &+ seed }
            let hello = try ParsedHello(write(.browser, "a.test", random: random))
            let grease = hello.extensions.map(\.type).filter(isGrease)
            #expect(grease.count == 2)
            #expect(grease[0] != grease[1])
            #expect(isGrease(hello.suites[0]))
            // The group of the empty share is among the supported groups.
            let groups = hello.value(10)
            #expect(hello.value(51)[2...3] == groups[2...3])
        }
    }

    /// RFC 8446, section 4.1.2: what may change after a HelloRetryRequest.
    @Test func theSecondHelloDiffersInShareAndCookieAlone() throws {
        var second: [UInt8] = []
        let retry = ClientHello.Retry(share: other, cookie: [9, 8, 7])
        hello(.default).write(fill("a.test"), retry: retry, into: &second)
        let one = try ParsedHello(write(.default, "a.test"))
        let two = try ParsedHello(second)
        #expect(two.recordVersion == 0x0303)
        #expect(two.suites == one.suites)
        #expect(two.random == one.random)
        #expect(two.value(51) == [0, 69, 0, 23, 0, 65] + other.key)
        #expect(two.value(44) == [0, 3, 9, 8, 7])
        let unchanged = one.extensions.filter { ![44, 51, 21].contains($0.type) }
        #expect(two.extensions.filter { ![44, 51, 21].contains($0.type) } == unchanged)
    }

    @Test func protocolsCanBeLeftOut() throws {
        var bytes: [UInt8] = []
        var fill = fill("a.test")
        fill.offersProtocols = false
        hello(.default).write(fill, into: &bytes)
        #expect(try ParsedHello(bytes).extensions.allSatisfy { $0.type != 16 })
        let names: [UInt8] = [2] + Array("h2".utf8) + [8] + Array("http/1.1".utf8)
        #expect(try ParsedHello(write(.default, "")).value(16) == [0, 12] + names)
    }

    private func isGrease(_ number: UInt16) -> Bool {
        number & 0x0f0f == 0x0a0a && number >> 8 == number & 255
    }

    private func hello(_ look: ClientHello.Look) -> ClientHello {
        ClientHello(
            look,
            shares: [share, other],
            groups: [29, 23, 24, 25],
            sessionID: [UInt8](repeating: 5, count: 32)
        )
    }

    private func fill(_ name: String, random: InlineArray<32, UInt8> = InlineArray(repeating: 3))
        -> ClientHello.Fill
    {
        ClientHello.Fill(random: random, serverName: Array(name.utf8), offersProtocols: true)
    }

    private func write(
        _ look: ClientHello.Look,
        _ name: String,
        random: InlineArray<32, UInt8> = InlineArray(repeating: 3)
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        hello(look).write(fill(name, random: random), into: &bytes)
        return bytes
    }
}

/// A strict reader of ClientHellos (RFC 8446, section 4.1.2).
struct ParsedHello {
    struct Item: Equatable {
        var type: UInt16
        var value: [UInt8]
    }

    struct Malformed: Error {}

    var recordVersion = 0
    var version = 0
    var messageCount = 0
    var random: [UInt8] = []
    var suites: [UInt16] = []
    var extensions: [Item] = []

    func value(_ type: UInt16) -> [UInt8] { extensions.first { $0.type == type }?.value ?? [] }

    var serverName: String? {
        let value = value(0)
        return value.isEmpty ? nil : String(decoding: value.dropFirst(5), as: UTF8.self)
    }

    init(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        func take(_ count: Int) throws -> [UInt8] {
            guard count <= rest.count else { throw Malformed() }
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        func number(_ count: Int) throws -> Int { try take(count).reduce(0) { $0 << 8 | Int($1) } }
        guard try number(1) == 22 else { throw Malformed() }
        recordVersion = try number(2)
        guard try number(2) == rest.count, try number(1) == 1 else { throw Malformed() }
        messageCount = rest.count + 1
        guard try number(3) == rest.count else { throw Malformed() }
        version = try number(2)
        random = try take(32)
        _ = try take(number(1))
        let list = try take(number(2))
        guard list.count % 2 == 0 else { throw Malformed() }
        suites = stride(from: 0, to: list.count, by: 2).map { UInt16(list[$0]) << 8 | UInt16(list[$0 + 1]) }
        guard try take(number(1)) == [0] else { throw Malformed() }
        guard !rest.isEmpty else { return }
        guard try number(2) == rest.count else { throw Malformed() }
        while !rest.isEmpty {
            let type = UInt16(try number(2))
            extensions.append(Item(type: type, value: try take(number(2))))
        }
    }
}
