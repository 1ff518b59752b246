import Foundation
import TestSupport
import Testing

/// Files that nobody could tell are named, and what is damaged gives what is whole in it.
@Suite struct FolderImportTests {
    private let scratch = Scratch()

    private static let event = """
        {"timestamp":"2026-01-02T03:04:05.199672+0000","flow_id":1,"event_type":"tls","dest_ip":"203.0.113.7","dest_port":443,\
        "tls":{"subject":"CN=a","version":"TLS 1.2"}}

        """

    /// - Returns: the folder.
    private func folder(_ files: [(name: String, text: String)]) throws -> String {
        try FileManager.default.createDirectory(
            atPath: scratch.file("logs"),
            withIntermediateDirectories: true
        )
        for file in files { try scratch.write("logs/" + file.name, file.text) }
        return scratch.file("logs")
    }

    /// A log is one by its name or its first bytes: that it was not read is a loss.
    @Test(arguments: [
        ("utm.log", "a=b\n"), ("odd.json", "{\"a\":1}\n"), ("noname", "{\"a\":1}\n"), ("utm.log.1", "a b\n"),
        ("a.pcap", "abc\n"), ("noname", "#separator \\x09\n#fields\ta\n"), ("x.csv", "a,b\n"),
    ])
    func aLogOfNoKindIsNamedAndNoSuccess(_ name: String, _ text: String) throws {
        let path = try folder([("eve", Self.event), (name, text)])
        let result = try run(programPath, ["import", path])
        #expect(try records(result).count == 1)
        #expect(result.status == 1)
        #expect(
            result.errors.contains("logs/\(name): is of no kind that is known; tried "),
            "\(result.errors)"
        )
    }

    @Test func otherFilesAreNamedAndNoLoss() throws {
        let path = try folder([
            ("eve", Self.event), ("notes", "words\n"), ("empty.log", ""),
            ("stats.log", "{\"ts\":1.5,\"peer\":\"a\"}\n"),
        ])
        let result = try run(programPath, ["import", path])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("of no kind that is known: 3 files: "), "\(result.errors)")
        #expect(result.errors.contains("logs/notes"), "\(result.errors)")
    }

    @Test func aFolderInWhichNothingIsKnownIsNoSuccess() throws {
        let path = try folder([("notes", "words\n")])
        let result = try run(programPath, ["import", path])
        #expect(result.status == 1)
        #expect(
            result.errors.contains("logs: there is no file in it of a kind that is known"),
            "\(result.errors)"
        )
        for command in [["match"], ["corpus", "add", "--corpus", scratch.file("c")]] {
            #expect(try run(programPath, command + [path]).status != 0)
        }
    }

    @Test func anEmptyFileIsCalledEmpty() throws {
        try scratch.write("empty.json", "")
        let result = try run(programPath, ["import", scratch.file("empty.json")])
        #expect(result.status == 1)
        #expect(result.errors.contains("empty.json: there is nothing in it"), "\(result.errors)")
    }

    @Test func aLineThatIsTooLongIsALine() throws {
        try check(
            "bash",
            [
                "-c",
                "cat > $0; head -c 70000000 /dev/zero | tr '\\0' a >> $0; printf '\\n' >> $0; head -n 1 $0 >> $0",
                scratch.file("eve.json"),
            ],
            input: Array(Self.event.utf8)
        )
        let result = try run(programPath, ["import", scratch.file("eve.json")])
        #expect(result.errors.contains("3 lines: 2 sightings in 1 record, 1 skipped"), "\(result.errors)")
    }

    /// What could be unpacked before the damage is read.
    @Test func aWrongChecksumLosesNothingThatIsThere() throws {
        let lines = (1...300).map {
            Self.event.replacing("203.0.113.7", with: "203.0.113.\($0 % 256)")
                .replacing("\"dest_port\":443", with: "\"dest_port\":\($0)")
        }
        try scratch.write("eve.json", lines.joined())
        let file = scratch.file("eve.json")
        try check("bash", ["-c", "gzip -c $0 > $0.gz", file])
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file + ".gz"))
        bytes[bytes.count - 6] ^= 1
        try bytes.write(to: URL(fileURLWithPath: file + ".gz"))
        let result = try run(programPath, ["import", file + ".gz"])
        #expect(result.status == 1)
        #expect(try records(result).count == 300)
        #expect(result.errors.contains("the gzip file is damaged"), "\(result.errors)")
    }
}
