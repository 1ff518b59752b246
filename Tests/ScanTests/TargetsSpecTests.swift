import Scan
import Targets
import Testing
import Wire

/// The target language, item by item.
@Suite struct TargetsSpecTests {
    /// What is written, and how it reads back.
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:8443", "192.0.2.1:8443"),
        ("192.0.2.1:443,8443,9000-9010", "192.0.2.1:443,8443,9000-9010"),
        ("192.0.2.1:9000-9010,443,9005-9020", "192.0.2.1:443,9000-9020"),
        ("192.0.2.0/30", "192.0.2.0-192.0.2.3"),
        ("192.0.2.7/30", "192.0.2.4-192.0.2.7"),
        ("192.0.2.7/32", "192.0.2.7"),
        ("0.0.0.0/0", "0.0.0.0-255.255.255.255"),
        ("192.0.2.0/30:443", "192.0.2.0-192.0.2.3:443"),
        ("192.0.2.10-192.0.2.90", "192.0.2.10-192.0.2.90"),
        ("192.0.2.10-90", "192.0.2.10-192.0.2.90"),
        ("192.0.2.10-192.0.2.10", "192.0.2.10"),
        ("192.0.2.10-90:443,8443", "192.0.2.10-192.0.2.90:443,8443"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "[2001:db8::1]:443"),
        ("2001:DB8:0::/126", "2001:db8::-2001:db8::3"),
        ("[2001:db8::/126]:443", "[2001:db8::-2001:db8::3]:443"),
        ("2001:db8::1-2001:db8::ff", "2001:db8::1-2001:db8::ff"),
        ("[2001:db8::1-2001:db8::ff]:443", "[2001:db8::1-2001:db8::ff]:443"),
        ("::/0", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
        ("Example.COM", "example.com"),
        ("example.com.", "example.com"),
        ("localhost", "localhost"),
        ("example.com:8443", "example.com:8443"),
        ("example.com:443,8443", "example.com:443,8443"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("_sip._tls.example.com", "_sip._tls.example.com"),
        ("a-b.example.com", "a-b.example.com"),
        ("10-0-0-1.example.com", "10-0-0-1.example.com"),
        ("1.2.3.com", "1.2.3.com"),
        ("192.0.2.1,example.com", "192.0.2.1,example.com"),
        ("192.0.2.1:8443,example.com", "192.0.2.1:8443,example.com"),
        ("192.0.2.1:443,8443,example.com", "192.0.2.1:443,8443,example.com"),
        ("2001:db8::1,example.com", "2001:db8::1,example.com"),
        ("[2001:db8::1]:443,Example.com.", "[2001:db8::1]:443,example.com"),
        ("example.com,example.net", "example.com,example.net"),
        ("example.com,example.com", "example.com"),
        ("https://example.com", "example.com:443"),
        ("https://example.com/", "example.com:443"),
        ("HTTPS://Example.com:8443/a/b?c#d", "example.com:8443"),
        ("https://192.0.2.1", "192.0.2.1:443"),
        ("https://[2001:db8::1]:8443/x", "[2001:db8::1]:8443"),
        ("http://example.com", "http://example.com:80"),
        ("http://[2001:db8::1]?x", "http://[2001:db8::1]:80"),
    ])
    func reads(_ text: String, _ canonical: String) throws {
        let spec = try TargetSpec(parsing: text)
        #expect(spec.description == canonical)
        #expect(try TargetSpec(parsing: canonical) == spec)
    }

    @Test(arguments: [
        ("", "a host is missing"),
        ("192.0.2.256", "\"192.0.2.256\" is not an IPv4 address"),
        ("192.0.2", "\"192.0.2\" is not an IPv4 address"),
        ("192.0.2.01", "\"192.0.2.01\" is not an IPv4 address"),
        ("192.0.2.0/33", "\"33\" is not a prefix length (0 to 32)"),
        ("192.0.2.0/", "\"\" is not a prefix length (0 to 32)"),
        ("2001:db8::/129", "\"129\" is not a prefix length (0 to 128)"),
        ("192.0.2.0/255.255.255.0", "\"255.255.255.0\" is not a prefix length (0 to 32)"),
        ("example.com/24", "\"example.com\" in front of the prefix length is not an address"),
        ("192.0.2.9-192.0.2.1", "the range 192.0.2.9-192.0.2.1 ends before it starts"),
        ("192.0.2.9-8", "the range 192.0.2.9-192.0.2.8 ends before it starts"),
        ("192.0.2.9-256", "\"256\" is not the last address of a range"),
        ("192.0.2.9-", "\"\" is not the last address of a range"),
        ("192.0.2.9-::1", "the range 192.0.2.9-::1 mixes IPv4 and IPv6"),
        ("192.0.2.1:", "the port after the colon is missing"),
        ("192.0.2.1:0", "port \"0\" is not between 1 and 65535"),
        ("192.0.2.1:65536", "port \"65536\" is not between 1 and 65535"),
        ("192.0.2.1:99999999999999999999", "port \"99999999999999999999\" is not between 1 and 65535"),
        ("192.0.2.1:http", "\"http\" is not a port"),
        ("192.0.2.1:443,", "the server name after the comma is missing"),
        ("192.0.2.1:90-80", "the port range 90-80 ends before it starts"),
        ("192.0.2.1,", "the server name after the comma is missing"),
        ("192.0.2.1,443", "\"443\" is no server name; ports follow a colon"),
        ("192.0.2.1:443,1-2.", "\"1-2.\" is no server name; ports follow a colon"),
        ("192.0.2.1,192.0.2.2", "a server name is a DNS name, not an address (RFC 6066, section 3)"),
        ("192.0.2.1,a.example,b.example", "a target has one server name"),
        ("192.0.2.0/24,a.example", "a server name goes with one address, not with a range"),
        ("[2001:db8::1", "\"]\" is missing"),
        ("[2001:db8::1]443", "only a colon and ports can follow \"]\""),
        ("[2001:db8::1]:", "the port after the colon is missing"),
        ("[]:443", "a host is missing"),
        (
            "2001:db8::1::2",
            "\"2001:db8::1::2\" is not an IPv6 address; with a port it is written [address]:port"
        ),
        ("fe80::1%eth0", "an address with a zone is not supported"),
        ("ftp://example.com", "the scheme \"ftp\" is not http or https"),
        ("https://", "a host is missing"),
        ("https://user@example.com", "a URL with a user name is not a target"),
        ("https://192.0.2.0/24", "a URL names one host; a network is written without the scheme"),
        ("https://example.com:1-2", "a URL has one port"),
        ("exa mple.com", "\"exa mple.com\" is neither an address nor a host name"),
        ("*.example.com", "\"*.example.com\" is neither an address nor a host name"),
        ("example..com", "a host name has an empty label"),
        (".example.com", "a host name has an empty label"),
        ("-x.example.com", "a label of a host name neither starts nor ends with a hyphen"),
        ("bücher.example", "a name outside ASCII must be given in its xn-- form"),
        ("\u{1b}[31m", "\"\\x1b[31m\" is neither an address nor a host name"),
    ])
    func refuses(_ text: String, _ why: String) {
        let error = #expect(throws: AddressSyntaxError.self) { try TargetSpec(parsing: text) }
        #expect(error?.why == why)
    }

    @Test func lengthsAreBounded() throws {
        let label = String(repeating: "a", count: 63)
        let longest = [label, label, label, String(repeating: "b", count: 61)].joined(separator: ".")
        #expect(longest.utf8.count == 253)
        #expect(try TargetSpec(parsing: longest).host == .name(longest))
        #expect(throws: AddressSyntaxError.self) { try TargetSpec(parsing: longest + "b") }
        #expect(throws: AddressSyntaxError.self) { try TargetSpec(parsing: label + "a.example") }
        #expect(throws: AddressSyntaxError.self) {
            try TargetSpec(parsing: String(repeating: "a", count: 1_000_000))
        }
    }
}
