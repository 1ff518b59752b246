import Observations
import Scan
import Targets
import Testing
import Wire

@Suite struct TargetsScopeTests {
    private func scope(
        include: [Scope.Item],
        exclude: [Scope.Item] = [],
        ports: [Scope.Item] = []
    ) throws -> Scope {
        try Scope(
            name: "corp",
            authorization: "T-1",
            include: include,
            exclude: exclude,
            ports: ports,
            source: "corp.yaml"
        )
    }

    /// Targets in order: those scanned as they are, those refused with a minus in front.
    private func verdicts(_ items: [String], _ scope: Scope, ports portText: String = "443") throws
        -> [String]
    {
        let options = TargetOptions(ports: try ports(portText), scope: scope, inOrder: true)
        return visit(try plan(items, options)).map { target in
            #expect(target.problem == nil || target.problem?.code == .outOfScope)
            return (target.problem == nil ? "" : "-") + endpoint(target)
        }
    }

    @Test func addressesOutsideAreRefusedWithARecord() throws {
        let scope = try scope(include: ["8.0.0.0/31", "8.0.0.8:8443", "2a00::/64"], exclude: ["8.0.0.1"])
        let items = ["8.0.0.0/30", "8.0.0.1", "8.0.0.8:443,8443", "2a00::5", "2a00:0:0:1::"]
        #expect(
            try verdicts(items, scope).sorted() == [
                "-2a00:0:0:1:::443", "-8.0.0.1:443", "-8.0.0.2:443", "-8.0.0.3:443", "-8.0.0.8:443",
                "2a00::5:443",
                "8.0.0.0:443", "8.0.0.8:8443",
            ]
        )
    }

    /// In a sweep what the scope excludes is passed over; a host that is named gets an answer.
    @Test func excludedPartsOfASweepAreSilent() throws {
        let scope = try scope(include: ["8.0.0.0/29"], exclude: ["8.0.0.4/30"])
        #expect(
            try verdicts(["8.0.0.0/29", "8.0.0.6"], scope)
                == ["8.0.0.0:443", "8.0.0.1:443", "8.0.0.2:443", "8.0.0.3:443", "-8.0.0.6:443"]
        )
    }

    @Test func portsOfTheScope() throws {
        let scope = try scope(include: ["8.0.0.0/31", "8.0.0.9:22"], ports: ["443", "8000-8001"])
        #expect(
            try verdicts(["8.0.0.0", "8.0.0.9"], scope, ports: "22,443,8001").sorted() == [
                "-8.0.0.0:22", "-8.0.0.9:443", "-8.0.0.9:8001", "8.0.0.0:443", "8.0.0.0:8001", "8.0.0.9:22",
            ]
        )
    }

    @Test func names() throws {
        let byName = try scope(include: ["a.example", "*.b.example"], exclude: ["x.b.example"])
        #expect(
            try verdicts(
                ["a.example", "c.example", "w.b.example", "x.b.example", "b.example", "8.0.0.1,a.example"],
                byName
            )
                == [
                    "a.example:443", "-c.example:443", "w.b.example:443", "-x.b.example:443",
                    "-b.example:443",
                    "-8.0.0.1:443,a.example",
                ]
        )
        // Where addresses are included, a name is decided by those it has.
        let byAddress = try scope(include: ["8.0.0.0/24", "a.example"], exclude: ["8.0.0.9", "x.example"])
        #expect(
            try verdicts(["a.example", "c.example", "x.example", "8.0.0.1,z.example"], byAddress)
                == ["a.example:443", "c.example:443", "-x.example:443", "8.0.0.1:443,z.example"]
        )
        let options = TargetOptions(scope: byAddress)
        func refusal(_ name: String, _ address: String) throws -> ObservationError? {
            options.refusal(of: try #require(IPAddress(address)), for: Target(host: .name(name), port: 443))
        }
        #expect(try refusal("c.example", "8.0.0.1") == nil)
        #expect(try refusal("a.example", "9.0.0.1") == nil)
        #expect(
            try refusal("c.example", "9.0.0.1")
                == ObservationError(.outOfScope, "9.0.0.1 port 443 is outside the scope corp")
        )
        #expect(
            try refusal("a.example", "8.0.0.9")
                == ObservationError(.outOfScope, "8.0.0.9 port 443 is excluded by the scope corp")
        )
        #expect(try refusal("a.example", "::ffff:8.0.0.9")?.code == .outOfScope)
    }

    @Test func exclusionsWinOverTheScope() throws {
        let options = TargetOptions(
            exclusions: try Exclusions(["8.0.0.1"]),
            scope: try scope(include: ["8.0.0.0/30"])
        )
        let visited = visit(try plan(["8.0.0.0/29", "8.0.0.1"], options))
        #expect(!visited.contains { endpoint($0) == "8.0.0.1:443" })
        #expect(visited.count == 7)
    }

    @Test func countsAreKnownInFront() throws {
        let options = TargetOptions(ports: try ports("443,8443"), scope: try scope(include: ["8.0.0.0/9"]))
        let plan = try plan(["8.0.0.0/8"], options)
        #expect(plan.total == 1 << 25)
        #expect(plan.counts.refused == 1 << 24)
    }

    @Test func mistakesAreNamed() throws {
        let error = #expect(throws: TargetListError.self) {
            try Scope(
                name: "",
                authorization: "",
                include: [Scope.Item("8.0.0.0/33", line: 4), "8.0.0.1,a.example"],
                exclude: ["a..b", "@/etc/passwd"],
                ports: ["0", "443"],
                rate: 0,
                source: "corp.yaml"
            )
        }
        #expect(
            error?.description == """
                corp.yaml: name is missing
                corp.yaml: authorization is missing
                corp.yaml: rate: 0 is not between 1 and 10000000 connections a second
                corp.yaml: "0": port "0" is not between 1 and 65535
                corp.yaml:4: "8.0.0.0/33": "33" is not a prefix length (0 to 32)
                corp.yaml: "8.0.0.1,a.example": a server name has no place here; give the address and the name on their own
                corp.yaml: "a..b": a host name has an empty label
                corp.yaml: "@/etc/passwd": "@" in front of the prefix length is not an address
                """
        )
        #expect(throws: TargetListError.self) { try scope(include: []) }
    }

    @Test func theDigestTellsScopesApart() throws {
        let one = try scope(include: ["8.0.0.0/31"])
        #expect(try one.digest == scope(include: ["8.0.0.0/31"]).digest)
        #expect(try one.digest != scope(include: ["8.0.0.0/30"]).digest)
        #expect(try one.digest != scope(include: ["8.0.0.0/31"], exclude: ["8.0.0.1"]).digest)
        #expect(try one.digest != scope(include: ["8.0.0.0/31"], ports: ["443"]).digest)
    }
}
