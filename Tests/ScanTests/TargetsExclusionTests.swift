import Observations
import Scan
import Targets
import TestSupport
import Testing
import Wire

@Suite struct TargetsExclusionTests {
    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.8", false),
        ("192.0.2.0/28", "192.0.2.15", true),
        ("192.0.2.0/28", "192.0.2.16", false), ("192.0.2.3-9", "192.0.2.9", true),
        ("192.0.2.3-9", "192.0.2.10", false),
        ("2001:db8::/64", "2001:db8::ffff", true), ("2001:db8::/64", "2001:db8:0:1::", false),
        ("0.0.0.0/0", "255.255.255.255", true), ("0.0.0.0/0", "::1", false), ("::/0", "::1", true),
        ("::/0", "192.0.2.7", false), ("::/1", "192.0.2.7", false), ("::ffff:0:0/96", "192.0.2.7", true),
        // Every way to the same host.
        ("192.0.2.7", "::ffff:192.0.2.7", true), ("::ffff:192.0.2.7", "192.0.2.7", true),
        ("::ffff:192.0.2.0/120", "192.0.2.7", true), ("192.0.2.7", "64:ff9b::192.0.2.7", true),
        ("192.0.2.0/24", "64:ff9b::192.0.3.7", false), ("192.0.2.7", "2002:c000:207::1", true),
        ("192.0.2.7", "2002:c000:208::1", false),
    ])
    func addresses(_ pattern: String, _ address: String, _ isExcluded: Bool) throws {
        let exclusions = try Exclusions([pattern])
        #expect(exclusions.excludes(try #require(IPAddress(address))) == isExcluded)
        #expect(exclusions.excludes(try #require(IPAddress(address)), port: 443) == isExcluded)
        let left = visit(try plan([address], TargetOptions(exclusions: exclusions)))
        #expect(left.isEmpty == isExcluded)
    }

    @Test func names() throws {
        let exclusions = try Exclusions(["Bank.Example.", "*.gov.example", "shop.example:8443"])
        #expect(exclusions.excludes(name: "bank.example"))
        #expect(!exclusions.excludes(name: "www.bank.example"))
        #expect(exclusions.excludes(name: "a.b.gov.example"))
        #expect(!exclusions.excludes(name: "gov.example"))
        #expect(exclusions.excludes(name: "shop.example", port: 8443))
        #expect(!exclusions.excludes(name: "shop.example", port: 443))
        #expect(!exclusions.excludes(name: "shop.example"))
        let items = [
            "bank.example", "www.bank.example", "x.gov.example", "gov.example", "shop.example",
            "8.0.0.1,bank.example",
            "http://bank.example", "https://www.gov.example/",
        ]
        let plan = try plan(
            items,
            TargetOptions(ports: try ports("443,8443"), exclusions: exclusions, inOrder: true)
        )
        #expect(
            visit(plan).map(endpoint) == [
                "www.bank.example:443", "www.bank.example:8443", "gov.example:443", "gov.example:8443",
                "shop.example:443",
            ]
        )
        #expect(plan.counts.excluded == 2 + 2 + 1 + 2 + 1 + 1)
    }

    @Test func exclusionsWinOverWhatANameResolvesTo() throws {
        let options = TargetOptions(exclusions: try Exclusions(["192.0.2.0/24", "192.0.3.1:443"]))
        let target = Target(host: .name("a.example"), port: 443)
        func refusal(_ address: String) throws -> ErrorCode? {
            options.refusal(of: try #require(IPAddress(address)), for: target)?.code
        }
        #expect(try refusal("192.0.2.9") == .excluded)
        #expect(try refusal("::ffff:192.0.2.9") == .excluded)
        #expect(try refusal("192.0.3.1") == .excluded)
        #expect(try refusal("192.0.3.2") == nil)
    }

    @Test(arguments: ["", "\n \n", "# none yet\n"])
    func aListWithoutAPatternIsSaid(_ text: String) throws {
        let scratch = Scratch()
        let path = try scratch.write("never.txt", text)
        do {
            _ = try Exclusions(["@" + path])
            Issue.record("it was taken for a list of nothing")
        } catch { #expect(error.description.contains("there is nothing in it")) }
    }

    @Test func patternsComeFromFiles() throws {
        let scratch = Scratch()
        let path = try scratch.write("never.txt", "# ours\n8.0.0.1 # gateway\r\n\n8.0.0.4/30\tbank.example\n")
        let plan = try plan(
            ["8.0.0.0/29", "bank.example"],
            TargetOptions(exclusions: try Exclusions(["@" + path]))
        )
        #expect(visit(plan).map(endpoint).sorted() == ["8.0.0.0:443", "8.0.0.2:443", "8.0.0.3:443"])
        #expect(plan.counts.excluded == 6)
    }

    /// A slip in an exclusion must not be taken for nothing to exclude.
    @Test func whatIsWrongIsAnError() throws {
        let scratch = Scratch()
        let path = try scratch.write("never.txt", "8.0.0.1\n8.0.0.256\n8.0.0.1,a.example\n*.8.0.0.1\n")
        let error = #expect(throws: TargetListError.self) {
            try Exclusions(["@" + path, "8.0.0.0/40", "@/nowhere"])
        }
        #expect(
            error?.description == """
                \(path):2: "8.0.0.256": "8.0.0.256" is not an IPv4 address
                \(path):3: "8.0.0.1,a.example": a server name has no place here; give the address and the name on their own
                \(path):4: "*.8.0.0.1": "*." goes with a domain
                --exclude: "8.0.0.0/40": "40" is not a prefix length (0 to 32)
                /nowhere: cannot be opened: No such file or directory
                """
        )
    }

    @Test func membershipAgreesWithPython() throws {
        var random = SplitMix(seed: 7)
        let patterns = (0..<300).map { index in
            let bits = UInt128(random.next()) << 64 | UInt128(random.next())
            let network =
                index % 2 == 0
                ? (IPAddress(v4: UInt32(truncatingIfNeeded: bits)), Int.random(in: 6...32, using: &random))
                : (IPAddress(v6: bits >> 4 | 2 << 124), Int.random(in: 6...64, using: &random))
            return "\(network.0.prefix(network.1))/\(network.1)"
        }
        let addresses = (0..<3000).map { index in
            let bits = UInt128(random.next()) << 64 | UInt128(random.next())
            return index % 2 == 0
                ? IPAddress(v4: UInt32(truncatingIfNeeded: bits)) : IPAddress(v6: bits >> 4 | 2 << 124)
        }.filter { $0.high >> 48 != 0x2002 }
        let script = """
            import ipaddress, sys
            networks = [ipaddress.ip_network(n) for n in sys.argv[1].split(",")]
            for line in sys.stdin:
                address = ipaddress.ip_address(line.strip())
                print(any(address in network for network in networks))
            """
        let input = Array(addresses.map(\.description).joined(separator: "\n").utf8)
        let lines = try check("python3", ["-c", script, patterns.joined(separator: ",")], input: input)
            .text.split(separator: "\n")
        #expect(lines.count == addresses.count)
        #expect(Set(lines).count == 2)
        let exclusions = try Exclusions(patterns)
        for (address, line) in zip(addresses, lines) {
            #expect(exclusions.excludes(address) == (line == "True"), "\(address)")
        }
    }

    /// In either spelling a range is the same: excluded, in scope, as a target.
    @Test func mappedRangesAreTheRange() throws {
        let spellings = ["10.0.0.0/30", "::ffff:10.0.0.0/126", "::ffff:10.0.0.0-::ffff:10.0.0.3"]
        for excluded in spellings {
            for target in spellings + ["::ffff:10.0.0.2", "10.0.0.2"] {
                let left = try plan([target], TargetOptions(exclusions: Exclusions([excluded])))
                #expect(left.total == 0, "\(excluded) \(target)")
            }
        }
        for excluded in ["::ffff:0:0/96", "0.0.0.0/0"] {
            #expect(try Exclusions([excluded]).excludes(#require(IPAddress("192.0.2.1"))))
        }
        for target in spellings { #expect(try plan([target]).total == 4, "\(target)") }
        #expect(throws: TargetListError.self) { try Exclusions(["::ffff:10.0.0.0/64"]) }
    }
}
