import Context
import Foundation
import Observations
import TestSupport
import Testing
import Wire

struct HostingTests {
    private let scratch = Scratch()

    private func look(_ address: String, _ desk: HostingDesk) throws -> HostingContext {
        desk.look(try #require(IPAddress(address)))
    }

    /// Excerpts in the form that each publishes.
    @Test func rangesAreReadAsTheyArePublished() throws {
        let files = [
            try scratch.write(
                "aws.json",
                """
                {"syncToken":"1","createDate":"2026-11-20-00-00-00","prefixes":[
                {"ip_prefix":"3.5.140.0/22","region":"ap-northeast-2","service":"AMAZON","network_border_group":"x"},
                {"ip_prefix":"3.5.140.0/22","region":"ap-northeast-2","service":"EC2","network_border_group":"x"},
                {"ip_prefix":"13.32.0.0/15","region":"GLOBAL","service":"AMAZON","network_border_group":"GLOBAL"},
                {"ip_prefix":"13.32.0.0/15","region":"GLOBAL","service":"CLOUDFRONT","network_border_group":"GLOBAL"}],
                "ipv6_prefixes":[{"ipv6_prefix":"2600:1f14::/35","region":"us-west-2","service":"EC2"}]}
                """
            ),
            try scratch.write(
                "azure.json",
                """
                {"changeNumber":1,"cloud":"Public","values":[{"name":"AzureCloud.westeurope","id":"x","properties":
                {"region":"westeurope","platform":"Azure","systemService":"","addressPrefixes":["13.69.0.0/17"]}},
                {"name":"AzureFrontDoor.Frontend","properties":{"region":"","addressPrefixes":["13.107.246.0/24"]}}]}
                """
            ),
            try scratch.write(
                "cloud.json",
                #"{"syncToken":"1","prefixes":[{"ipv4Prefix":"34.1.208.0/20","service":"Google Cloud","scope":"africa-south1"}]}"#
            ),
            try scratch.write("ips-v4", "173.245.48.0/20\n103.21.244.0/22\n"),
            try scratch.write(
                "fastly.json",
                #"{"addresses":["151.101.0.0/16"],"ipv6_addresses":["2a04:4e40::/32"]}"#
            ),
            try scratch.write(
                "oracle.json",
                #"{"last_updated_timestamp":"x","regions":[{"region":"us-phoenix-1","cidrs":[{"cidr":"129.146.0.0/21","tags":["OCI"]}]}]}"#
            ),
            "hetzner=" + (try scratch.write("list.txt", "# ours\n5.9.0.0/16\n5.9.7.0/28\n")),
        ]
        let desk = try HostingDesk(databases: [], ranges: files)
        #expect(desk.remarks.isEmpty)
        let ec2 = try look("3.5.141.9", desk)
        #expect(ec2.kind == .cloud && ec2.provider == "aws" && ec2.service == "EC2")
        #expect(ec2.region == "ap-northeast-2" && ec2.prefix == "3.5.140.0/22")
        #expect(try look("13.33.1.1", desk).kind == .cdn)
        #expect(try look("2600:1f14::1", desk).provider == "aws")
        #expect(try look("::ffff:13.69.1.1", desk).region == "westeurope")
        #expect(try look("13.107.246.10", desk).kind == .cdn)
        #expect(try look("34.1.210.1", desk).provider == "google")
        #expect(try look("173.245.48.1", desk).provider == "cloudflare")
        #expect(try look("2a04:4e40::5", desk).provider == "fastly")
        #expect(try look("129.146.0.1", desk).region == "us-phoenix-1")
        // The longest prefix speaks, for its own addresses alone.
        #expect(try look("5.9.7.1", desk).prefix == "5.9.7.0/28")
        #expect(try look("5.9.7.0", desk).prefix == "5.9.7.0/28")
        #expect(try look("5.9.7.16", desk).prefix == "5.9.0.0/16")
        #expect(try look("192.0.2.1", desk) == HostingContext())
    }

    @Test func whatIsNoListIsRefusedByName() throws {
        for text in ["", "{}", "{\"values\":3}", "[1]", "{\"prefixes\":[]", "nothing\n"] {
            let file = try scratch.write("odd", text)
            #expect(throws: FileError.self, "\(text)") {
                try HostingDesk(databases: [], ranges: ["x=" + file])
            }
        }
        #expect(throws: FileError.self) { try HostingDesk(databases: [], ranges: [scratch.file("absent")]) }
        let empty = #expect(throws: FileError.self) {
            try HostingDesk(databases: [], ranges: ["x=" + (try scratch.write("empty", ""))])
        }
        #expect(empty?.description.hasSuffix("is empty") == true)
        let list = try scratch.write("unnamed.txt", "192.0.2.0/24\n")
        #expect(throws: FileError.self) { try HostingDesk(databases: [], ranges: [list]) }
        let partly = try scratch.write("ips-v6", "2400:cb00::/32\nnot one\n2400:cb00::/999\n")
        let desk = try HostingDesk(databases: [], ranges: [partly])
        #expect(desk.remarks.first?.contains("2 entries") == true)
        // What was said to be unread makes the run one that is not whole.
        var setup = ContextSetup()
        setup.ranges = [partly]
        #expect(try setup.check().count == 1)
        #expect(try !ContextSession(setup).summary.isWhole)
        #expect(try ContextSession(setup).summary.remarks.isEmpty)
        var whole = ContextSetup()
        whole.ranges = ["x=" + (try scratch.write("whole", "192.0.2.0/24\n"))]
        #expect(try whole.check().isEmpty)
        #expect(try ContextSession(whole).summary.isWhole)
    }

    /// MaxMind's and IPinfo's layouts, written by mmdb-writer.
    @Test(.enabled(if: !PythonPackages.isOffline))
    func databasesAreRead() throws {
        try PythonPackages.install()
        let script = """
            import sys, packages
            packages.use()
            from mmdb_writer import MMDBWriter
            from netaddr import IPSet
            asn = MMDBWriter(6, "GeoLite2-ASN", ipv4_compatible=True)
            asn.insert_network(IPSet(["203.0.112.0/22"]), {"autonomous_system_number": 64500,
                "autonomous_system_organization": "Example Net"})
            asn.insert_network(IPSet(["2001:db8::/32"]), {"autonomous_system_number": 64501})
            asn.to_db_file(sys.argv[1])
            info = MMDBWriter(4, "ipinfo")
            info.insert_network(IPSet(["203.0.113.0/25"]), {"asn": "AS64502", "country": "NL", "type": "isp", "name": "Lines"})
            info.insert_network(IPSet(["203.0.113.128/25"]), {"asn": "AS64503", "country_code": "DE", "type": "hosting"})
            info.to_db_file(sys.argv[2])
            odd = MMDBWriter(4, "odd")
            odd.insert_network(IPSet(["203.0.113.0/24"]), {"owner": {"number": 64504}})
            odd.to_db_file(sys.argv[3])
            """
        let (asn, info) = (scratch.file("asn.mmdb"), scratch.file("info.mmdb"))
        let odd = scratch.file("odd.mmdb")
        try check(
            "env",
            [
                "-C", projectFolder + "/Tests/Tools", "PYTHONDONTWRITEBYTECODE=1", "python3", "-c", script,
                asn, info, odd,
            ]
        )
        let desk = try HostingDesk(databases: [asn, info], ranges: [])
        let line = try look("203.0.113.5", desk)
        #expect(line.autonomousSystem == 64500 && line.organization == "Example Net")
        #expect(line.country == "NL" && line.kind == .consumer)
        let server = try look("203.0.113.200", desk)
        #expect(server.country == "DE" && server.kind == .cloud)
        #expect(try look("2001:db8::7", desk).autonomousSystem == 64501)
        #expect(desk.silent.isEmpty)
        // One that says nothing of anything is said to.
        let silent = try HostingDesk(databases: [odd, info], ranges: [])
        #expect(silent.silent.isEmpty)
        #expect(try look("203.0.113.5", silent).country == "NL")
        #expect(silent.silent.count == 1)
        #expect(silent.silent.first?.contains("odd.mmdb: says nothing of any address: what it has") == true)
        let absent = try HostingDesk(databases: [info], ranges: [])
        #expect(try look("198.51.100.1", absent) == HostingContext())
        #expect(absent.silent.first?.hasSuffix("it has none of them") == true)
        #expect(try look("198.51.100.1", desk) == HostingContext())
        #expect(desk.faults.isEmpty)
        // Alone, the second file's own numbers are said.
        #expect(try look("203.0.113.5", HostingDesk(databases: [info], ranges: [])).autonomousSystem == 64502)

        // Cut off, and with bytes of its data turned: a word, and no crash.
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: asn)))
        let cut = scratch.file("cut.mmdb")
        try Data(whole.prefix(200)).write(to: URL(fileURLWithPath: cut))
        #expect(throws: FileError.self) { try HostingDesk(databases: [cut], ranges: []) }
        #expect(throws: FileError.self) { try HostingDesk(databases: [scratch.file("absent")], ranges: []) }
        for place in stride(from: 0, to: whole.count, by: 37) {
            var bytes = whole
            bytes[place] ^= 0xff
            try Data(bytes).write(to: URL(fileURLWithPath: cut))
            guard let desk = try? HostingDesk(databases: [cut], ranges: []) else { continue }
            for address in ["203.0.113.5", "2001:db8::7"] { _ = try look(address, desk) }
        }
    }
}
