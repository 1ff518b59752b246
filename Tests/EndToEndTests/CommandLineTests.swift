import Foundation
import TestSupport
import Testing

/// What helps who types: suggestions for misspelt subcommands, and the completions of shells.
@Suite struct CommandLineTests {
    @Test(arguments: [
        (["scna", "192.0.2.1"], "Did you mean 'hallmark scan 192.0.2.1'?"),
        (["Validate"], "Did you mean 'hallmark validate'?"),
        (["signtures", "list"], "Did you mean 'hallmark signatures list'?"),
        (["corpus", "sttas"], "Did you mean 'hallmark corpus stats'?"),
        (["signatures", "lnt"], "Did you mean 'hallmark signatures lint'?"),
        (["scan", "validte", "host.example"], "Did you mean 'hallmark validate host.example'?"),
        (["scan", "scan", "192.0.2.1"], "Did you mean 'hallmark scan 192.0.2.1'?"),
        (["validate", "mtach", "-q", "x"], ""),
        (["validate", "mtach", "x"], "Did you mean 'hallmark match x'?"),
        (["nothing-like-it"], ""), (["-x"], ""),
    ])
    func misspeltSubcommands(_ arguments: [String], _ hint: String) throws {
        let result = try Program.run(arguments)
        #expect(result.status == 64 && result.output.isEmpty, "\(result.errors)")
        #expect(hint.isEmpty ? true : result.errors.contains(hint), "\(result.errors)")
        if hint.isEmpty, arguments.count == 1 { #expect(!result.errors.contains("Did you mean")) }
    }

    /// An option that is not there is named, whatever is missing for it, and one that is not like it is not
    /// suggested.
    @Test(arguments: [
        (["scan", "--bogus"], "Unknown option '--bogus'\n"),
        (["scan", "--prots", "443", "192.0.2.1"], "Unknown option '--prots'. Did you mean '--ports'?"),
        (["match", "--only-lead", "x"], "Did you mean '--only-leads'?"),
        (["scan", "--conect-timeout=5", "192.0.2.1"], "Did you mean '--connect-timeout'?"),
        (["scan", "--exclu", "192.0.2.2", "192.0.2.1"], "Did you mean '--exclude'?"),
        (["corpus", "add", "--corups", "x", "f"], "Unknown option '--corups'. Did you mean '--corpus'?"),
        (["compare", "--fail-onn", "high", "x"], "Unknown option '--fail-onn'. Did you mean '--fail-on'?"),
        (["corpus", "--bogus"], "Unknown option '--bogus'\n"), (["--verson"], "Did you mean '--version'?"),
        (["help", "scna"], "Did you mean 'hallmark help scan'?"),
        (["help", "corpus", "sttas"], "Did you mean 'hallmark help corpus stats'?"),
        (["help", "nothing-like-it"], "There is no command 'nothing-like-it'.\n"),
    ])
    func misspeltOptions(_ arguments: [String], _ hint: String) throws {
        let result = try Program.run(arguments)
        #expect(result.status == 64 && result.output.isEmpty, "\(result.text)")
        #expect(result.errors.contains(hint), "\(result.errors)")
        #expect(result.errors.components(separatedBy: "Did you mean").count <= 2, "\(result.errors)")
        let command = arguments.prefix { !$0.hasPrefix("-") && $0 != "help" }.joined(separator: " ")
        if !command.isEmpty { #expect(result.errors.contains("See 'hallmark \(command) --help'")) }
    }

    /// What can't be meant is refused before a file is touched.
    @Test(arguments: [
        ["--resolver", "1.2.3.4:99999"], ["--resolver", "foo"], ["--resolver", "::1:0x"], ["-p", "0"],
        ["-p", "70000"], ["--shard", "3/2"], ["--sni", "a b"], ["--sni", "192.0.2.1"],
        ["192.0.2.1,", "shop.example.com"],
    ])
    func impossibleArguments(_ arguments: [String]) throws {
        let scratch = Scratch()
        let file = try scratch.write("records.ndjson", "kept\n")
        let result = try Program.run(
            ["scan", "--no-signatures", "-o", file] + arguments + ["127.0.0.1:9"]
        )
        #expect(result.status == 64 && result.output.isEmpty, "\(result.errors)")
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "kept\n")
    }

    @Test(arguments: ["127.0.0.1", "127.0.0.1:5353", "[::1]:5353", "::1", "[::1]"])
    func resolvers(_ server: String) throws {
        let result = try Program.run(["scan", "--dry-run", "--resolver", server, "127.0.0.1:9"])
        #expect(result.status == 0, "\(result.errors)")
    }

    /// An argument that is quoted in an error has no line of its own.
    @Test(arguments: [
        ["scan", "--look=a\nhallmark: 1 endpoint", "127.0.0.1"],
        ["scan", "--look", "a\u{1b}[2J\nhallmark: 1 endpoint", "127.0.0.1"],
        ["scan", "--no-such-option\nhallmark: 1 endpoint"], ["corpus", "a\nhallmark: 1 endpoint"],
        ["match", "no-such-file\nhallmark: 1 endpoint"],
    ])
    func argumentsForgeNoLine(_ arguments: [String]) throws {
        let result = try Program.run(arguments)
        #expect(result.status == 64 || result.status == 1)
        #expect(result.errors.contains("\\u{a}hallmark"), "\(result.errors)")
        #expect(!result.errors.split(separator: "\n").contains { $0.hasPrefix("hallmark: 1 endpoint") })
        #expect(!result.errors.contains("\u{1b}"))
    }

    /// A host that has a subcommand's name can be scanned.
    @Test func hostsOfSuchNames() throws {
        for target in ["scan:443", "scan.example", "web"] {
            let result = try Program.run(["scan", "--dry-run", target])
            #expect(result.status == 0 && result.text.hasPrefix("1 endpoint\n"), "\(result.errors)")
        }
    }

    /// What bash offers for the last word.
    private func complete(_ words: [String], in folder: String = ".") throws -> Set<String> {
        let scratch = Scratch()
        let script = try Program.run(["--generate-completion-script", "bash"])
        try scratch.write("completion", script.text)
        let line = words.map { "'\($0)'" }.joined(separator: " ")
        let result = try run(
            "bash",
            [
                "-c",
                """
                source "$0"; cd "$1"; COMP_WORDS=(hallmark \(line)); COMP_CWORD=\(words.count); COMP_LINE="hallmark \(words.joined(separator: " "))"
                COMP_POINT=${#COMP_LINE}; COMP_TYPE=9; _hallmark hallmark "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
                printf '%s\\n' "${COMPREPLY[@]}"
                """,
                scratch.file("completion"), folder,
            ]
        )
        return Set(result.text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
    }

    @Test func bashCompletes() throws {
        let scratch = Scratch()
        for name in ["list.txt", "list.csv"] { try scratch.write(name, "") }
        for option in [
            "-i", "--scope", "--checkpoint", "--resume", "--output", "--inventory", "--corpus", "--summary",
            "--ca-file",
        ] {
            #expect(
                try complete(["scan", option, "li"], in: scratch.path) == ["list.txt", "list.csv"],
                "\(option)"
            )
        }
        #expect(try complete(["scan", "--starttls", "p"]) == ["pop3", "postgres"])
        #expect(try complete(["validate", "--starttls", "s"]).isSuperset(of: ["smtp"]))
        #expect(try complete(["scan", "--probe", ""]) == ["certificate", "adaptive", "full"])
        #expect(try complete(["scan", "--look", ""]) == ["default", "browser", "rsa", "ecdsa"])
        #expect(try complete(["scan", "--chain", "n"]) == ["none"])
        #expect(try complete(["compare", "--format", ""]).isSuperset(of: ["ndjson", "csv"]))
        #expect(try complete(["va"]) == ["validate"])
    }

    /// zsh and fish have their own words for files.
    @Test(arguments: [("zsh", "_files"), ("fish", "-rF")]) func othersCompleteFiles(
        _ shell: String,
        _ word: String
    ) throws {
        let script = try Program.run(["--generate-completion-script", shell]).text
        #expect(
            script.contains(word) && script.contains("adaptive") && script.contains("postgres"),
            "\(shell)"
        )
    }

    /// A value that is malformed is a mistake of usage, whichever option it is of; a file that can't be read
    /// is none.
    @Test(arguments: [
        ["--exclude", "300.1.2.3"], ["--exclude", "10.0.0.0/33"], ["--exclude", "a b"],
        ["--exclude="], ["--user-agent="], ["--ports="], ["--sni="], ["-o="],
        ["--exclude", "@"], ["--input", ""], ["--scope", ""], ["--iocs", ""], ["--output", ""],
        ["--user-agent", "a\r\nX: y"], ["--user-agent", "a\u{1b}[31m"],
        ["--user-agent", "a\u{85}"], ["--header", "X: a\nb"], ["--sni", "a\n"], ["--only-leads"],
        ["--fail-on", "low"], ["--exclude", "192.0.2.1,a.example"], ["--exclude", "::ffff:10.0.0.0/90"],
        ["--ports", "70000"],
        ["--ports", ""], ["--rate", "-1"], ["--rate", "fast"], ["--shard", "3/2"], ["--seed", "x"],
        ["--resolver", "name.example"], ["--source-address", "x"], ["--sni", "a b"],
        ["--starttls", "gopher"],
        ["--look", "x"], ["--proxy", "ftp://x"], ["--header", "none"], ["--metrics", "9100"],
        ["--metrics", "127.0.0.1:99999"], ["--metrics", "-"], ["--fail-on", "x"], ["--format", "xml"],
        ["--fields", "a.b", "--format", "csv"], ["--threads", "0"], ["--retries", "99"], ["--dns-rate", "0"],
        ["--maximum-bytes", "1"], ["--connect-timeout", "0"], ["--per-network", "-1"],
        ["--store", "x", "--verify"],
        ["--chain", "x"], ["--probe", "x"], ["--progress", "x"], ["--discover", "x"],
        ["--maximum-requests", "0"],
    ]) func malformedValuesAreMistakesOfUsage(_ arguments: [String]) throws {
        for dry in [[], ["--dry-run"]] {
            let result = try Program.run(["scan", "127.0.0.1:1", "--no-signatures", "-q"] + arguments + dry)
            #expect(
                result.status == 64 && result.errors.contains(arguments[0]),
                "\(arguments): \(result.errors)"
            )
        }
    }

    @Test func aFileOfExclusionsIsNoUsage() throws {
        let scratch = Scratch()
        let file = try scratch.write("never", "300.1.2.3\n")
        for path in [file, scratch.file("missing")] {
            let result = try Program.run(["scan", "127.0.0.1:1", "--dry-run", "--exclude", "@\(path)"])
            #expect(result.status == 1 && result.errors.contains(path), "\(result.errors)")
        }
    }
}
