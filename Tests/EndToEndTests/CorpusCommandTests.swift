import Foundation
import TestSupport
import Testing

/// `hallmark corpus` and `scan --corpus`: what is remembered, and what a crash leaves of it.
@Suite(.serialized) struct CorpusCommandTests {
    private func query(_ path: String, _ sql: String) throws -> String {
        try check("sqlite3", [path, sql]).text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func corpus(_ arguments: [String], exit status: Int32 = 0) throws -> CommandResult {
        let result = try Program.run(["corpus"] + arguments)
        #expect(result.status == status, "\(result.errors)")
        return result
    }

    /// JSON may have tabs and carriage returns between its words; what was taken in so is given out again.
    @Test(arguments: ["\t", "\r", "\r\r\t "]) func blanksOfAnyKindAreGivenOutAgain(_ blank: String) throws {
        let scratch = Scratch()
        let digest = String(repeating: "AB", count: 32)
        let line = """
            {"@timestamp":"2026-11-22T03:31:00Z","event":{"dataset":"hallmark.observation","outcome":"success"},\
            "server":{"address":"203.0.113.7","ip":"203.0.113.7","port":443},"tls":{"server":{"hash":\
            {"sha256":~"\(digest)"},"x509":{"version_number":~"3"}}},"hallmark":{"certificate":{~"chain_length":1}}}

            """
        let sweep = try scratch.write("sweep", line.replacing("~", with: blank))
        let path = scratch.file("corpus.sqlite")
        _ = try corpus(["add", sweep, "--corpus", path])
        let text = try corpus(["export", "--corpus", path]).text
        #expect(text.split(whereSeparator: \.isNewline).count == 1)
        let record = try #require(try Program.records(text).first)
        #expect(record.text("tls.server.hash.sha256") == digest)
        #expect(record.text("tls.server.x509.version_number") == "3")
        #expect(record.number("hallmark.certificate.chain_length") == 1)
    }

    /// Killed in the middle of a scan, the file is whole, lacks nothing that had been committed before, and
    /// gets the rest from the scan's output.
    @Test func aKilledScanLeavesAConsistentCorpus() throws {
        let scratch = Scratch()
        let server = try Nginx.start(try TestCertificate(), listen: "0.0.0.0")
        let path = scratch.file("corpus.sqlite")
        let output = scratch.file("out.ndjson")
        // The scan is slow enough to be met in the middle, and is killed when some of it has been committed.
        let script = """
            "$0" scan 127.23.0.0/18 -p \(server.port) --include-special --probe certificate --no-signatures -q \
              --rate 1500 --corpus '\(path)' -o '\(output)' & scan=$!
            committed=0
            while kill -0 $scan && [ "${committed:-0}" -lt 1000 ]; do
              sleep 0.05
              committed=$(sqlite3 -readonly '\(path)' 'SELECT count(*) FROM moments' 2> /dev/null || echo 0)
            done
            kill -KILL $scan
            wait $scan
            echo "$committed $?"
            """
        let words = try run("bash", ["-c", script, Program.path]).text.split(separator: " ")
        let committed = try #require(words.first.flatMap { Int($0) })
        #expect(committed >= 1000 && words.last == "137\n")
        // To read needs no repair.
        #expect(try corpus(["stats", "--corpus", path]).text.contains("observations"))
        #expect(try query(path, "PRAGMA integrity_check") == "ok")
        let kept = try #require(Int(query(path, "SELECT count(*) FROM moments")))
        #expect(kept >= committed && kept < 16384)
        #expect(try query(path, "SELECT sum(count) FROM sightings") == "\(kept)")
        #expect(try query(path, "SELECT count(*) FROM endpoints") == "\(kept)")
        // The output brings back what was lost, and nothing counts twice. Its last line may be cut off.
        _ = try corpus(["add", output, "--corpus", path, "--keep-going"])
        let lines = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n").count {
            $0.hasSuffix("}")
        }
        let all = try #require(Int(query(path, "SELECT count(*) FROM moments")))
        #expect(all >= max(kept, lines))
        #expect(try query(path, "SELECT sum(count) FROM sightings") == "\(all)")
        #expect(
            try query(path, "SELECT count(*) FROM (SELECT DISTINCT endpoint, certificate, time FROM moments)")
                == "\(all)"
        )
        #expect(try query(path, "PRAGMA integrity_check") == "ok")
    }

    @Test func aCorpusTakesAndGivesBack() throws {
        let scratch = Scratch()
        let made = try TestCertificate(subject: "/O=Example/CN=first.example")
        let other = try TestCertificate(subject: "/O=Example/CN=second.example")
        let server = try Nginx.start(made, listen: "0.0.0.0")
        let sweep = scratch.file("sweep.ndjson")
        let path = scratch.file("corpus.sqlite")
        _ = try Program.scan([
            "127.23.1.1-127.23.1.9", "-p", "\(server.port)", "--include-special", "-o", sweep,
        ])
        let der = scratch.file("second.der")
        try check("openssl", ["x509", "-in", other.certificate, "-outform", "DER", "-out", der])
        let first = try corpus(["add", sweep, der, "--corpus", path])
        #expect(first.errors.contains("9 records, 9 new observations, 1 new certificate, 9 new endpoints"))
        #expect(first.errors.contains("second.der: 1 record, 0 new observations, 1 new certificate"))
        // The same again, and the same certificates as PEM, change nothing.
        let stats = try corpus(["stats", "--json", "--corpus", path]).text
        let again = try corpus(["add", sweep, der, made.certificate, other.certificate, "--corpus", path])
        #expect(again.errors.contains("sweep.ndjson: nothing new, the file was added before"))
        #expect(try corpus(["stats", "--json", "--corpus", path]).text == stats)
        // Out and in again: another corpus knows as much of what was observed.
        let export = scratch.file("export.ndjson")
        try Data(try corpus(["export", "--corpus", path]).output).write(to: URL(fileURLWithPath: export))
        let copy = scratch.file("copy.sqlite")
        _ = try corpus(["add", export, "--corpus", copy])
        for table in ["endpoints", "sightings", "moments", "appearances"] {
            let sql = "SELECT count(*) FROM \(table)"
            #expect(try query(copy, sql) == (try query(path, sql)), "\(table)")
        }
        #expect(try schemaErrors(try String(contentsOfFile: export, encoding: .utf8)) == "")
        // What is older than tomorrow goes; the certificate that stands on no endpoint as well.
        let tomorrow = try check("date", ["-u", "-d", "tomorrow", "+%F"]).text.prefix(10)
        let pruned = try corpus(["prune", "--before", String(tomorrow), "--corpus", path])
        #expect(pruned.errors.contains("forgot 9 sightings, 2 certificates, 9 endpoints"))
        #expect(try query(path, "SELECT count(*) FROM certificate_marks") == "0")
    }

    @Test func whatIsNoCorpusIsRefusedWithAReason() throws {
        let scratch = Scratch()
        let newer = scratch.file("newer.sqlite")
        let certificate = try TestCertificate()
        _ = try corpus(["add", certificate.certificate, "--corpus", newer])
        _ = try query(newer, "INSERT INTO grdb_migrations VALUES ('2099')")
        for arguments in [["stats"], ["add", certificate.certificate], ["prune", "--before", "2020-01-01"]] {
            let result = try corpus(arguments + ["--corpus", newer], exit: 1)
            #expect(
                result.errors.contains("newer.sqlite: the corpus was written by a newer version of Hallmark")
            )
        }
        let scan = try Program.run(["scan", "127.0.0.1:1", "--corpus", newer])
        #expect(scan.status == 1 && scan.output.isEmpty)
        #expect(scan.errors.contains("a newer version of Hallmark"))
        #expect(
            try corpus(["stats", "--corpus", "/nonexistent"], exit: 1).errors.contains(
                "there is no such corpus"
            )
        )
        let text = try scratch.write("text", String(repeating: "text ", count: 500))
        #expect(try corpus(["stats", "--corpus", text], exit: 1).errors.contains("is not a Hallmark corpus"))
    }

    /// A mark of a content network or of shared hosting does not count, and the answer says whose it is.
    @Test func marksOfSharedServicesAreSuppressed() throws {
        let scratch = Scratch()
        let server = try Nginx.start(try TestCertificate(), listen: "0.0.0.0")
        let sweep = scratch.file("sweep.ndjson")
        _ = try Program.scan([
            "127.23.2.1-127.23.2.3", "-p", "\(server.port)", "--include-special", "-o", sweep,
        ])
        // As if the content network's front end had answered.
        let rule = projectFolder + "/signatures/benign/cloudflare-edge"
        let jarm = try #require(
            FileManager.default.contentsOfDirectory(atPath: rule).compactMap { name in
                try String(contentsOfFile: rule + "/" + name, encoding: .utf8)
                    .firstMatch(of: #/tls\.server\.jarm: '([0-9a-f]{62})'/#).map { String($0.1) }
            }.first
        )
        let edge = try check("jq", ["-c", ".tls.server.jarm = \"\(jarm)\"", sweep]).text
        let path = scratch.file("corpus.sqlite")
        _ = try corpus(["add", try scratch.write("edge.ndjson", edge), "--corpus", path])
        func pivot(_ extra: [String]) throws -> String {
            let result = try Program.run(["pivot", "127.23.2.1", "--corpus", path] + extra)
            // All three endpoints show one certificate, and nothing else shares anything.
            #expect(result.status == 2, "\(result.errors)")
            return result.text
        }
        let text = try pivot([])
        #expect(text.contains(#/ 0\.0 +jarm +27d3ed3ed\S+\s.*not counted: .*Cloudflare/#), "\(text)")
        let counted = try pivot(["--include-benign"])
        #expect(!counted.contains("not counted"))
        let marks = try Program.records(try pivot(["--format", "ndjson"])).filter {
            $0.text("type") == "mark"
        }
        let mark = try #require(marks.first { $0.text("field") == "tls.server.jarm" })
        #expect(mark.text("benign")?.contains("Cloudflare") == true)
        #expect(mark["bits"] as? Double == 0 && mark["followed"] as? Bool == false)
    }

    /// What no record can have is a mistake of usage; what the corpus does not have is said to be so, by
    /// whatever it is asked for.
    @Test func aPivotTellsWhatIsMalformedFromWhatIsMissing() throws {
        let scratch = Scratch()
        let path = scratch.file("codes.sqlite")
        _ = try corpus(["add", try scratch.write("codes.ndjson", FaultMatrix.record), "--corpus", path])
        let digest = String(repeating: "CD", count: 32)
        for (query, status) in [
            ("key=zz", 64), ("key=AABB", 64), ("jarm=xyz", 64), ("sha256=zz", 64), ("serial=zz", 64),
            ("ski=zz", 64), ("validity=x", 64), ("curve=zz", 64), ("names=one", 64),
            (String(digest.dropLast()), 64), (String(digest.prefix(39)), 64), (digest + "A", 64),
            ("nothing=1", 64), ("key=", 64), ("key=\(digest)", 4), ("sha256=\(digest)", 4),
            ("jarm=\(String(repeating: "0", count: 62))", 4), ("serial=0A", 4), ("subject=CN=nobody", 4),
            ("name=nobody.example", 4), ("203.0.113.8", 4), ("lead=Nobody", 4), ("203.0.113.7", 2),
        ] {
            let result = try Program.run(["pivot", query, "--corpus", path, "--include-benign"])
            #expect(result.status == status, "\(query): \(result.status) \(result.text)\(result.errors)")
        }
    }
}
