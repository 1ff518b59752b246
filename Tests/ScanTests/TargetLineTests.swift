import Targets
import TestSupport
import Testing

/// A line that is not understood as a whole gives no target, and other programs' lines are read as what they
/// are.
@Suite struct TargetLineTests {
    @Test(arguments: [
        ("8.0.0.1, shop.example.com", ["8.0.0.1:443,shop.example.com"]),
        ("8.0.0.2 ,shop.example.com", ["8.0.0.2:443,shop.example.com"]),
        ("8.0.0.2 , shop.example.com", ["8.0.0.2:443,shop.example.com"]),
        ("8.0.0.1 8.0.0.2", ["8.0.0.1:443", "8.0.0.2:443"]),
        ("open tcp 8443 8.0.0.2 1795000001", ["8.0.0.2:8443"]),
        ("open tcp 8443 2a00::2 1795000001", ["[2a00::2]:8443"]),
        ("closed tcp 8443 8.0.0.2 1795000001", []), ("open udp 53 8.0.0.2 1795000001", []),
    ])
    func linesAreRead(_ line: String, _ expected: [String]) throws {
        var builder = TargetPlanBuilder(TargetOptions(inOrder: true))
        let scratch = Scratch()
        try builder.add(file: scratch.write("list.txt", line + "\n"))
        #expect(builder.issues.count == 0)
        var walk = TargetWalk(try builder.finish())
        var found: [String] = []
        while let target = walk.next() { found.append("\(target)") }
        #expect(found == expected)
    }

    @Test(arguments: [
        "Timestamp: 1795000001\tHost: 8.0.0.2 ()\tPorts: 8443/open/tcp//https-alt//",
        "open tcp 8443 8.0.0.2", "8.0.0.4;shop4.example.com", "8.0.0.6,\"shop6.example.com\"",
        "8.0.0.1, 8.0.0.2", "8.0.0.1 8.0.0.256", "8.0.0.1,443",
    ])
    func whatIsNotUnderstoodGivesNothing(_ line: String) throws {
        var builder = TargetPlanBuilder(TargetOptions())
        let scratch = Scratch()
        try builder.add(file: scratch.write("list.txt", line + "\n"))
        #expect(builder.issues.count == 1)
        #expect(try builder.finish().total == 0)
    }
}
