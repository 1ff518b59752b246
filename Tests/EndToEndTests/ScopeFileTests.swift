import Foundation
import Scan
import Targets
import Testing

@testable import hallmark
import Wire

@Suite struct ScopeFileTests {
    @Test func theExampleIsWhatItSays() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("targets/example-scope.yaml").path
        let scope = try ScopeFile.read(path)
        #expect(scope.name == "example-perimeter")
        #expect(scope.rate == 200)
        #expect(scope.ports?.description == "443,8443,9000-9010")
        var builder = TargetPlanBuilder(TargetOptions(scope: scope))
        for item in [
            "192.0.2.0/24", "8.0.0.1", "192.0.2.1", "[2001:db8:20::1]:443,8443", "a.shop.example.com",
        ] {
            builder.add(argument: item)
        }
        let plan = try builder.finish()
        // All of the network but its router; that one by name, the stranger and a port are refused.
        #expect(plan.total == 255 + 1 + 1 + 2 + 1)
        #expect(plan.counts.refused == 3)
    }

    @Test(arguments: [
        ("", "x.yaml: holds 0 YAML documents, not one"),
        ("name: a\n", "x.yaml:1:1: authorization is missing"),
        ("name: a\nauthorization: b\ninclude: [8.0.0.1]\nincldue: []\n", "x.yaml:4:1: unknown key incldue"),
        ("name: a\nauthorization: b\ninclude:\n", "x.yaml: include is empty: nothing may be scanned"),
        (
            "name: a\nauthorization: b\ninclude:\n  - 8.0.0.1\n  - 8.0.0.0/33\n",
            "x.yaml:5: \"8.0.0.0/33\": \"33\" is not a prefix length (0 to 32)"
        ),
        ("name: a\nauthorization: b\ninclude: 8.0.0.1\nrate: fast\n", "x.yaml:4:7: expected an integer"),
        (
            "name: a\nauthorization: b\ninclude: 8.0.0.1\nrate: 10000001\n",
            "x.yaml: rate: 10000001 is not between 1 and 10000000 connections a second"
        ),
        (
            "name: a\nauthorization: b\ninclude: 8.0.0.1\nrate: 9223372036854775807\n",
            "x.yaml: rate: 9223372036854775807 is not between 1 and 10000000 connections a second"
        ),
        (
            "name: a\nauthorization: b\ninclude: 8.0.0.1\nports: [70000]\n",
            "x.yaml:4: \"70000\": port \"70000\" is not between 1 and 65535"
        ),
    ])
    func mistakesAreNamed(_ text: String, _ message: String) {
        let error = #expect(throws: (any Error).self) { try ScopeFile.parse(text, file: "x.yaml") }
        #expect(error.map { "\($0)" } == message)
    }

    @Test func aMissingFileIsNamed() {
        let error = #expect(throws: TargetIssue.self) { try ScopeFile.read("/nowhere.yaml") }
        #expect(error?.description == "/nowhere.yaml: cannot be opened: No such file or directory")
    }
}
