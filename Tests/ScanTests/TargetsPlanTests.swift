import Scan
import Targets
import TestSupport
import Testing
import Wire

/// Endpoints as text, for comparison: `host:port`, `host:port,sni`, `http://host:port`.
func endpoint(_ target: Target) -> String {
    let text = "\(target.host):\(target.port)" + (target.serverName.map { ",\($0)" } ?? "")
    return target.scheme == .http ? "http://" + text : text
}

/// The same as a number, which costs less to compare.
func number(_ target: Target) -> UInt64 {
    guard case .address(let address) = target.host, target.serverName == nil else {
        return endpoint(target).utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0100_0000_01b3 }
    }
    return address.high << 32 ^ address.low << 16 | UInt64(target.port)
}

func plan(_ items: [String], _ options: TargetOptions = TargetOptions()) throws -> TargetPlan {
    var builder = TargetPlanBuilder(options)
    for item in items { builder.add(argument: item) }
    #expect(builder.issues.count == 0, "\(builder.issues.first)")
    return try builder.finish()
}

func visit(_ plan: TargetPlan) -> [Target] {
    var walk = TargetWalk(plan)
    var targets: [Target] = []
    while let target = walk.next() { targets.append(target) }
    #expect(targets.map(\.sequence) == Array(0..<UInt64(targets.count)))
    #expect(UInt128(targets.count) == plan.share)
    return targets
}

func ports(_ text: String) throws -> PortSet { try PortSet(parsing: text) }

@Suite struct TargetsPlanTests {
    /// Sizes on both sides of primes and powers of two, over one range or several.
    @Test(arguments: [
        (["192.0.2.1"], "443"), (["8.0.0.0-8.0.0.1"], "443"), (["8.0.0.0-8.0.0.2"], "443"),
        (["8.0.0.0-8.0.0.6", "9.0.0.0/30"], "1-3"), (["8.0.0.0/16"], "443"),
        (["8.0.0.0/16", "9.0.0.9"], "443"),
        (["8.0.0.0/16", "9.0.0.9"], "443,8443"), (["8.0.0.0-8.0.255.254"], "443"),
        (
            ["2a00:1::/120", "8.0.0.0/29", "example.com", "8.1.1.1,a.example", "https://b.example"],
            "443,8443,9000-9010"
        ),
    ])
    func everyEndpointComesOnce(_ items: [String], _ portText: String) throws {
        var options = TargetOptions(ports: try ports(portText))
        options.inOrder = true
        let inOrder = visit(try plan(items, options)).map(number)
        #expect(Set(inOrder).count == inOrder.count)
        options.inOrder = false
        for seed: UInt64 in inOrder.count < 1000 ? [1, 2, 3, 4] : [1] {
            options.seed = seed
            let permuted = visit(try plan(items, options)).map(number)
            #expect(permuted.sorted() == inOrder.sorted())
            if inOrder.count > 20 { #expect(permuted != inOrder) }
        }
    }

    @Test func orderAsGiven() throws {
        let items = ["example.com", "9.9.9.9:99", "8.0.0.0/31", "2a00::1", "1.1.1.1,a.example"]
        let options = TargetOptions(ports: try ports("443,8443"), inOrder: true)
        #expect(
            visit(try plan(items, options)).map(endpoint) == [
                "example.com:443", "example.com:8443", "9.9.9.9:99", "8.0.0.0:443", "8.0.0.0:8443",
                "8.0.0.1:443",
                "8.0.0.1:8443", "2a00::1:443", "2a00::1:8443", "1.1.1.1:443,a.example",
                "1.1.1.1:8443,a.example",
            ]
        )
    }

    @Test(arguments: [1, 2, 3, 5, 16, 1000], [false, true])
    func shardsAreDisjointAndWhole(_ count: Int, _ inOrder: Bool) throws {
        let items = ["8.0.0.0/26", "example.com", "2a00::/125"]
        var options = TargetOptions(ports: try ports("443,444,445"), seed: 9, inOrder: inOrder)
        let whole = visit(try plan(items, options)).map(endpoint).sorted()
        var parts: [String] = []
        for number in 1...count {
            options.shard = try Shard(parsing: "\(number)/\(count)")
            let part = visit(try plan(items, options)).map(endpoint)
            #expect(abs(part.count - whole.count / count) <= 1)
            parts += part
        }
        #expect(parts.sorted() == whole)
    }

    @Test(arguments: ["0/2", "3/2", "1", "1/", "/2", "1/0", "-1/2", "1/2/3", "a/b"])
    func shardsAreChecked(_ text: String) {
        #expect(throws: AddressSyntaxError.self) { try Shard(parsing: text) }
    }

    @Test func theSeedRepeatsTheOrder() throws {
        func order(_ seed: UInt64) throws -> [String] {
            visit(try plan(["8.0.0.0/24"], TargetOptions(seed: seed))).map(endpoint)
        }
        #expect(try order(1) == order(1))
        #expect(try order(1) != order(2))
    }

    @Test func aWalkGoesOnAnywhere() throws {
        var options = TargetOptions(ports: try ports("1-7"), seed: 4)
        options.shard = try Shard(parsing: "2/3")
        let plan = try plan(["8.0.0.0/24", "example.com"], options)
        let targets = visit(plan)
        for place in [0, 1, 17, targets.count - 1, targets.count, targets.count + 5] {
            var walk = TargetWalk(plan)
            walk.seek(to: UInt64(place))
            #expect(walk.next() == (place < targets.count ? targets[place] : nil))
        }
    }

    @Test func networksStartAtOnce() throws {
        let plan = try plan(
            ["0.0.0.0/0"],
            TargetOptions(ports: try ports("443,8443,9443"), includeSpecial: true)
        )
        #expect(plan.total == 3 << 32)
        var walk = TargetWalk(plan)
        let first = (0..<1000).compactMap { _ in walk.next() }
        #expect(Set(first.map(endpoint)).count == 1000)
        #expect(Set(first.map(\.port)) == [443, 8443, 9443])
    }

    @Test func largestRangeAndNoMore() throws {
        let largest = try plan(["2a00::/64"])
        #expect(largest.total == 1 << 64)
        var walk = TargetWalk(largest)
        #expect(Set((0..<100).compactMap { _ in walk.next().map(endpoint) }).count == 100)
        var builder = TargetPlanBuilder(TargetOptions())
        builder.add(argument: "2a00::/63")
        builder.add(argument: "::/0")
        builder.add(argument: "[2a00::/64]:1-2")
        #expect(builder.issues.count == 3)
        builder.add(argument: "2a00::/64")
        builder.add(argument: "9.9.9.9")
        #expect(throws: AddressSyntaxError.self) { try builder.finish() }
        // Each alone is as large as can be, and so they are on the same addresses.
        #expect(throws: AddressSyntaxError.self) { try plan(["[2a00::/64]:1", "[2a00::/64]:2"]) }
        #expect(try plan(["[2a00::/64]:1", "[2a00::/65]:1"]).total == 1 << 64)
    }

    @Test func whatIsNamedTwiceComesOnce() throws {
        let items = [
            "8.0.0.0/30", "8.0.0.1", "8.0.0.2:8443", "8.0.0.2-8.0.0.5", "::ffff:8.0.0.9", "8.0.0.9",
            "a.example",
            "A.example.", "a.example:443,8443", "a.example,b.example", "8.0.0.9,b.example",
            "::ffff:8.0.0.9,b.example",
            "http://a.example", "http://a.example:80/x", "https://a.example",
        ]
        let targets = visit(try plan(items))
        #expect(
            targets.map(endpoint).sorted() == [
                "8.0.0.0:443", "8.0.0.1:443", "8.0.0.2:443", "8.0.0.2:8443", "8.0.0.3:443", "8.0.0.4:443",
                "8.0.0.5:443", "8.0.0.9:443", "8.0.0.9:443,b.example", "a.example:443",
                "a.example:443,b.example",
                "a.example:8443", "http://a.example:80",
            ]
        )
        #expect(targets.first { endpoint($0) == "8.0.0.1:443" }?.isSwept == false)
        #expect(targets.first { endpoint($0) == "8.0.0.3:443" }?.isSwept == true)
    }

    /// Random lists of overlapping ranges against sets of endpoints.
    @Test(arguments: 0..<60 as Range<UInt64>)
    func overlapsAndExclusionsAgreeWithSets(_ seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        func items(_ count: Int) -> [(text: String, endpoints: Set<String>)] {
            (0..<count).map { _ in
                let ends = [Int.random(in: 0..<40, using: &random), Int.random(in: 0..<40, using: &random)]
                    .sorted()
                let last = Bool.random(using: &random) ? ends[0] : ends[1]
                let first = Int.random(in: 1...4, using: &random)
                let ports = first...Int.random(in: first...5, using: &random)
                let text = "8.0.0.\(ends[0])-8.0.0.\(last):\(ports.lowerBound)-\(ports.upperBound)"
                let endpoints = (ends[0]...last).flatMap { host in ports.map { "8.0.0.\(host):\($0)" } }
                return (text, Set(endpoints))
            }
        }
        let targets = items(Int.random(in: 1...12, using: &random))
        let exclusions = items(Int.random(in: 0...6, using: &random))
        let expected = targets.reduce(into: Set<String>()) { $0.formUnion($1.endpoints) }
            .subtracting(exclusions.reduce(into: Set<String>()) { $0.formUnion($1.endpoints) })
        let options = TargetOptions(exclusions: try Exclusions(exclusions.map(\.text)), seed: seed)
        let visited = visit(try plan(targets.map(\.text), options)).map(endpoint)
        #expect(visited.count == expected.count)
        #expect(Set(visited) == expected)
    }

    @Test func totalsAgreeWithPython() throws {
        var random = SplitMix(seed: 11)
        for round in 0..<5 {
            func networks(_ count: Int, _ lengths: ClosedRange<Int>) -> [String] {
                (0..<count).map { _ in
                    let bits = UInt32(truncatingIfNeeded: random.next())
                    let length = Int.random(in: lengths, using: &random)
                    return "\(AddressRange(IPAddress(v4: bits), prefixLength: length).first)/\(length)"
                }
            }
            let targets = networks(40, 2...24)
            let excluded = networks(60, 4...32)
            let script = """
                import ipaddress, sys
                targets, excluded = ([ipaddress.ip_network(n) for n in a.split(",")] for a in sys.argv[1:])
                left = list(ipaddress.collapse_addresses(targets))
                for hole in ipaddress.collapse_addresses(excluded):
                    rest = []
                    for net in left:
                        if hole.supernet_of(net): continue
                        rest += net.address_exclude(hole) if net.supernet_of(hole) else [net]
                    left = rest
                print(sum(net.num_addresses for net in left))
                """
            let total = try check(
                "python3",
                ["-c", script, targets.joined(separator: ","), excluded.joined(separator: ",")]
            ).text
            let options = TargetOptions(
                ports: try ports("443,8443"),
                exclusions: try Exclusions(excluded),
                includeSpecial: true
            )
            #expect("\(try plan(targets, options).total / 2)\n" == total, "round \(round)")
        }
    }

    @Test func nothingIsNothing() throws {
        let plan = try plan([])
        #expect(plan.total == 0)
        #expect(visit(plan).isEmpty)
    }
}
