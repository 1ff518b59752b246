import Bytes
import Corpus
import Foundation
import Inventory
import Terminal
import TestSupport
import Testing
import Wire

@Suite struct InventoryTests {
    private static let hash = String(repeating: "AB", count: 32)

    private func rows(_ csv: String) throws -> [InventoryRow] {
        try CSVReader.rows(Array(csv.utf8), file: "i.csv")
    }

    @Test func csvAgreesWithPython() throws {
        let scratch = Scratch()
        let cells = [
            ["plain", "with, comma", "with \"quote\"", "two\nlines", ""],
            ["=1+1", "-2", "@x", "+3", "\tTab"],
            ["", "", "", "", ""], ["'=kept", "'", "a;b", "\r\nmixed", " blank "],
        ]
        let ours = cells.map { $0.map(SafeText.csv).joined(separator: ",") + "\r\n" }.joined()
        try scratch.write("ours.csv", ours)
        let program = """
            import csv, json, sys
            print(json.dumps(list(csv.reader(open(sys.argv[1], newline='')))))
            """
        let read = try check("python3", ["-c", program, scratch.file("ours.csv")]).output
        let python = try #require(try JSONSerialization.jsonObject(with: Data(read)) as? [[String]])
        // A spreadsheet gets every formula as text.
        #expect(python[1] == ["'=1+1", "'-2", "'@x", "'+3", "\\u{9}Tab"])
        #expect(python.allSatisfy { row in row.allSatisfy { !"=+-@\t\r".contains($0.first ?? "x") } })
        // Ours reads back what went in, the guard taken off.
        let again = try CSVReader.records(Array(ours.utf8), file: "x").map(\.cells)
        #expect(again[0] == cells[0])
        #expect(again[1] == cells[1])
        #expect(again[3] == cells[3])
        // And reads what Python writes.
        let writer = """
            import csv, json, sys
            csv.writer(sys.stdout).writerows(json.loads(sys.argv[1]))
            """
        let json = String(decoding: try JSONSerialization.data(withJSONObject: cells), as: UTF8.self)
        let written = try check("python3", ["-c", writer, json]).output
        let back = try CSVReader.records(written, file: "x").map(\.cells)
        #expect(back[0] == cells[0])
        #expect(back.count == 4)
    }

    /// What Excel, LibreOffice and Numbers write in other languages and as "Unicode Text".
    @Test(arguments: [
        "address,ports,owner\r\na.example,443,Web\r\n", "address;ports;owner\r\na.example;443;Web\r\n",
        "address\tports\towner\r\na.example\t443\tWeb\r\n",
        "sep=;\r\naddress;ports;owner\r\na.example;443;Web",
        "SEP=|\naddress|ports|owner\na.example|443|Web", "\"sep=,\"\naddress,ports,owner\na.example,443,Web",
        "address,ports,owner,,\na.example,443,Web,,,\n,,,,\n", "address,ports,owner\ra.example,443,Web\r",
        "\"Address\";\"Ports\";\"Owner\"\r\n\"a.example\";443;\"Web\"",
        #"[{"address": "a.example", "ports": 443, "owner": "Web"}]"#,
        #"{"address": "a.example", "ports": [443], "owner": "Web"}"#,
    ])
    func spreadsheetsAreRead(text: String) throws {
        let scratch = Scratch()
        let little = Array(text.utf16).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        let big = Array(text.utf16).flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        let type = text.contains("{") ? "json" : "csv"
        for (number, bytes) in [
            Array(text.utf8), [0xef, 0xbb, 0xbf] + Array(text.utf8), little, [0xff, 0xfe] + little, big,
            [0xfe, 0xff] + big,
        ].enumerated() {
            let path = scratch.file("\(number).\(type)")
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            let assets = try InventoryFile.load(path).inventory.assets
            #expect(assets.map(\.address) == ["a.example"], "\(number)")
            #expect(assets.first?.owner == "Web")
            #expect(assets.first?.ports.contains(443) == true)
            #expect(assets.first?.ports.contains(444) == false)
        }
    }

    @Test(arguments: [
        ("", "is empty"), ("\r\n \n", "is empty"), ("address,ports\n", "names no asset"),
        ("kind,address,min_tls\npolicy,,1.2\n", "names no asset"),
        ("address,owner,Owner\na,b,c\n", "the column 'owner' stands twice"),
        ("address;;owner\na.example;x;b\n", "stands in no column"),
        ("address,port\na.example,443\n", "an inventory has no column 'port': is it 'ports'?"),
        ("address,zzz\na.example,443\n", "no column 'zzz'; it has kind, address, ports"),
        ("PK\u{3}\u{4}rest", "save it as CSV"), ("a\0b\0c\0\0\0", "is no text"),
        ("address,expiring_days\n127.0.0.1,106751991168", "is not a number of days"),
        ("address,max_lifetime_days\n127.0.0.1,106751991167301", "is not a number of days"),
        ("address,expiring_days\n127.0.0.1,-1", "is not a number of days"),
        ("address,key_policy\n127.0.0.1,RSA--1", "is not an algorithm"),
    ])
    func whatIsNoInventoryIsSaid(text: String, reason: String) throws {
        let scratch = Scratch()
        let path = try scratch.write("i.csv", text)
        let error = #expect(throws: InventoryError.self) { try InventoryFile.load(path) }
        #expect(error?.reason.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test(
        arguments: [
            [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0], [0x1f, 0x8b, 8, 0],
            [0x28, 0xb5, 0x2f, 0xfd, 0],
        ] as [[UInt8]]
    )
    func otherFilesAreNamed(bytes: [UInt8]) throws {
        let error = #expect(throws: InventoryError.self) { try InventoryText.utf8(bytes, file: "i") }
        #expect(error?.reason.contains("xls") == true || error?.reason.contains("packed twice") == true)
    }

    @Test(arguments: [
        "SHA256:\(hash)", "sha-256:\(hash)", "sha256=\(hash)", hash,
        "SHA256:" + String(repeating: "AB:", count: 31) + "AB",
    ])
    func digestsMayNameTheirAlgorithm(text: String) throws {
        let inventory = try Inventory(try rows("address,certificates\na.example,\(text)"), file: "i.csv")
        #expect(inventory.assets.first?.certificates == [try #require(Digest256(Self.hash))])
    }

    @Test(arguments: [
        #"{"address": "a.example", "Address": "b.example"}"#,
        #"{"address": "a.example", "address": "b.example"}"#,
        #"[{"address": "a.example", "\u0061ddress": ""}]"#,
    ])
    func doubledMembersAreRefused(json: String) {
        #expect(throws: InventoryError.self) { try JSONRows.rows(Array(json.utf8), file: "i.json") }
    }

    @Test(arguments: [
        "address\n\"open", "address\na\"b", "address\n\"a\"b", "adress\nx", "ports\n443",
        "address,ports\na,1,2",
    ])
    func brokenCSVIsRefused(text: String) {
        #expect(throws: InventoryError.self) { try rows(text) }
    }

    @Test(arguments: [
        ("address,ports\nx.example,0", #"port "0" is not between 1 and 65535"#),
        ("address,ports\nx.example,443-80", "the port range 443-80 ends before it starts"),
        ("address,ports\nx.example,70000", #"port "70000" is not between 1 and 65535"#),
        ("address\nnot a host", "'not a host' is not an address, a range or a host name"),
        ("address\n300.1.2.3", "'300.1.2.3' is not an address, a range or a host name"),
        ("address,certificates\nx.example,ABCD", "'ABCD' in 'certificates' is not a SHA-256 in hexadecimal"),
        ("address,min_tls\nx.example,TLS1.2", "'TLS1.2' in 'min_tls' is not a version: use 1.2 or 1.3"),
        (
            "address,key_policy\nx.example,RSA2048",
            "'RSA2048' in 'key_policy' is not an algorithm with its least size: use RSA-2048"
        ),
        (
            "address,max_lifetime_days\nx.example,-1",
            "'-1' in 'max_lifetime_days' is not a number of days from 0 to 3652425"
        ),
        ("kind,address\nowned,x.example", "'x.example' is not a range of addresses"),
        ("kind,address\nthing,x.example", "'thing' is not a kind: asset, owned or policy"),
    ])
    func wrongValuesAreNamedWithTheirLine(text: String, reason: String) throws {
        let rows = try rows(text)
        #expect(throws: InventoryError(file: "i.csv", line: 2, reason: reason)) {
            try Inventory(rows, file: "i.csv")
        }
    }

    @Test func theSameInventoryInTwoFormats() throws {
        let csv = """
            address,ports,owner,certificates,names,key_policy,min_tls,note
            # a remark
            *.example.com,443; 8000-8010,Web team,\(Self.hash),a.example.com;b.example.com,RSA-3072 ECDSA-256,1.3,x
            """
        let json = """
            {"address":"*.example.com","ports":["443","8000-8010"],"owner":"Web team","certificates":"\(Self.hash)",\
            "names":["a.example.com","b.example.com"],"key_policy":["RSA-3072","ECDSA-256"],"min_tls":"1.3"}
            """
        let first = try Inventory(rows(csv), file: "i").assets
        let second = try Inventory(JSONRows.rows(Array(json.utf8), file: "i"), file: "i").assets
        #expect(first.count == 1)
        var copy = second[0]
        copy.line = first[0].line
        #expect(first[0] == copy)
        #expect(first[0].place == .below("example.com"))
        #expect(first[0].ports == PortSet([443...443, 8000...8010]))
        #expect(first[0].policy.keys == ["RSA": 3072, "ECDSA": 256])
    }

    @Test func theMostExactAssetSpeaks() throws {
        let csv = """
            address,ports,owner
            shop.example.com,,host
            *.example.com,,domain
            192.0.2.7,,address
            192.0.2.0/24,,network
            192.0.0.0/16,,large
            192.0.2.16-192.0.2.31,8443,port
            2001:db8::/32,,v6
            """
        let index = InventoryIndex(try Inventory(rows(csv), file: "i"))
        func owner(_ ip: String, _ port: Int = 443, _ name: String? = nil) -> [String] {
            index.assets(ip: IPAddress(ip), port: port, name: name).map { index.inventory.assets[$0].owner }
        }
        #expect(owner("192.0.2.7", 443, "SHOP.example.com") == ["host"])
        #expect(owner("192.0.2.7", 443, "a.b.example.com") == ["address"])
        #expect(owner("198.51.100.1", 443, "a.b.example.com") == ["domain"])
        #expect(owner("198.51.100.1", 443, "example.com") == [])
        #expect(owner("192.0.2.20") == ["network"])
        #expect(owner("192.0.2.20", 8443) == ["port"])
        #expect(owner("::ffff:192.0.2.7") == ["address"])
        #expect(owner("192.0.9.9") == ["large"])
        #expect(owner("2001:db8:ffff::1") == ["v6"])
        #expect(owner("2001:db9::1") == [])
        #expect(index.isOwned(try #require(IPAddress("192.0.3.3"))))
        #expect(!index.isOwned(try #require(IPAddress("192.1.0.0"))))
    }

    @Test func rangesAgreeWithALinearSearch() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            let ranges = try (0..<Int.random(in: 0...60, using: &random)).map { number in
                let low = UInt128(UInt64.random(in: 0...200, using: &random))
                let high = low + UInt128(UInt64.random(in: 0...80, using: &random))
                return (try #require(AddressRange(IPAddress(v6: low), IPAddress(v6: high))), Int32(number))
            }
            let index = RangeIndex(ranges)
            for address in 0...300 as ClosedRange<UInt64> {
                var found: Set<Int32> = []
                index.forEach(at: UInt128(address)) { _, value in found.insert(value) }
                let expected = ranges.filter { $0.0.contains(IPAddress(v6: UInt128(address))) }.map(\.1)
                #expect(found == Set(expected))
            }
        }
    }

    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.0", "192.0.2.255"), ("192.0.2.77/30", "192.0.2.76", "192.0.2.79"),
        ("0.0.0.0/0", "0.0.0.0", "255.255.255.255"), ("192.0.2.1-9", "192.0.2.1", "192.0.2.9"),
        ("192.0.2.1-192.0.3.2", "192.0.2.1", "192.0.3.2"), ("2001:db8::/126", "2001:db8::", "2001:db8::3"),
        ("::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ])
    func rangesAreReadAsPythonReadsThem(text: String, low: String, high: String) throws {
        let range = try #require(try AddressRange(parsing: Array(text.utf8).span))
        #expect(range.first == IPAddress(low))
        #expect(range.last == IPAddress(high))
        #expect(range.contains(range.first) && range.contains(range.last))
    }

    @Test(arguments: [
        "192.0.2.0/33", "192.0.2.9-192.0.2.1", "192.0.2.0/", "x/8", "192.0.2.1-999", "::1-192.0.2.1",
    ])
    func wrongRangesAreRefused(text: String) {
        #expect((try? AddressRange(parsing: Array(text.utf8).span)) == nil)
    }

    @Test(arguments: [
        ("*.example.com", "a.example.com", true), ("*.example.com", "a.b.example.com", false),
        ("*.example.com", "example.com", false), ("A.example.com", "a.EXAMPLE.com", true), ("*", "a", false),
        ("a*.example.com", "ab.example.com", false),
    ])
    func certificateNamesCoverHostNames(pattern: String, name: String, covers: Bool) {
        #expect(HostName.covers(pattern, name) == covers)
    }
}
