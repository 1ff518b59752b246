import Foundation
import TestSupport
import Testing

@Suite struct DocumentationTests {
    /// Every page of the project, by its path below the project's folder.
    static let pages: [String] = {
        let below = (try? FileManager.default.subpathsOfDirectory(atPath: projectFolder + "/Docs")) ?? []
        return (["README.md", "CONTRIBUTING.md", "SECURITY.md"] + below.map { "Docs/" + $0 })
            .filter { $0.hasSuffix(".md") }.sorted()
    }()

    @Test(arguments: pages) func everyLinkLeadsSomewhere(_ page: String) throws {
        for link in try Page(page).links {
            let (path, anchor) = link
            #expect(
                FileManager.default.fileExists(atPath: projectFolder + "/" + path),
                "\(page) links to \(path)"
            )
            if let anchor, path.hasSuffix(".md") {
                #expect(try Page(path).anchors.contains(anchor), "\(page) links to \(path)#\(anchor)")
            }
        }
    }

    @Test func everyPageIsReachedFromTheIndex() throws {
        var reached: Set<String> = ["Docs/README.md"]
        var next = Array(reached)
        while let page = next.popLast() {
            for (path, _) in try Page(page).links
            where path.hasSuffix(".md") && reached.insert(path).inserted { next.append(path) }
        }
        for page in Self.pages { #expect(reached.contains(page), "no link leads to \(page)") }
        let first = try Page("README.md").links.map(\.path)
        #expect(first.contains("Docs/README.md"))
    }

    @Test func theCommandLineIsDescribedAsItIs() throws {
        let help = try check(programPath, ["--experimental-dump-help"])
        let page = try CommandLinePage(dump: help.output)
        try snapshot(page.text, at: "Docs/cli.md", after: "<!-- The rest is made by `make snapshots`. -->")
    }

    @Test func theFloorsAreThoseOfThePackage() throws {
        // A build folder of its own: that of the project is in use while its tests run.
        let scratch = Scratch()
        let manifest = try check(
            "swift",
            [
                "package", "--package-path", projectFolder, "--scratch-path", scratch.file("build"),
                "dump-package",
            ]
        )
        let floors = try ModuleFloors(manifest: manifest.output)
        try snapshot(
            "\n" + floors.picture + "\n",
            at: "Docs/architecture.md",
            after: "<!-- The picture is made by `make snapshots`. -->",
            before: "<!-- The picture's end. -->"
        )
        let text = try Page("Docs/architecture.md").text
        let rows = Set(text.matches(of: /\n\| `(\w+)` \|/).map { String($0.output.1) })
        #expect(rows == Set(floors.uses.keys), "the table of modules")
    }

    /// A type that was renamed or removed leaves no trace in the page on architecture.
    @Test func theArchitectureNamesWhatThereIs() throws {
        let sources = FileManager.default.enumerator(atPath: projectFolder + "/Sources")
        var text = ""
        while let path = sources?.nextObject() as? String {
            guard path.hasSuffix(".swift") else { continue }
            text += try String(contentsOfFile: projectFolder + "/Sources/" + path, encoding: .utf8)
        }
        let declared = Set(
            text.matches(of: /\b(?:class|struct|enum|protocol|typealias) (\w+)/).map { String($0.output.1) }
        )
        let others = try Set(
            FileManager.default.contentsOfDirectory(atPath: projectFolder + "/Sources") + [
                "Tests", "Sendable",
            ]
        )
        let page = try Page("Docs/architecture.md").text
        let names = page.matches(of: /[`"]([A-Z][a-z]+(?:[A-Z]\w+)*)\b[^`"\n]*[`"]/)
        #expect(names.count > 10)
        for name in names.map({ String($0.output.1) }) {
            #expect(declared.contains(name) || others.contains(name), "there is no \(name)")
        }
    }
}
