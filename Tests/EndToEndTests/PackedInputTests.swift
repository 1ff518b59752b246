import Foundation
import TestSupport
import Testing

/// Whatever form a file has that people keep, every command that reads such files reads it.
@Suite struct PackedInputTests {
    private static let rules = [
        "--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel",
    ]

    private static func record(_ number: Int, _ certificate: String) -> String {
        """
        {"@timestamp":"2026-11-22T03:31:00.123Z","event":{"dataset":"hallmark.observation","outcome":"success"},\
        "server":{"address":"203.0.113.\(number)","ip":"203.0.113.\(number)","port":443},"hallmark":{"certificate":{"validity_seconds":7776000,\
        "spki_sha256":"\(String(repeating: certificate, count: 32))"}},"tls":{"version":"1.3","server":{"hash":\
        {"sha256":"\(String(repeating: certificate, count: 32))"},"x509":{"subject":{"distinguished_name":"CN=\(number)"},\
        "public_key_algorithm":"ECDSA","public_key_size":256,"signature_algorithm":"ECDSA-SHA256","not_before":"2026-09-01T00:00:00Z","not_after":"2026-11-30T00:00:00Z"}}}}

        """
    }

    /// How a file is packed or written: its ending and the script that makes it of `$0`.
    private static let packings = [
        ("gz", "gzip -c \"$0\""), ("zst", "zstd -qc \"$0\""),
        // Several members and frames, and one that is passed over.
        ("many.gz", "head -n 1 \"$0\" | gzip -c; tail -n +2 \"$0\" | gzip -c; head -c 512 /dev/zero"),
        (
            "many.zst",
            "head -n 1 \"$0\" | zstd -qc; printf '\\x50\\x2a\\x4d\\x18\\x03\\0\\0\\0abc'; tail -n +2 \"$0\" | zstd -qc -19"
        ),
    ]
    private static let forms =
        packings + [
            ("marked", "printf '\\xef\\xbb\\xbf'; cat \"$0\""), ("array", "jq -s . \"$0\""),
            ("lines", "jq . \"$0\""),
            ("compact", "jq -cs . \"$0\""), ("both.zst", "jq -s . \"$0\" | zstd -qc"),
            ("crlf", "sed 's/$/\\r/' \"$0\""),
        ]

    private static func make(_ file: String, _ forms: [(String, String)]) throws -> [String] {
        try forms.map { form in
            try check("bash", ["-ec", "(\(form.1)) > \"$0.\(form.0)\"", file])
            return file + "." + form.0
        }
    }

    @Test func observationsAreReadInEveryForm() throws {
        let scratch = Scratch()
        let old = try scratch.write("old", (1...3).map { Self.record($0, "AA") }.joined())
        let new = try scratch.write("new", Self.record(1, "AA") + Self.record(2, "BB") + Self.record(4, "AA"))
        let plain = try Program.run(["compare", new, "--baseline", old, "--format", "csv"])
        #expect(plain.status == 0 && plain.text.contains("certificate from AAAAAAAAAAAA… to BBBBBBBBBBBB…"))
        #expect(plain.text.contains("203.0.113.3") && plain.text.contains("203.0.113.4"))
        let match = try Program.run(["match", new, "-q"] + Self.rules)
        #expect(match.status == 0)
        let adopted = try Program.run(["compare", new, "--adopt"]).text
        #expect(adopted.contains("203.0.113.4"))
        for (number, form) in try Self.make(old, Self.forms).enumerated() {
            let drift = try Program.run(["compare", new, "--baseline", form, "--format", "csv"])
            #expect(drift.status == 0 && drift.text == plain.text, "\(form): \(drift.errors)")
            let corpus = scratch.file("\(number).sqlite")
            let add = try Program.run(["corpus", "add", form, "--corpus", corpus])
            #expect(add.status == 0 && add.errors.contains("3 records, 3 new observations"), "\(add.errors)")
        }
        for form in try Self.make(new, Self.forms) {
            let drift = try Program.run(["compare", form, "--baseline", old, "--format", "csv"])
            #expect(drift.status == 0 && drift.text == plain.text, "\(form): \(drift.errors)")
            #expect(try Program.run(["compare", form, "--adopt"]).text == adopted, "\(form)")
            let expiring = try Program.run(["compare", form, "--expiring", "30", "--fail-on", "low"])
            #expect(expiring.status == 3, "\(form): \(expiring.errors)")
            let packed = try Program.run(["match", form, "-q"] + Self.rules)
            #expect(packed.status == 0, "\(form): \(packed.errors)")
            #expect(
                try Program.records(packed.text).map(\.endpoint)
                    == Program.records(match.text).map(\.endpoint)
            )
            let measure = try Program.run(["signatures", "measure", form] + Self.rules)
            #expect(measure.status == 0 && measure.errors.contains("3 members"), "\(form): \(measure.errors)")
        }
        // What can be read once only is compared all the same.
        let pipe = try run(
            "bash",
            [
                "-c", "\"$0\" compare \"$1\" --format csv --baseline <(zstd -qdc \"$2.zst\")", Program.path,
                new, old,
            ]
        )
        #expect(pipe.status == 0 && pipe.text == plain.text, "\(pipe.errors)")
    }

    @Test func certificatesAndListsAreReadPacked() throws {
        let scratch = Scratch()
        let made = try TestCertificate(subject: "/CN=packed.example")
        let pem = scratch.file("pem")
        try FileManager.default.copyItem(atPath: made.certificate, toPath: pem)
        let der = scratch.file("der")
        try check("openssl", ["x509", "-in", pem, "-outform", "DER", "-out", der])
        let corpus = scratch.file("c.sqlite")
        for form in try Self.make(pem, Self.packings) + Self.make(der, Array(Self.packings.prefix(2))) {
            let match = try Program.run(["match", form, "-q"] + Self.rules)
            #expect(match.status == 0 && match.text.contains("packed.example"), "\(form): \(match.errors)")
            let add = try Program.run(["corpus", "add", form, "--corpus", corpus])
            #expect(add.status == 0 && add.errors.contains("1 record"), "\(form): \(add.errors)")
            let pivot = try Program.run(["pivot", form, "--corpus", corpus] + Self.rules)
            #expect(pivot.status == 2 && pivot.text.contains("CN=packed.example"), "\(form): \(pivot.errors)")
        }
        let sweep = try scratch.write("sweep", Self.record(1, "AA"))
        let csv = try scratch.write("assets", "address,ports\n203.0.113.1,443\n")
        let json = try scratch.write("assets.json", "[{\"address\":\"203.0.113.1\",\"ports\":[443]}]\n")
        for form in try Self.make(csv, Self.packings) + Self.make(json, Array(Self.packings.prefix(2))) {
            let compare = try Program.run(["compare", sweep, "--inventory", form])
            #expect(compare.status == 0 && compare.text.contains("1 record"), "\(form): \(compare.errors)")
        }
        let targets = try scratch.write("targets", "192.0.2.0/30\n192.0.2.8\n")
        let scope = try scratch.write(
            "scope.yaml",
            "name: a\nauthorization: b\ninclude: [192.0.2.0/28]\nexclude: [192.0.2.8]\n"
        )
        func count(_ arguments: [String]) throws -> String {
            let result = try Program.run(
                ["scan", "--dry-run", "--in-order", "--include-special"] + arguments
            )
            return "\(result.status) " + result.text + result.errors
        }
        let listed = try count(["-i", targets])
        let excluded = try count(["192.0.2.0/28", "--exclude", "@" + targets])
        let scoped = try count(["192.0.2.0/28", "--scope", scope])
        #expect(listed.hasPrefix("0 ") && excluded.hasPrefix("0 ") && scoped.hasPrefix("0 "))
        for form in try Self.make(targets, Self.packings) {
            #expect(try count(["-i", form]) == listed, "\(form)")
            #expect(
                try count(["192.0.2.0/28", "--exclude", "@" + form]).replacingOccurrences(
                    of: form,
                    with: targets
                )
                    == excluded,
                "\(form)"
            )
        }
        for form in try Self.make(scope, Self.packings) {
            #expect(
                try count(["192.0.2.0/28", "--scope", form]).replacingOccurrences(of: form, with: scope)
                    == scoped,
                "\(form)"
            )
        }
    }

    /// A small file can hold any number of bytes: they pass, or are refused, and are never all kept.
    @Test func packedBytesAreBounded() throws {
        let scratch = Scratch()
        let bomb = scratch.file("bomb.zst")
        let wide = scratch.file("wide.zst")
        try check(
            "bash",
            [
                "-ec",
                """
                (printf '{"'; head -c 400000000 /dev/zero | tr '\\0' a) | zstd -qc > "$0"
                head -c 300000000 /dev/zero | zstd -qc --long=28 --zstd=wlog=28 > "$1"
                """, bomb, wide,
            ]
        )
        func limited(_ arguments: [String]) throws -> CommandResult {
            let script = """
                import resource, subprocess, sys
                code = subprocess.run(sys.argv[1:]).returncode
                used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
                sys.exit(code if used < 390_000 else f"{used} KiB were used")
                """
            return try run("python3", ["-c", script, Program.path] + arguments)
        }
        let match = try limited(["match", bomb, "-q"] + Self.rules)
        #expect(match.status == 1 && match.errors.contains("longer than 64 MiB"), "\(match)")
        let inventory = try limited(["compare", bomb, "--inventory", bomb])
        #expect(inventory.status == 1 && inventory.errors.contains("has more than"), "\(inventory.errors)")
        let large = try limited(["corpus", "add", wide, "--corpus", scratch.file("c.sqlite")])
        #expect(large.status == 1 && large.errors.contains("needs more than 128 MiB"), "\(large.errors)")
    }
}
