import Corpus
import Foundation
import Observations
import Signatures
import Synchronization
import Terminal

/// Says of marks which benign software or service shows them, by the rules for innocent things.
struct BenignMarks {
    let name: @Sendable (Mark) -> String?
    /// Rules that could not be read.
    let unread: Int

    static func load(_ options: SignatureOptions) throws -> BenignMarks {
        var folders: [String] = []
        do { folders = try options.libraries() } catch let error as LibraryError {
            Terminal.say("\(error); the marks of benign software count too", .error)
        }
        let library = try SignatureLibrary.read(folders, ja4plus: options.ja4plus)
        for error in library.errors { Terminal.say("not read: \(error)", .error) }
        return BenignMarks(name: try names(library.rules), unread: library.errors.count)
    }

    private static func names(_ rules: [SigmaRule]) throws -> @Sendable (Mark) -> String? {
        let benign = rules.filter { $0.hallmark.benign != nil }.map(RuleDocument.rule)
        guard !benign.isEmpty else { return { _ in nil } }
        let set = try RuleSet(benign, cache: .standard)
        let cache = Mutex<[Mark: String?]>([:])
        return { mark in
            if let known = cache.withLock({ $0[mark] }) { return known }
            let found = name(of: mark, set)
            cache.withLock { $0[mark] = .some(found) }
            return found
        }
    }

    /// Asks the rules of a record that holds the mark and nothing else.
    private static func name(of mark: Mark, _ set: RuleSet) -> String? {
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
        var object: Any = Field.named(field)?.kind == .long ? Int(value) as Any : value
        if field.hasPrefix("http.response.header.") { object = [value] }
        for name in field.split(separator: ".").reversed() { object = [String(name): object] }
        let data = try? JSONSerialization.data(withJSONObject: object)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
