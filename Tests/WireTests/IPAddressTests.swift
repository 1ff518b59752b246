import TestSupport
import Testing
import Wire

@Suite struct IPAddressTests {
    @Test(arguments: [
        "::", "::1", "1::", "2001:db8::1", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "255.255.255.255", "0.0.0.0",
        "1:0:0:2::3", "0:1::", "1:2:3:4:5:6:7:0", "fe80::1:0:0:1", "1:0:2:0:3:0:4:0",
    ])
    func canonicalFormsComeBack(_ text: String) throws {
        #expect(try #require(IPAddress(text)).description == text)
    }

    @Test func textAgreesWithPython() throws {
        var random = SystemRandomNumberGenerator()
        let addresses = (0..<3000).map { index in
            // Groups are zero half of the time, so that every shape of `::` comes up.
            let bits = (0..<8).reduce(UInt128(0)) { bits, _ in
                bits << 16 | (Bool.random(using: &random) ? 0 : UInt128(UInt16.random(in: 0...UInt16.max)))
            }
            return index % 4 == 0 ? IPAddress(v4: UInt32(truncatingIfNeeded: bits)) : IPAddress(v6: bits)
        }.filter { $0.isV4 || $0.unmapped.isV6 }
        let numbers = addresses.map { "\($0.isV4 ? 4 : 6) \($0.bits)" }.joined(separator: "\n")
        let script = """
            import ipaddress, sys
            for line in sys.stdin:
                kind, number = line.split()
                kind = ipaddress.IPv4Address if kind == "4" else ipaddress.IPv6Address
                address = kind(int(number))
                print(address, address.exploded)
            """
        let lines = try check("python3", ["-c", script], input: Array(numbers.utf8)).text.split(
            separator: "\n"
        )
        #expect(lines.count == addresses.count)
        for (address, line) in zip(addresses, lines) {
            let forms = line.split(separator: " ")
            #expect(address.description == forms[0])
            #expect(IPAddress(forms[0]) == address)
            #expect(IPAddress(forms[1]) == address)
        }
    }

    @Test func malformedTextIsRefusedAsPythonDoes() throws {
        var texts = [
            "", ".", ":", ":::", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", " 1.2.3.4",
            "1..2.3",
            "0x1.2.3.4", "1.2.3.", ".1.2.3", "-1.2.3.4", "::1::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
            ":1::", "1::2:",
            "12345::", "g::", "::1.2.3", "::1.2.3.4.5", "1:2:3:4:5:6:7:1.2.3.4", "1.2.3.4::", "::1.2.3.4:5",
            "[::1]",
            "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:2:3:4::5:6:7:8", "1:2:3:4:5:6:7::",
            "::2:3:4:5:6:7:8",
            "1:2:3:4:5:6:1.2.3.4", "::ffff:1.2.3.4", "64:ff9b::255.255.255.255", "::00000", "A:b::C",
            "1.2.3.4/24",
        ]
        // One change to a good address makes most of the wrong ones that there are.
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var text = Array("2001:db8:0:1::192.0.2.1".utf8.shuffledSlices(using: &random))
            let place = Int.random(in: 0..<text.count, using: &random)
            text[place] = Array("0:.f".utf8).randomElement(using: &random) ?? 0
            texts.append(String(decoding: text, as: UTF8.self))
        }
        let script = """
            import ipaddress, sys
            for line in sys.stdin.read().split("\\n")[:-1]:
                try: print(int(ipaddress.ip_address(line)))
                except ValueError: print("no")
            """
        let input = Array((texts.joined(separator: "\n") + "\n").utf8)
        let verdicts = try check("python3", ["-c", script], input: input).text.split(separator: "\n")
        #expect(verdicts.count == texts.count)
        for (text, verdict) in zip(texts, verdicts) {
            #expect(IPAddress(text).map { "\($0.bits)" } ?? "no" == verdict, "\(text)")
        }
    }

    @Test func bytesAreInNetworkOrder() throws {
        let address = try #require(IPAddress("2001:db8::ff00:42"))
        var bytes: [UInt8] = []
        address.append(bytesTo: &bytes)
        #expect(bytes == [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0, 0, 0x42])
        #expect(IPAddress(bytes: bytes.span) == address)
        #expect(IPAddress(bytes: [192, 0, 2, 1].span) == IPAddress("192.0.2.1"))
        #expect(IPAddress(bytes: [1, 2, 3].span) == nil)
    }

    @Test func prefixes() {
        #expect(IPAddress("192.0.2.77")?.neighbourhood == IPAddress("192.0.2.0"))
        #expect(IPAddress("2001:db8:1:2:3:4:5:6")?.neighbourhood == IPAddress("2001:db8:1:2::"))
        #expect(IPAddress("2001:db8::1")?.prefix(0) == IPAddress("::"))
        #expect(IPAddress("255.255.255.255")?.prefix(0) == IPAddress("0.0.0.0"))
        #expect(IPAddress("2001:db8::1")?.prefix(128) == IPAddress("2001:db8::1"))
        #expect(IPAddress("255.255.255.255")?.prefix(31) == IPAddress("255.255.255.254"))
    }

    @Test func mappedAddressesShowTheirIPv4() throws {
        let mapped = try #require(IPAddress("::ffff:192.0.2.1"))
        #expect(mapped.isV6)
        #expect(mapped.unmapped == IPAddress("192.0.2.1"))
        #expect(IPAddress("::fffe:192.0.2.1")?.unmapped.isV6 == true)
    }

    /// Wherever a range is written, mapped addresses are the ones that they lead to, or nothing.
    @Test(arguments: [
        ("::ffff:10.0.0.0/120", "10.0.0.0/24"), ("::ffff:a00:0/104", "10.0.0.0/8"),
        ("::ffff:10.1.2.3/128", "10.1.2.3"), ("::ffff:0:0/96", "0.0.0.0/0"),
        ("::ffff:10.1.2.3", "::ffff:10.1.2.3"),
        ("::ffff:10.0.0.1-::ffff:10.0.0.9", "10.0.0.1-9"), ("::ffff:10.0.0.10-12", "10.0.0.10-12"),
        ("::ffff:10.0.0.10-9", nil), ("::ffff:10.0.0.10-256", nil), ("::ffff:a00:a-12", nil),
        ("::10.0.0.10-12", nil), ("::/0", "::/0"), ("::/95", "::/95"),
        ("::ffff:10.0.0.0/95", nil), ("::ffff:0:0/0", nil), ("::-::ffff:10.0.0.9", nil),
        ("::ffff:10.0.0.1-2001::", nil), ("::ffff:10.0.0.1-10.0.0.9", nil),
    ]) func mappedRangesAreTheirIPv4(_ text: String, _ same: String?) throws {
        let range = try? AddressRange(parsing: Array(text.utf8).span)
        #expect(range == (try same.flatMap { try AddressRange(parsing: Array($0.utf8).span) }))
    }

    @Test func orderIsByFamilyThenNumber() throws {
        let sorted = try ["9.0.0.0", "10.0.0.0", "::", "2001:db8::", "2001:db8::1", "2001:db9::"].map {
            try #require(IPAddress($0))
        }
        #expect(sorted.reversed().sorted() == sorted)
    }
}

extension Collection<UInt8> {
    /// The text with one of its slices doubled or dropped.
    fileprivate func shuffledSlices(using random: inout some RandomNumberGenerator) -> [UInt8] {
        let bytes = Array(self)
        let cuts = [Int.random(in: 0...count, using: &random), Int.random(in: 0...count, using: &random)]
            .sorted()
        let middle = Array(bytes[cuts[0]..<cuts[1]])
        let some =
            Array(bytes[..<cuts[0]]) + (Bool.random(using: &random) ? middle + middle : [])
            + bytes[cuts[1]...]
        return some.isEmpty ? [0x3a] : some
    }
}
