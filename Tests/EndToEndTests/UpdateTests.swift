import Foundation
import TestSupport
import Testing

/// `signatures update` with archives that tar, gzip and minisign made.
@Suite struct UpdateTests {
    /// A folder in which releases are made and taken over.
    private struct Workshop {
        let scratch = Scratch()

        init() throws {
            try TestSupport.check(
                "bash",
                ["-c", "cd '\(scratch.path)' && minisign -G -W -p ours.pub -s ours.key"]
            )
            try TestSupport.check(
                "bash",
                ["-c", "cd '\(scratch.path)' && minisign -G -W -p other.pub -s other.key"]
            )
        }

        /// Makes `NAME.tar.gz` and its signature.
        func release(_ name: String, serial: Int, titles: [String], change: String = ":") throws {
            let rules = scratch.file("\(name)/signatures/c2")
            try TestSupport.check("mkdir", ["-p", rules, scratch.file("\(name)/vocabulary")])
            try scratch.write("\(name)/vocabulary/software.yml", "[]\n")
            for (number, title) in titles.enumerated() {
                try scratch.write("\(name)/signatures/c2/\(number).yml", Self.rule(number, title))
            }
            let said = try TestSupport.run(
                Program.path,
                ["--version"],
                environment: ["HALLMARK_SIGNATURES": scratch.file("\(name)/signatures")]
            ).text
            let digest = try #require(said.firstMatch(of: #/digest ([0-9a-f]{16})/#)).1
            try scratch.write(
                "\(name)/release.json",
                #"{"serial":\#(serial),"date":"2026-11-26","digest":"\#(digest)"}"#
            )
            try TestSupport.check(
                "bash",
                [
                    "-c",
                    """
                    set -e; cd '\(scratch.file(name))'; \(change)
                    tar --format=ustar -c release.json signatures vocabulary | gzip -9n > '../\(name).tar.gz'
                    minisign -S -s ../ours.key -m '../\(name).tar.gz' > /dev/null
                    """,
                ]
            )
        }

        private static func rule(_ number: Int, _ title: String) -> String {
            """
            title: \(title)
            id: 00000000-0000-4000-8000-00000000000\(number)
            status: experimental
            description: A rule of a test.
            references: [https://example.com/]
            author: test
            date: 2026-01-01
            logsource: {product: hallmark, category: tls_observation}
            detection:
              selection: {tls.server.x509.subject.common_name: '\(title)'}
              condition: selection
            level: high
            hallmark: {software: {name: \(title)}, specificity: unique}

            """
        }

        func update(_ arguments: String...) throws -> CommandResult {
            try TestSupport.run(
                Program.path,
                ["signatures", "update", "--into", scratch.file("rules"), "--key", scratch.file("ours.pub")]
                    + arguments.map { $0.hasSuffix(".gz") ? scratch.file($0) : $0 }
            )
        }

        /// What `list --changed` says of the rules that count.
        var changed: [String] {
            get throws {
                try TestSupport.run(
                    Program.path,
                    ["signatures", "list", "--changed"],
                    environment: ["HALLMARK_SIGNATURES": scratch.file("rules/current/signatures")]
                ).text.matches(of: #/(new|changed|gone) +.*?(Alpha|Beta|Gamma|Delta)/#)
                    .map { "\($0.1) \($0.2)" }.sorted()
            }
        }

        /// The titles of the rules that count.
        var titles: [String] {
            get throws {
                try TestSupport.run(
                    Program.path,
                    ["signatures", "list", "--json"],
                    environment: ["HALLMARK_SIGNATURES": scratch.file("rules/current/signatures")]
                ).text.matches(of: #/"title":"([^"]*)"/#).map { String($0.1) }.sorted()
            }
        }
    }

    @Test func releasesFollowEachOther() throws {
        let shop = try Workshop()
        try shop.release("one", serial: 100, titles: ["Alpha", "Beta"])
        try shop.release("two", serial: 200, titles: ["Alpha", "Gamma", "Delta"])
        let first = try shop.update("one.tar.gz")
        #expect(first.status == 0, "\(first.errors)")
        #expect(try shop.titles == ["Alpha", "Beta"])
        let second = try shop.update("two.tar.gz")
        #expect(second.errors.contains("took over 3 rules"), "\(second.errors)")
        #expect(try shop.titles == ["Alpha", "Delta", "Gamma"])
        // Also of rules that --into has put elsewhere.
        #expect(try shop.changed == ["changed Gamma", "new Delta"])
        let again = try shop.update("two.tar.gz")
        #expect(again.status == 0 && again.errors.contains("there already"), "\(again.errors)")
        // An older one is a way to take rules away.
        let older = try shop.update("one.tar.gz")
        #expect(older.status == 1 && older.errors.contains("older"), "\(older.errors)")
        #expect(try shop.titles == ["Alpha", "Delta", "Gamma"])
        #expect(try shop.update("--back").status == 0)
        #expect(try shop.titles == ["Alpha", "Beta"])
        let left = try FileManager.default.contentsOfDirectory(atPath: shop.scratch.file("rules")).sorted()
        #expect(left == ["current", "previous", "rules-100", "rules-200"])
    }

    /// A program that is installed with rules of its own takes newer ones from a URL, and says what they
    /// changed.
    @Test func anInstalledProgramTakesThemFromAURL() throws {
        let shop = try Workshop()
        try shop.release("shipped", serial: 50, titles: ["Alpha", "Beta", "Old"])
        try shop.release("one", serial: 100, titles: ["Alpha", "Gamma"])
        try shop.release("two", serial: 200, titles: ["Alpha", "Gamma", "Delta"])
        try TestSupport.check(
            "bash",
            [
                "-c",
                """
                set -e; cd '\(shop.scratch.path)'; mkdir -p prefix/bin prefix/share/hallmark
                cp '\(Program.path)' prefix/bin/
                cp -r shipped/signatures shipped/vocabulary shipped/release.json prefix/share/hallmark/
                """,
            ]
        )
        let server = try ServerProcess("python3") { port, _ in
            ["-m", "http.server", "\(port)", "--bind", "127.0.0.1", "--directory", shop.scratch.path]
        }
        func signatures(_ arguments: String...) throws -> CommandResult {
            try TestSupport.run(
                "env",
                [
                    "-u", "HALLMARK_SIGNATURES", "XDG_DATA_HOME=" + shop.scratch.file("data"), "NO_COLOR=1",
                    shop.scratch.file("prefix/bin/hallmark"), "signatures",
                ] + arguments
            )
        }
        func update(_ name: String) throws -> CommandResult {
            try signatures(
                "update",
                "http://127.0.0.1:\(server.port)/\(name)",
                "--key",
                shop.scratch.file("ours.pub")
            )
        }
        /// What `list --changed` says, by title.
        func changes() throws -> [String: String] {
            let result = try signatures("list", "--changed")
            #expect(result.status == 0, "\(result.errors)")
            let rows = result.text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            return Dictionary(uniqueKeysWithValues: rows.map { ($0.last ?? "", $0.first ?? "") })
        }
        let before = try signatures("list", "--changed")
        #expect(before.status == 0 && before.text.isEmpty)
        #expect(before.errors.contains("nothing has changed"), "\(before.errors)")
        let first = try update("one.tar.gz")
        #expect(first.status == 0 && first.errors.contains("took over 2 rules"), "\(first.errors)")
        // Against the rules that came with the program, and then against the update before.
        #expect(try changes() == ["TITLE": "CHANGE", "Gamma": "changed", "Old": "gone"])
        #expect(try update("two.tar.gz").status == 0)
        #expect(try changes() == ["TITLE": "CHANGE", "Delta": "new"])
        #expect(try signatures("list").errors.contains("3 rules"))
        for (name, word) in [("missing.tar.gz", "404"), ("one.tar.gz", "older")] {
            let refused = try update(name)
            #expect(refused.status == 1 && refused.errors.contains(word), "\(refused.errors)")
            #expect(refused.errors.contains("nothing was changed"))
        }
        #expect(try changes() == ["TITLE": "CHANGE", "Delta": "new"])
        #expect(try signatures("update", "--back").status == 0)
        #expect(try signatures("list").errors.contains("2 rules"))
        // Before the first update there were the rules that came with the program.
        let data = shop.scratch.file("data/hallmark")
        try TestSupport.check("rm", ["-r", data])
        #expect(try update("one.tar.gz").status == 0)
        let back = try signatures("update", "--back")
        #expect(back.status == 0 && back.errors.contains("came with the program"), "\(back.errors)")
        #expect(try signatures("list").errors.contains("3 rules"))
        #expect(try signatures("update", "--back").status == 0)
        #expect(try signatures("list").errors.contains("2 rules"))
    }

    /// What is refused, and by which word; what was there stays.
    @Test func whatIsNotRight() throws {
        let shop = try Workshop()
        try shop.release("good", serial: 100, titles: ["Alpha"])
        #expect(try shop.update("good.tar.gz").status == 0)
        let cases: [(change: String, after: String, word: String)] = [
            (":", "rm x.tar.gz.minisig", "No such file"),
            (":", "minisign -S -s other.key -m x.tar.gz", "another key"),
            (":", "printf x >> x.tar.gz", "not of this file"),
            (":", "truncate -s -1 x.tar.gz", "not of this file"),
            (":", "sed -i '3s/timestamp/timestamq/' x.tar.gz.minisig", "comment was changed"),
            (":", "sed -i '2s/...=$/AAA=/' x.tar.gz.minisig", "not of this file"),
            (":", ": > x.tar.gz.minisig", "no signature of minisign"),
            ("ln -s /etc/passwd signatures/link.yml", ":", "neither a file nor a folder"),
            ("echo 'detection: [' >> signatures/c2/0.yml", ":", "can't read its rules"),
            ("echo '# more' >> signatures/c2/0.yml", ":", "not those that it names"),
            // What damage has made no rule is no rule less.
            (": > signatures/c2/more.yml", ":", "signatures/c2/more.yml is no rule"),
            (
                "head -c 40 signatures/c2/0.yml > signatures/c2/more.yml", ":",
                "signatures/c2/more.yml is no rule"
            ),
            ("head -c 3000 /dev/urandom > signatures/c2/more.yml", ":", "is no rule|can't read"),
            ("rm release.json; echo '{}' > release.json", ":", "no release of rules"),
        ]
        for (index, one) in cases.enumerated() {
            try shop.release("x", serial: 300 + index, titles: ["Omega"], change: one.change)
            try TestSupport.check(
                "bash",
                ["-c", "cd '\(shop.scratch.path)' && { \(one.after); } > /dev/null"]
            )
            let result = try shop.update("x.tar.gz")
            #expect(result.status == 1, "\(one): \(result.errors)")
            #expect(try result.errors.contains(Regex(one.word)), "\(one): \(result.errors)")
            #expect(try shop.titles == ["Alpha"], "\(one)")
            try TestSupport.check("bash", ["-c", "cd '\(shop.scratch.path)' && rm -rf x x.tar.gz*"])
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: shop.scratch.file("rules"))
        #expect(left.sorted() == ["current", "rules-100"])
    }

    /// The key in the program is the one that the sources show.
    @Test func theShippedKey() throws {
        let shop = try Workshop()
        try shop.release("good", serial: 100, titles: ["Alpha"])
        let path = projectFolder + "/Packaging/signatures.pub"
        let arguments = [
            "signatures", "update", shop.scratch.file("good.tar.gz"), "--into", shop.scratch.file("r"),
        ]
        for more in [[], ["--key", path]] {
            let result = try TestSupport.run(Program.path, arguments + more)
            #expect(
                result.status == 1 && result.errors.contains("another key than 31E5C4AADA55C4A2"),
                "\(result.errors)"
            )
        }
    }
}
