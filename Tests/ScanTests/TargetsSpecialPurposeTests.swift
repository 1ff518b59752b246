import Foundation
import Scan
import Targets
import TestSupport
import Testing
import Wire

@Suite struct TargetsSpecialPurposeTests {
    @Test func theFileAndTheTableAreEqual() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("targets/special-purpose.txt").path
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
        let expected = SpecialPurpose.blocks.map { "\($0.prefix) # \($0.name); \($0.source)" }
        #expect(lines.map { $0.split(separator: " ").joined(separator: " ") } == expected)
        #expect(try Exclusions(["@" + path]).count == expected.count)
    }

    @Test func everyBlockIsANetworkOfItsOwn() throws {
        let script =
            "import ipaddress, sys\nfor n in sys.argv[1:]: print(*(ipaddress.ip_network(n)[i] for i in (0, -1)))"
        let lines = try check("python3", ["-c", script] + SpecialPurpose.blocks.map(\.prefix)).text
            .split(separator: "\n")
        for (block, line) in zip(SpecialPurpose.blocks, lines) {
            let ends = line.split(separator: " ").compactMap { IPAddress($0) }
            #expect(ends == [block.range.first, block.range.last], "\(block.prefix)")
        }
        #expect(lines.count == SpecialPurpose.blocks.count)
        #expect(Set(SpecialPurpose.blocks.map(\.prefix)).count == lines.count)
    }

    @Test(arguments: [
        ("10.0.0.0/24", 256), ("fd00::/120", 256), ("100.64.0.0/24", 0), ("192.168.0.0/15", 65_536),
        ("9.255.255.254-10.0.0.1", 2), ("127.0.0.1", 1), ("127.0.0.1/32", 1),
        ("127.0.0.1-2", 0),
        ("192.168.1.1", 1), ("224.0.0.0/4", 0), ("223.255.255.0/24", 256), ("223.255.255.255-224.0.0.0", 1),
        ("::1", 1), ("::/120", 254), ("fe80::/120", 0), ("2001:db8::/120", 0), ("2a00::/120", 256),
        ("ff02::/120", 0),
        ("::fffe:ffff:ff00-::1:0:0:ff", 512), ("::ffff:127.0.0.0/104", 0), ("::ffff:8.0.0.0/120", 256),
    ])
    func aSweepPassesThemOver(_ item: String, _ count: Int) throws {
        let plan = try plan([item])
        #expect(plan.total == UInt128(count))
        #expect(visit(plan).count == count)
    }

    @Test func includeSpecialScansThem() throws {
        #expect(try plan(["127.20.0.0/16"], TargetOptions(includeSpecial: true)).total == 65_536)
        #expect(try plan(["127.20.0.0/16"]).counts.special == 65_536)
    }

    @Test func aNameInsideABlockIsScannedBesideTheSweep() throws {
        let targets = visit(try plan(["127.0.0.0/24", "127.0.0.9:8443"]))
        #expect(targets.map(endpoint) == ["127.0.0.9:8443"])
    }

    /// A scope that names a block, or a part of one, wants it; one that merely contains it doesn't.
    @Test(arguments: [
        (["100.64.0.0/10"], 256), (["100.64.1.0/25"], 256), (["0.0.0.0/0"], 0),
        (["100.64.1.0/24", "0.0.0.0/0"], 256),
        (["96.0.0.0/5"], 0), (["192.168.0.0/16"], 0),
    ])
    func aScopeNamesThem(_ include: [String], _ count: Int) throws {
        let scope = try Scope(
            name: "lab",
            authorization: "T-2",
            include: include.map { Scope.Item($0) },
            source: "lab.yaml"
        )
        let targets = visit(try plan(["100.64.1.0/24"], TargetOptions(scope: scope)))
        #expect(targets.count { $0.problem == nil } == min(count, include == ["100.64.1.0/25"] ? 128 : count))
    }
}
