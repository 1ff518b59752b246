import Foundation
import TestSupport
import Testing

/// What was named and could not be read is said and ends with 1, in every command that reads files.
@Suite struct UnreadableInputTests {
    private static let record = """
        {"@timestamp":"2026-11-22T03:31:00.123Z","event":{"dataset":"hallmark.observation","outcome":"success"},\
        "server":{"address":"203.0.113.7","ip":"203.0.113.7","port":443},"tls":{"server":{"jarm":"x"}}}

        """

    /// An input, what is said of it, and how many records come out of it.
    private struct Case {
        let name: String
        let word: String
        var records = 0
    }

    private func make(_ scratch: Scratch) throws -> [Case] {
        let pair = try TestCertificate(subject: "/CN=reading.example")
        let record = Self.record
        try scratch.write("one", record)
        let pem = try String(contentsOfFile: pair.certificate, encoding: .utf8)
        let texts = [
            "foreign": "{\"foo\":1}\n", "array": "[\(record)", "pretty": "{\n  \"a\": 1\n}\n", "empty": "",
            "blank": " \n\n",
            "words": "no record at all\n", "cut": record + String(record.prefix(70)),
            "broken": pem.replacingOccurrences(of: "\nM", with: "\nM*"),
            "endless": String(pem.prefix(400)),
        ]
        for (name, text) in texts { try scratch.write(name, text) }
        try FileManager.default.createDirectory(
            atPath: scratch.file("folder"),
            withIntermediateDirectories: true
        )
        let script = """
            cd "$0" && iconv -f UTF-8 -t UTF-16 one > wide
            (cat one; head -c 67200000 /dev/zero | tr '\\0' a; echo; cat one) > long
            for n in $(seq 3000); do sed "s/443/$n/" one; done > many
            gzip -c many | head -c 3000 > cut.gz
            zstd -qc many | head -c 3000 > cut.zst
            head -c 100000 /dev/urandom | zstd -qc | head -c 40000 > noise.zst
            openssl pkcs12 -export -in "$1" -inkey "$2" -passout pass: -out store
            openssl crl2pkcs7 -nocrl -certfile "$1" -outform DER -out bundle
            openssl req -new -key "$2" -subj /CN=a -outform DER -out request
            openssl pkey -in "$2" -outform DER -out key
            """
        try check("bash", ["-ec", script, scratch.file("."), pair.certificate, pair.key])
        return [
            Case(name: "foreign", word: "foreign"),
            Case(name: "array", word: "the JSON is cut off", records: 1),
            Case(name: "pretty", word: "pretty"), Case(name: "empty", word: "nothing"),
            Case(name: "blank", word: "nothing"), Case(name: "words", word: "words"),
            Case(name: "cut", word: "cut", records: 1),
            Case(name: "broken", word: "broken:2: a character that is no base64"),
            Case(name: "endless", word: "endless:1: the certificate's block has no END"),
            Case(name: "wide", word: "is UTF-16"), Case(name: "long", word: "long", records: 1),
            Case(name: "cut.gz", word: "the gzip file is cut off", records: 2),
            Case(name: "cut.zst", word: "the zstd file is cut off", records: 1),
            Case(name: "noise.zst", word: "noise"),
            Case(name: "store", word: "is a PKCS#12 store"),
            Case(name: "bundle", word: "is PKCS#7"), Case(name: "request", word: "is a certificate request"),
            Case(name: "key", word: "is a private key"), Case(name: "missing", word: "No such file"),
        ]
    }

    @Test func matchAndCorpusSayWhatTheyCouldNotRead() throws {
        let scratch = Scratch()
        for (number, item) in try make(scratch).enumerated() {
            let file = scratch.file(item.name)
            let rules = projectFolder + "/signatures/tunnel"
            let match = try Program.run(["match", "--no-default-signatures", "--signatures", rules, file])
            #expect(match.status == 1, "match \(item.name): \(match.errors)")
            #expect(match.errors.contains(item.word), "match \(item.name): \(match.errors)")
            let corpus = scratch.file("corpus\(number).sqlite")
            let add = try Program.run(["corpus", "add", file, "--corpus", corpus])
            #expect(add.status == 1, "corpus add \(item.name): \(add.errors)")
            #expect(add.errors.contains(item.word), "corpus add \(item.name): \(add.errors)")
            // What stands before the fault counts.
            let stats = try Program.run(["corpus", "export", "--corpus", corpus])
            let kept = stats.text.split(separator: "\n").count
            #expect(item.records == 0 ? kept == 0 : kept >= item.records, "\(item.name): \(kept)")
            #expect(match.text.split(separator: "\n").count >= item.records, "\(item.name)")
            let going = try Program.run(["corpus", "add", file, "--corpus", corpus, "--keep-going"])
            #expect(going.status == 0, "\(item.name): \(going.errors)")
        }
        let folder = try Program.run([
            "corpus", "add", scratch.file("folder"), "--corpus", scratch.file("f.sqlite"),
        ])
        #expect(folder.status == 1 && folder.errors.contains("there is nothing in it"), "\(folder.errors)")
    }

    /// Packed, marked and indented input is read, and certificates as people paste them.
    @Test func whatPeopleHaveIsRead() throws {
        let scratch = Scratch()
        let pair = try TestCertificate(subject: "/CN=reading.example")
        try scratch.write("marked", "\u{feff}  \(Self.record)")
        try scratch.write("one", Self.record)
        let script = """
            cd "$0" && gzip -c one > packed && gzip -c one >> packed
            sed 's/^/      /' "$1" > indented
            tr -d '\\n' < "$1" > joined
            """
        try check("bash", ["-ec", script, scratch.file("."), pair.certificate])
        for (name, word) in [
            ("marked", "1 record, 1 new observation"), ("packed", "2 records, 1 new observation"),
            ("indented", "1 new certificate"), ("joined", "1 new certificate"),
        ] {
            let corpus = scratch.file("\(name).sqlite")
            let add = try Program.run(["corpus", "add", scratch.file(name), "--corpus", corpus])
            #expect(add.status == 0 && add.errors.contains(word), "\(name): \(add.errors)")
        }
    }

    /// What is kept as the JSON that it is has to be JSON.
    @Test func malformedTextDoesNotComeIntoACorpus() throws {
        let scratch = Scratch()
        let digest = String(repeating: "ab", count: 32)
        let lines = ["{\"x\":tru}", "{\"x\":01}", "{\"x\":\"\\q\"}", "{\"x\":[1,,2]}", "[1]", "{\"x\":1}"].map
        { text in
            """
            {"@timestamp":"2026-11-22T03:31:00Z","event":{"dataset":"hallmark.observation"},\
            "server":{"ip":"203.0.113.7","port":443},"tls":{"server":{"hash":\
            {"sha256":"\(digest)"},"x509":\(text)}}}
            """
        }
        let file = try scratch.write("hostile", lines.joined(separator: "\n"))
        let corpus = scratch.file("c.sqlite")
        let add = try Program.run(["corpus", "add", file, "--corpus", corpus])
        #expect(
            add.status == 1 && add.errors.contains("5 lines without a record of ours, the first is line 1")
        )
        let export = try Program.run(["corpus", "export", "--corpus", corpus])
        #expect(export.text.split(separator: "\n").count == 1)
        #expect(try Program.records(export.text).count == 1)
    }
}
