import Foundation
import Observations
import Signatures
import Terminal

/// What `hallmark --version` says: the program's version, what it was built from, and which rules it has.
enum VersionText {
    /// Whether the program was asked for its version and nothing else.
    static var isWanted: Bool { CommandLine.arguments.dropFirst().elementsEqual(["--version"]) }

    static func write() throws {
        let output = StandardOutput()
        try output.line("hallmark \(Product.version) (\(origin))")
        try output.line("rules: \(rules)")
        try output.flush()
    }

    /// `git archive` writes commit and date; who builds from a work tree has neither.
    private static var origin: String {
        Product.commit.hasPrefix("$") ? "from a work tree" : "commit \(Product.commit), \(Product.date)"
    }

    /// The digest that records carry in `hallmark.signatures.digest`.
    private static var rules: String {
        do {
            let place = try LibraryPlace.inUse()
            let library = try SignatureLibrary.read([place.path], cache: .standard)
            return
                "\(counted(library.ruleCount, "rule")), digest \(library.digest), in \(place.path)"
        } catch {
            return "none (\(error))"
        }
    }
}
