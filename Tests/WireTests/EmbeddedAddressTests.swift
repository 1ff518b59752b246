import Testing
import Wire

@Suite struct EmbeddedAddressTests {
    @Test(arguments: [
        "::ffff:192.0.2.33", "::192.0.2.33", "::ffff:0:192.0.2.33", "64:ff9b::192.0.2.33", "2002:c000:221::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdde", "2001:db8::5efe:192.0.2.33", "fe80::200:5efe:192.0.2.33",
    ])
    func everyFormLeadsToItsIPv4Address(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.embedded == IPAddress("192.0.2.33"))
        #expect(address.reachable == [try #require(IPAddress("192.0.2.33"))])
    }

    /// The table of RFC 6052, section 2.4, in a prefix of RFC 8215.
    @Test(arguments: [
        "64:ff9b:1:c000:2:2100::", "64:ff9b:1:c0:0:221::", "64:ff9b:1::c0:2:2100:0", "64:ff9b:1::192.0.2.33",
    ])
    func aLocalPrefixOfAnyLengthLeadsThere(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.reachable.contains(try #require(IPAddress("192.0.2.33"))))
    }

    @Test(arguments: ["::1", "::", "2001:db8::1", "2a00::c000:221", "192.0.2.33", "fe80::1"])
    func otherAddressesAreTheirOwn(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.embedded == nil && address.reachable.isEmpty)
    }

    @Test(arguments: [
        ("0.0.0.0", false), ("0.1.2.3", false), ("::", false), ("::ffff:0.0.0.0", false),
        ("64:ff9b::", false),
        ("2002::1", false), ("224.0.0.1", false), ("239.255.255.255", false), ("255.255.255.255", false),
        ("ff02::1", false), ("::ffff:224.0.0.1", false), ("1.0.0.0", true), ("127.0.0.1", true),
        ("::1", true),
        ("10.0.0.0", true), ("192.0.2.255", true), ("240.0.0.1", true), ("2001:db8::", true),
    ])
    func whoCanBeConnectedTo(text: String, isDestination: Bool) throws {
        #expect(try #require(IPAddress(text)).isDestination == isDestination)
    }
}
