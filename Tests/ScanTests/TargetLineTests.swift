import Foundation
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
        ("open icmp 0 8.0.0.2 1795000001", []),
        ("banner tcp 443 8.0.0.2 1795000001 ssl TLS/1.2 # x, y", ["8.0.0.2:443"]),
        (
            "Host: 8.0.0.2 ()\tPorts: 80/open/tcp//http//Apache 2.4 (Debian), PHP/, 81/open|filtered/tcp//a///, 443/open/tcp//ssl|http//"
                + "nginx/\tIgnored State: closed (997)", ["8.0.0.2:80", "8.0.0.2:443"]
        ),
        ("Host: 8.0.0.2 ()\tPort: 443\tService: ssl\tBanner: TLS/1.2: a, b", ["8.0.0.2:443"]),
        ("Host: 2a00::2 ()\tPorts: 443/open/tcp//https///", ["[2a00::2]:443"]),
        ("Host: 8.0.0.2 ()\tStatus: Up", []),
        ("::1 localhost ip6-loopback", ["[::1]:443,localhost", "[::1]:443,ip6-loopback"]),
        ("8.0.0.1:8443 a.example", ["8.0.0.1:8443,a.example"]), ("A.Example. 8443", ["a.example:8443"]),
        ("[2a00::2]:8443", ["[2a00::2]:8443"]), ("8.0.0.1- 8.0.0.2", ["8.0.0.1:443", "8.0.0.2:443"]),
        ("8.0.0.1 -2", ["8.0.0.1:443", "8.0.0.2:443"]), ("8.0.0.7/31", ["8.0.0.6:443", "8.0.0.7:443"]),
        (
            "[{\"ip\":\"8.0.0.1\",\"port\":443},{\"host\":\"8.0.0.2\",\"port\":\"8443\"}]",
            ["8.0.0.1:443", "8.0.0.2:8443"]
        ),
        ("{\"ip\":\"8.0.0.1\",\"port\":53,\"proto\":\"udp\"}", []), ("{finished: 1}", []), ("[]", []),
        (
            "{\"ip\":134217729,\"ip_str\":\"8.0.0.1\",\"port\":443,\"hostnames\":[\"a.example\"]}",
            ["8.0.0.1:443"]
        ),
        (
            "{\"ip\":\"8.0.0.1\",\"ports\":[{\"port\":80,\"proto\":\"tcp\",\"status\":\"closed\"},{\"port\":443}]}",
            ["8.0.0.1:443"]
        ),
        ("{\"ip\":\"8.0.0.1\",\"ports\":[443,8443]}", ["8.0.0.1:443", "8.0.0.1:8443"]),
        ("{\"ip\":\"8.0.0.1\",\"open_ports\":\"8443\"}", ["8.0.0.1:8443"]),
        ("ip,ports,owner\n8.0.0.1,20450,me", ["8.0.0.1:20450"]),
        ("ip,TCP Port\n8.0.0.1,20450", ["8.0.0.1:20450"]),
        ("saddr,sport,dport,success\n8.0.0.1,443,51000,1", ["8.0.0.1:443"]),
    ])
    func linesAreRead(_ line: String, _ expected: [String]) throws {
        var builder = TargetPlanBuilder(TargetOptions(inOrder: true))
        let scratch = Scratch()
        try builder.add(file: scratch.write("list.txt", line + "\n"))
        // A list without a target is said as a whole, not line by line.
        #expect(builder.issues.count == (expected.isEmpty ? 1 : 0))
        #expect(builder.issues.first.allSatisfy { $0.why == "holds no target" })
        var walk = TargetWalk(try builder.finish())
        var found: [String] = []
        while let target = walk.next() { found.append("\(target)") }
        #expect(found == expected)
    }

    /// Lines that are nearly those of another program, or have a part too many or too few.
    @Test(arguments: [
        "open tcp 8443 8.0.0.2", "open tcp 8443 a.example 1795000001", "open tcp 0 8.0.0.2 1795000001",
        "open tcp 70000 8.0.0.2 1795000001", "open tcp 443 8.0.0.2 today", "open tcp 443 8.0.0.2 1 8.0.0.3",
        "Host: 8.0.0.2 ()\tPorts: 8443/open/tcp", "Host: 8.0.0.2 ()\tPorts: 8443/open/tcp//a///, 443/op",
        "Host: 8.0.0.2 ()\tPorts: 70000/open/tcp//a///", "Host: a.example ()\tPorts: 443/open/tcp//a///",
        "Host: 8.0.0.2 ()\tOther: 443", "Host: 8.0.0.2 ()\t8.0.0.3",
        "8.0.0.4;shop4.example.com", "8.0.0.5|shop5.example.com", "8.0.0.6,\"shop6.example.com\"",
        "8.0.0.1, 8.0.0.2", "8.0.0.1 8.0.0.256", "8.0.0.1:443 open", "[2a00::1]:443 open tcp",
        "8.0.0.1,70000", "8.0.0.1,a.example,b.example",
        "8.0.0.1,a.example,443",
        "8.0.0.1,a.example,tag,port", "8.0.0.0/31,a.example,tag", "Host is up", "a.example [A] [8.0.0.1]",
        "a.example. A 8.0.0.1",
        "8.0.0.1 a.example 8.0.0.2", "8.0.0.1 8.0.0.2 a.example",
        "8.0.0.1 - 8.0.0.2 - a",
        "8.0.0.1 - eight", "a.example - old", "8.0.0-3.1", "1-9.8-9", "443", "{", "{}", "{\"ip\":\"8.0.0.1\"",
        "[8.0.0.1]x",
        "{\"ip\":\"8.0.0.1\",\"port\":true}", "{\"ip\":\"8.0.0.1\",\"port\":443.5}", "{\"ip\":134217729}",
        "{\"ip\":\"8.0.0.1\",\"saddr\":\"8.0.0.2\"}", "{\"ip\":\"8.0.0.1\",\"host\":\"8.0.0.2\"}",
        "{\"ip\":\"8.0.0.1,a.example\"}", "{\"ip\":\"8.0.0.1\",\"ports\":[{\"port\":0}]}",
        "{\"ip\":\"8.0.0.1\",\"ports\":[443,true]}", "{\"ip\":\"8.0.0.1\",\"dport\":8443}",
        "{\"ip\":\"8.0.0.1\",\"ports\":[443],\"port\":80}", "{\"ip\":\"8.0.0.1\",\"port of it\":8443}",
        "{\"ip\":\"8.0.0.1\",\"domain\":\"a b\"}", "{\"uri_path\":\"/a\"}",
        "{\"url\":\"https://a.example\",\"server\":\"b.example\"}",
        "\u{feff}8.0.0.1 \u{feff}8.0.0.2",
    ])
    func whatIsNotUnderstoodGivesNothing(_ line: String) throws {
        var builder = TargetPlanBuilder(TargetOptions())
        let scratch = Scratch()
        try builder.add(file: scratch.write("list.txt", line + "\n"))
        #expect(builder.issues.count == 1)
        let left = try builder.finish()
        #expect(left.total == 0, "\(visit(left))")
    }

    /// Under a column that may tell a port, and is not known, nothing is looked at.
    @Test(arguments: ["ip,port of it", "ip,dport", "host,PORT_NO", "Address;Ports seen"])
    func noPortIsGuessed(_ header: String) throws {
        var builder = TargetPlanBuilder(TargetOptions())
        let scratch = Scratch()
        let row = header.contains(";") ? "8.0.0.1;8443" : "8.0.0.1,8443"
        try builder.add(file: scratch.write("list.txt", "\(header)\n\(row)\n"))
        #expect(builder.issues.count > 0)
        let left = try builder.finish()
        #expect(left.total == 0, "\(visit(left))")
    }

    /// A list as other programs pack and encode it, and what is half of one.
    @Test func encodings() throws {
        let scratch = Scratch()
        try scratch.write("list", "8.0.0.1\n# 🦉\n8.0.0.2,a.example\n")
        let script = """
            cd "$0"; for e in UTF-16 UTF-16LE UTF-16BE; do iconv -f UTF-8 -t $e list > $e; done
            (printf '\\xef\\xbb\\xbf'; cat list) > mark; gzip -k list; gzip -c UTF-16 > wide.gz; gzip -c mark > mark.gz
            gzip -c list > two.gz; echo 8.0.0.3 | gzip -c >> two.gz
            (cat list.gz; echo no) > damaged.gz; head -c 30 list.gz > cut.gz; gzip -c list.gz > twice.gz
            head -c 15 UTF-16 > half; zstd -qc list > list.zst; zstd -qc UTF-16 > wide.zst; head -c 20 list.zst > cut.zst
            """
        try check("bash", ["-ec", script, scratch.file(".")])
        for name in [
            "UTF-16", "UTF-16LE", "UTF-16BE", "mark", "list.gz", "wide.gz", "mark.gz", "two.gz", "list.zst",
            "wide.zst",
        ] {
            var builder = TargetPlanBuilder(TargetOptions(inOrder: true))
            try builder.add(file: scratch.file(name))
            #expect(builder.issues.count == 0, "\(name): \(builder.issues.first)")
            let more = name == "two.gz" ? ["8.0.0.3:443"] : []
            #expect(
                visit(try builder.finish()).map(endpoint) == ["8.0.0.1:443", "8.0.0.2:443,a.example"] + more,
                "\(name)"
            )
        }
        for (name, why) in [
            ("damaged.gz", "the gzip file is damaged"), ("cut.gz", "the gzip file is cut off"),
            ("twice.gz", "is packed twice; unpack it first"),
            ("half", "the UTF-16 text ends within a character"),
            ("cut.zst", "the zstd file is cut off"),
        ] {
            var builder = TargetPlanBuilder(TargetOptions())
            let error = #expect(throws: TargetIssue.self) { try builder.add(file: scratch.file(name)) }
            #expect(error?.why == why, "\(name)")
            // The end of what was cut off is no line.
            let feed = try TargetFeed(try plan([]), input: open(scratch.file(name), O_RDONLY))
            var targets: [Target] = []
            while case .targets = feed.pull(9, into: &targets) {}
            #expect(feed.failure?.why == why)
            #expect(
                Set(targets.map(endpoint)).isSubset(of: ["8.0.0.1:443", "8.0.0.2:443,a.example"]),
                "\(name)"
            )
        }
    }
}
