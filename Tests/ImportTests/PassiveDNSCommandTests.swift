import Foundation
import TestSupport
import Testing

/// Passive DNS from files into a corpus and out of it again, as a person does it.
@Suite struct PassiveDNSCommandTests {
    private let scratch = Scratch()
    private var corpus: String { scratch.file("c.sqlite") }

    private func hallmark(_ arguments: [String], exit status: Int32 = 0) throws -> CommandResult {
        let result = try run(programPath, arguments + ["--corpus", corpus])
        #expect(result.status == status, "\(arguments): \(result.errors)")
        return result
    }

    private static let line =
        #"{"rrname":"www.example.test","rrtype":"A","rdata":"192.0.2.10","time_first":1793491200,"time_last":1793577600,"count":3}"#

    @Test func filesOfAllFormatsInOneRun() throws {
        try scratch.write("pdns.cof", Self.line + "\n")
        try scratch.write(
            "dns.log",
            "{\"_path\":\"dns\",\"ts\":1793491200.5,\"query\":\"mail.example.test\",\"qtype_name\":\"A\",\"answers\":[\"192.0.2.10\"]}\n"
        )
        let text = projectFolder + "/Tests/PassiveDNS/dnstap.yaml"
        let added = try hallmark(["corpus", "add", scratch.file("pdns.cof"), scratch.file("dns.log"), text])
        #expect(
            added.errors.contains(
                "pdns.cof: 1 line of passive DNS, names led somewhere 1 time, 1 new resolution"
            )
        )
        #expect(
            added.errors.contains(
                "dns.log: 1 line of passive DNS, names led somewhere 1 time, 1 new resolution"
            )
        )
        let count = try check("sqlite3", [corpus, "SELECT count(*) FROM resolutions"]).text
        // www to 192.0.2.10 is told twice.
        #expect(count == "8\n")
        let again = try hallmark(["corpus", "add", scratch.file("pdns.cof")])
        #expect(again.errors.contains("nothing new, the file was added before"))
        let pivot = try hallmark(["pivot", "192.0.2.10", "--include-benign"])
        #expect(pivot.text.contains("at 192.0.2.10 pointed mail.example.test, 2026-11-01"), "\(pivot.text)")
        #expect(
            pivot.text.contains(
                "at 192.0.2.10 pointed deep.example.test by way of shop.example.test, www.example.test"
            )
        )
        let path = try hallmark([
            "pivot", "mail.example.test", "--format", "ndjson", "--include-benign",
        ])
        #expect(
            path.text.contains(
                #""direction":"to_address","names":["mail.example.test"],"address":"192.0.2.10""#
            )
        )
    }

    /// What goes out again makes another corpus that knows the same.
    @Test func whatIsExportedIsReadAgain() throws {
        let lines = [
            Self.line,
            #"{"rrname":"shop.example.test","rrtype":"CNAME","rdata":"www.example.test","time_first":1793491200,"time_last":1793491201,"count":1}"#,
            #"{"rrname":"www.example.test","rrtype":"AAAA","rdata":"2001:db8::1","time_first":1793664000,"time_last":1793664000,"count":7}"#,
        ]
        try scratch.write("pdns.cof", lines.joined(separator: "\n") + "\n")
        _ = try hallmark(["corpus", "add", scratch.file("pdns.cof")])
        let all = try hallmark(["corpus", "export", "--passive-dns"]).text
        #expect(Set(all.split(separator: "\n").map(String.init)) == Set(lines))
        let late = try hallmark(["corpus", "export", "--passive-dns", "--since", "2026-11-03"]).text
        #expect(late == lines[2] + "\n")
        let other = scratch.file("other.sqlite")
        try scratch.write("again.cof", all)
        _ = try check(programPath, ["corpus", "add", scratch.file("again.cof"), "--corpus", other])
        #expect(try check(programPath, ["corpus", "export", "--passive-dns", "--corpus", other]).text == all)
        // What is damaged is said, and the rest goes out.
        _ = try check("sqlite3", [corpus, "UPDATE resolutions SET target = 'x' WHERE type = 1"])
        let damaged = try hallmark(["corpus", "export", "--passive-dns"], exit: 1)
        #expect(damaged.text.split(separator: "\n").count == 2)
        #expect(damaged.errors.contains("'x' is no address"), "\(damaged.errors)")
    }

    @Test func aFileWithFaultsIsSaidAndKept() throws {
        try scratch.write(
            "pdns.cof",
            Self.line + "\n{\n" + Self.line.replacing("192.0.2.10", with: "x") + "\n"
        )
        let path = scratch.file("pdns.cof")
        let result = try hallmark(["corpus", "add", path], exit: 1)
        #expect(result.errors.contains("\(path):2: no JSON object"), "\(result.errors)")
        #expect(result.errors.contains("\(path):3: an address record without an address"), "\(result.errors)")
        #expect(result.errors.contains("2 files or parts could not be read"), "\(result.errors)")
        _ = try hallmark(["corpus", "add", "--keep-going", path])
        #expect(
            try check("sqlite3", [corpus, "SELECT count, target FROM resolutions"]).text == "3|192.0.2.10\n"
        )
        try scratch.write("empty", "")
        _ = try hallmark(["corpus", "add", "--passive-dns", scratch.file("empty")], exit: 1)
        _ = try hallmark(["corpus", "add"], exit: 64)
        // Who has no use for it says so.
        let match = try run(programPath, ["match", path])
        #expect(match.status == 1)
        #expect(match.errors.contains("is passive DNS in the Common Output Format"), "\(match.errors)")
    }

    /// One stream of several of Zeek's logs is read for its connections and for its names.
    @Test func aMixedStreamGivesBoth() throws {
        try scratch.write(
            "all.json",
            """
            {"_path":"ssl","ts":1793491200.5,"uid":"C1","id.orig_h":"192.0.2.1","id.orig_p":5,"id.resp_h":"192.0.2.10","id.resp_p":443,"version":"TLSv12","server_name":"www.example.test","established":true}
            {"_path":"dns","ts":1793491200.5,"uid":"C2","query":"www.example.test","qtype_name":"A","answers":["192.0.2.10"]}

            """
        )
        let result = try hallmark(["corpus", "add", scratch.file("all.json")])
        #expect(result.errors.contains("1 record, "), "\(result.errors)")
        #expect(result.errors.contains("1 new resolution"), "\(result.errors)")
    }
}
