import Foundation
import TestSupport
import Testing

/// What packages are made with, over the program that the tests run: installing, the SBOM.
@Suite struct InstallTests {
    private let scratch = Scratch()

    /// The Makefile's targets as somebody runs them who does not own the sources: nothing is built then.
    private func make(_ target: String) throws -> CommandResult {
        try TestSupport.run(
            "make",
            [
                "-C", projectFolder, "--no-print-directory", target, "OWNER=nobody",
                "RELEASE=\(Program.path)",
                "EXTRAS=\(scratch.file("extras"))", "DESTDIR=\(scratch.file("root"))",
            ]
        )
    }

    /// Paths below the installation, folders left out.
    private func files() throws -> Set<String> {
        Set(
            try check("find", [scratch.file("root"), "-not", "-type", "d", "-printf", "%P\n"]).text.split(
                separator: "\n"
            ).map(String.init)
        )
    }

    @Test func whatWasBuiltIsInstalledAndTakenAway() throws {
        let first = try make("install")
        #expect(first.status != 0 && first.errors.contains("First: make manual"), "\(first.errors)")
        let extras = try make("extras")
        try #require(extras.status == 0, "\(extras.errors)")
        // What an older version left, and what somebody else's program did.
        let share = scratch.file("root/usr/local/share")
        try check(
            "mkdir",
            ["-p", share + "/hallmark/signatures/c2/gone", scratch.file("root/usr/local/bin")]
        )
        try scratch.write("root/usr/local/share/hallmark/signatures/c2/gone/rule.yml", "title: Gone\n")
        try scratch.write("root/usr/local/bin/other", "")
        let installed = try make("install")
        try #require(installed.status == 0, "\(installed.errors)")
        #expect(!installed.text.contains("swift build"))
        let files = try files()
        #expect(!files.contains("usr/local/share/hallmark/signatures/c2/gone/rule.yml"))
        for path in [
            "bin/hallmark", "bin/other", "share/man/man1/hallmark.1",
            "share/hallmark/vocabulary/software.yml",
            "share/bash-completion/completions/hallmark", "share/zsh/site-functions/_hallmark",
            "share/fish/vendor_completions.d/hallmark.fish",
        ] {
            #expect(files.contains("usr/local/" + path), "\(path)")
        }
        let rules = try check("find", [projectFolder + "/signatures", "-name", "*.y*ml"]).text
        #expect(
            files.count { $0.hasPrefix("usr/local/share/hallmark/signatures/") }
                == rules.split(separator: "\n").count
        )
        // Others can read all of it, and nobody else can write.
        #expect(
            try check("find", [share + "/hallmark", "-perm", "/022", "-o", "-not", "-perm", "-444"]).text
                == ""
        )

        let program = scratch.file("root/usr/local/bin/hallmark")
        let said = try TestSupport.run("env", ["-u", "HALLMARK_SIGNATURES", program, "--version"])
        #expect(said.status == 0 && said.text.contains("in \(share)/hallmark/signatures"), "\(said.text)")
        try check("bash", ["-n", share + "/bash-completion/completions/hallmark"])
        let page = try String(contentsOfFile: share + "/man/man1/hallmark.1", encoding: .utf8)
        #expect(page.hasPrefix(".") && page.contains("hallmark") && page.contains("SYNOPSIS"))

        let removed = try make("uninstall")
        #expect(removed.status == 0, "\(removed.errors)")
        #expect(try self.files() == ["usr/local/bin/other"])
    }

    /// The list of what is inside, held to CycloneDX's schema by a reader that is not ours.
    @Test(.enabled(if: !PythonPackages.isOffline)) func theBillOfMaterials() throws {
        var build = URL(fileURLWithPath: Program.path)
        while !FileManager.default.fileExists(atPath: build.path + "/workspace-state.json") {
            try #require(build.path != "/")
            build.deleteLastPathComponent()
        }
        let made = try TestSupport.run(
            projectFolder + "/Packaging/sbom.py",
            ["0.0.1", build.path, Program.path],
            environment: ["SOURCE_DATE_EPOCH": "1795923061"]
        )
        try #require(made.status == 0, "\(made.errors)")
        let path = try scratch.write("sbom.json", made.text)
        let read = try check("python3", ["-B", projectFolder + "/Tests/Tools/read_sbom.py", path])
        let object = try JSONSerialization.jsonObject(with: Data(read.output))
        let components = try #require(object as? [String: [Any]])
        let manifest = try String(contentsOfFile: projectFolder + "/Package.swift", encoding: .utf8)
        for match in manifest.matches(
            of: /url: "https:\/\/github.com\/[^"]*?\/([^"\/]+)", exact: "([0-9.]+)"/
        ) {
            let component = components[match.1.lowercased()]
            #expect(component?.first as? String == String(match.2), "\(match.1)")
            #expect((component?.last as? [String])?.isEmpty == false, "\(match.1) has no licence")
        }
        // What came inside of others. The tests' program loads Swift's runtime, and so has no ICU inside.
        #expect((components["libyaml"]?.last as? [String]) == ["MIT"])
        #expect(components["icu"] == nil)
        // What the program loads, by the packages that have it.
        #expect(components["libssl3"] != nil)
        #expect(components.keys.contains { $0.hasPrefix("libvectorscan") })
        let forged = made.text.replacing("\"bomFormat\"", with: "\"bomForm\"")
        let refused = try TestSupport.run(
            "python3",
            ["-B", projectFolder + "/Tests/Tools/read_sbom.py", try scratch.write("forged.json", forged)]
        )
        #expect(refused.status != 0)
        // A binary that has Foundation's data inside.
        let whole = scratch.file("whole")
        try FileManager.default.copyItem(atPath: Program.path, toPath: whole)
        let handle = try #require(FileHandle(forWritingAtPath: whole))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("icudt76_dat".utf8))
        try handle.close()
        let bill = try TestSupport.run(
            projectFolder + "/Packaging/sbom.py",
            ["0.0.1", build.path, whole],
            environment: ["SOURCE_DATE_EPOCH": "1795923061"]
        )
        let read76 = try check(
            "python3",
            ["-B", projectFolder + "/Tests/Tools/read_sbom.py", try scratch.write("whole.json", bill.text)]
        )
        let all = try JSONSerialization.jsonObject(with: Data(read76.output)) as? [String: [Any]]
        #expect(all?["icu"]?.first as? String == "76")
        #expect(all?["icu"]?.last as? [String] == ["Unicode-3.0"])
    }

    /// A package says whose work is inside, with their texts; the rules' package has none of theirs.
    @Test func thePackagesNameWhatIsInside() throws {
        var build = URL(fileURLWithPath: Program.path)
        while !FileManager.default.fileExists(atPath: build.path + "/checkouts") {
            try #require(build.path != "/")
            build.deleteLastPathComponent()
        }
        let licenses = scratch.file("licenses")
        try FileManager.default.createDirectory(atPath: licenses, withIntermediateDirectories: true)
        for (from, to) in [
            (build.path + "/checkouts/Yams/LICENSE", "Yams-LICENSE"),
            (build.path + "/checkouts/GRDB.swift/LICENSE", "GRDB.swift-LICENSE"),
            (projectFolder + "/Packaging/licenses/libyaml-LICENSE.txt", "libyaml-LICENSE.txt"),
            (projectFolder + "/Packaging/licenses/unicode-LICENSE.txt", "unicode-LICENSE.txt"),
        ] {
            try FileManager.default.copyItem(atPath: from, toPath: licenses + "/" + to)
        }
        let tool = projectFolder + "/Packaging/copyright.sh"
        let program = try check("bash", [tool, "hallmark", licenses]).text
        for part in [
            "Gwendal Roué", "JP Simard", "Kirill Simonov", "Unicode, Inc.", "License: MPL-2.0",
            "Files: usr/share/hallmark/publicsuffix/public_suffix_list.dat", "License: Apache-2.0",
        ] {
            #expect(program.contains(part), "\(part)")
        }
        // Stanzas are apart by empty lines, which the texts therefore have none of.
        for stanza in program.split(separator: "\n\n") {
            let lines = stanza.split(separator: "\n")
            #expect(lines.first?.wholeMatch(of: /(Format|Files|License): .+/) != nil, "\(stanza)")
            #expect(
                lines.allSatisfy { $0.hasPrefix(" ") || $0.contains(#/^[A-Z][A-Za-z-]+: /#) },
                "\(stanza)"
            )
        }
        let rules = try check("bash", [tool, "hallmark-signatures", licenses]).text
        #expect(rules.contains("License: Apache-2.0") && !rules.contains("MIT"))
        // What dist.sh gathers, deb.sh packs.
        let deb = try String(contentsOfFile: projectFolder + "/Packaging/deb.sh", encoding: .utf8)
        #expect(deb.contains("licenses,") && deb.contains("copyright.sh"))
    }
}
