import Bytes
import Dispatch
import Observations
import Terminal
package import YAML

/// The rules of one or several folders, read but not yet compiled.
package struct SignatureLibrary: Sendable {
    package let files: [RuleFile]
    /// What claims to be a rule and can't be read, and folders without a rule.
    package let errors: [YAMLError]
    /// The folders and files that were read.
    package let folders: [String]
    /// What was met below them before anything was read; nil when not all could be looked at.
    let walked: [RuleFolder.Entry]?

    package var documents: [RuleDocument] { files.flatMap(\.documents) }

    package var rules: [SigmaRule] {
        documents.compactMap { if case .rule(let rule) = $0 { rule } else { nil } }
    }

    package var correlations: [CorrelationRule] {
        documents.compactMap { if case .correlation(let rule) = $0 { rule } else { nil } }
    }

    /// How many rules there are of either kind, as every command counts them.
    package var ruleCount: Int { rules.count + correlations.count }

    /// Which rules these are, in 16 digits: the same for the same files, wherever they lie.
    ///
    /// The SHA-256 over the sorted digests of all files that hold a rule.
    package var digest: String {
        let all = files.filter { !$0.documents.isEmpty }.map(\.digest)
        let sorted = all.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 }
        return String(BodyDigest.sha256(sorted.span).hex.lowercased().prefix(16))
    }

    /// What was passed over.
    package var skipped: SkippedDocuments { files.reduce(SkippedDocuments()) { $0 + $1.skipped } }

    /// What to say of log sources that were passed over and seem misspelt, the first three of them.
    package var misspeltSources: [String] {
        let all = files.reduce(into: [String: String]()) {
            $0.merge($1.misspeltSources) { first, _ in first }
        }
        return all.sorted { $0.key < $1.key }.prefix(3).map { text, known in
            "passed over as of another log source: '\(text)'\(Spelling.hint(known))"
        }
    }

    /// Reads every `*.yml` and `*.yaml` below the folders.
    ///
    /// - Parameters:
    ///   - folders: folders of rules; a file is taken alone.
    ///   - ja4plus: whether to read the folder of rules that need JA4+ fingerprints.
    ///   - cache: where what was read before is taken from. Rules out of it have neither their examples nor
    ///     the text of their files: it is for runs that match, and not for those that look at rules.
    /// - Throws: when a folder is not there.
    package static func read(
        _ folders: [String],
        ja4plus: Bool = false,
        cache: CacheFolder? = nil
    ) throws -> SignatureLibrary {
        let kept = cache.map { RuleCache(folder: $0, of: folders) }
        var files: [RuleFile] = []
        var versions: [FileVersion] = []
        var errors: [YAMLError] = []
        var walked: [RuleFolder.Entry]? = []
        var roots: [(path: String, files: Range<Int>, hasErrors: Bool)] = []
        for folder in folders {
            let found = try RuleFolder(folder)
            let start = files.count
            for item in found.items where item.family != "ja4plus" || ja4plus {
                files.append(RuleFile(path: item.path, family: item.family))
                versions.append(item.version)
            }
            errors += found.errors
            walked = found.entries.flatMap { entries in walked.map { $0 + entries } }
            roots.append((folder, start..<files.count, !found.errors.isEmpty))
        }
        let known = kept?.restore(&files, versions) ?? []
        readAll(&files, but: known)
        kept?.keep(files, versions, but: known)
        files.settle()
        for root in roots where !root.hasErrors {
            let isEmpty = files[root.files].allSatisfy { $0.documents.isEmpty && $0.errors.isEmpty }
            if isEmpty {
                errors.append(
                    YAMLError(file: root.path, line: 1, column: 1, message: "holds no rule of ours")
                )
            }
        }
        if files.contains(where: \.digest.isEmpty) { walked = nil }
        return SignatureLibrary(
            files: files,
            errors: errors + files.flatMap(\.errors),
            folders: folders,
            walked: walked
        )
    }

    /// Reads files on all cores: a library has hundreds, and a program's start waits for them.
    ///
    /// - Parameter known: places of files that need not be read.
    private static func readAll(_ files: inout [RuleFile], but known: Set<Int>) {
        let unread = files.indices.filter { !known.contains($0) }
        files.withUnsafeMutableBufferPointer { buffer in
            let places = RuleFilePlaces(base: buffer)
            DispatchQueue.concurrentPerform(iterations: unread.count) { places.read(unread[$0]) }
        }
    }

    /// The names that the library's rules may use; nil when no vocabulary stands beside its first folder.
    package func vocabulary() throws -> Vocabulary? {
        for folder in folders {
            if let vocabulary = try Vocabulary.read(beside: folder) { return vocabulary }
        }
        return nil
    }

    /// Reads and compiles; the first rule that can't be read is the error.
    package static func load(
        _ folders: [String],
        ja4plus: Bool = false,
        cache: CacheFolder? = .standard
    ) throws -> RuleSet {
        let library = try read(folders, ja4plus: ja4plus)
        if let error = library.errors.first { throw error }
        return try RuleSet(library.documents, cache: cache)
    }
}

/// Files that are read at the same time, each in its own place.
///
/// Unchecked, because no place is touched twice.
private struct RuleFilePlaces: @unchecked Sendable {
    let base: UnsafeMutableBufferPointer<RuleFile>

    func read(_ index: Int) { base[index].read() }
}

package struct LibraryError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
