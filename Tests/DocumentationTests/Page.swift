import Foundation
import TestSupport

/// A page of Markdown.
struct Page {
    let text: String
    /// The text without blocks of code.
    private let prose: String
    private let folder: URL

    /// - Parameter path: below the project's folder.
    init(_ path: String) throws {
        let url = URL(fileURLWithPath: path, relativeTo: URL(fileURLWithPath: "/"))
        folder = url.deletingLastPathComponent()
        text = try String(contentsOfFile: projectFolder + "/" + path, encoding: .utf8)
        prose = text.split(separator: "\n```", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset.isMultiple(of: 2) }.map(\.element).joined(separator: "\n")
    }

    /// The links that stay inside the project: a path below its folder, and the anchor on that page.
    var links: [(path: String, anchor: String?)] {
        prose.matches(of: /\]\(([^)\s]+)\)/).compactMap { match in
            let link = String(match.output.1)
            guard !link.contains("://"), !link.hasPrefix("mailto:") else { return nil }
            let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            let anchor = parts.count > 1 ? String(parts[1]) : nil
            guard !parts[0].isEmpty else { return nil }
            let path = folder.appendingPathComponent(String(parts[0])).standardizedFileURL.path
            return (String(path.dropFirst()), anchor)
        }
    }

    /// The anchors of its headings, as GitHub makes them.
    var anchors: Set<String> {
        Set(
            prose.matches(of: /(?m)^#+ (.+)$/).map { match in
                match.output.1.lowercased().replacing(" ", with: "-")
                    .filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
            }
        )
    }
}
