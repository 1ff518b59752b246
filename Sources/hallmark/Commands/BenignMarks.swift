import Corpus
import Foundation
import Signatures
import Synchronization

/// Says of marks which benign software or service shows them, by the rules in the folder `benign`.
enum BenignMarks {
    static func load(_ options: SignatureOptions) throws -> @Sendable (Mark) -> String? {
        var libraries: [String] = []
        do { libraries = try options.libraries() } catch let error as LibraryError {
            note("\(error); the marks of benign software count too")
        }
        let folders = libraries.map { $0 + "/benign" }
            .filter { FileManager.default.fileExists(atPath: $0) }
        guard !folders.isEmpty else { return { _ in nil } }
        let set = try SignatureLibrary.load(folders)
        let cache = Mutex<[Mark: String?]>([:])
        return { mark in
            if let known = cache.withLock({ $0[mark] }) { return known }
            let found = name(mark, set)
            cache.withLock { $0[mark] = .some(found) }
            return found
        }
    }

    /// Asks the rules of a record that holds the mark and nothing else.
    private static func name(_ mark: Mark, _ set: RuleSet) -> String? {
        guard let field = mark.kind.source?.name else { return nil }
        let scratch = MatchScratch(set)
        let line = Array(record(field, mark.value).utf8)
        let isRead = line.withUnsafeBufferPointer { (try? scratch.match($0)) != nil }
        guard isRead else { return nil }
        for match in scratch.matched {
            // A rule that matches because something is missing says nothing of the mark.
            guard let benign = set.rules[match.rule].hallmark.benign,
                scratch.excerpts(of: match.rule).contains(where: { $0.field == field })
            else { continue }
            return benign.name
        }
        return nil
    }

    private static func record(_ field: String, _ value: String) -> String {
        let numbers = ["http.response.headers_hash", "http.response.html_hash", "hallmark.favicon.mmh3"]
        var object: Any = numbers.contains(field) ? Int(value) as Any : value
        if field.hasPrefix("http.response.header.") { object = [value] }
        for name in field.split(separator: ".").reversed() { object = [String(name): object] }
        let data = try? JSONSerialization.data(withJSONObject: object)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
