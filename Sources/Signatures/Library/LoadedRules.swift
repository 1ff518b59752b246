package import YAML

/// The rules of a run, and what was not read of those that were named.
package struct LoadedRules: Sendable {
    package let set: RuleSet
    /// The folders that they come from, and whether they are none but the executable's own.
    package let folders: [String]
    package let areInstalled: Bool
    /// What claims to be a rule and can't be read: it was named, and is not looked for.
    package let unread: [YAMLError]
    package let skipped: SkippedDocuments

    /// Reads and compiles the rules of all folders, leaving out what can't be read.
    ///
    /// - Parameters:
    ///   - place: where the shipped rules lie; nil to leave them out.
    ///   - folders: folders of further rules.
    /// - Throws: when a folder is not there, or no rule at all can be read.
    package init(
        _ place: LibraryPlace?,
        _ folders: [String],
        ja4plus: Bool = false,
        cache: CacheFolder? = .standard,
        progress: CompilationProgress? = nil
    ) throws {
        let all = (place.map { [$0.path] } ?? []) + folders
        self.folders = all
        areInstalled = place?.isInstalled == true && folders.isEmpty
        let kept = cache.map {
            CompiledCache(folder: $0, shipped: place?.path, folders: all, ja4plus: ja4plus)
        }
        if let content = kept?.restore() {
            (set, unread, skipped) = (content.set, content.unread, content.skipped)
            return
        }
        let library = try SignatureLibrary.read(all, ja4plus: ja4plus, cache: cache)
        skipped = library.skipped
        var errors = library.errors
        guard !library.rules.isEmpty else {
            let reason = errors.first.map { ": \($0)" } ?? ""
            throw LibraryError("no rules in \(all.joined(separator: ", "))\(reason)")
        }
        let shipped = place.map { $0.path + "/" }
        let documents = Self.once(library.documents, &errors).map { document -> RuleDocument in
            guard case .rule(var rule) = document else { return document }
            rule.isOwn = shipped.map { !rule.file.hasPrefix($0) } ?? true
            return .rule(rule)
        }
        let readable = errors.count
        set = try RuleSet.compile(
            documents,
            digest: library.digest,
            cache: cache,
            refused: &errors,
            progress: progress
        )
        unread = errors
        // How long a pattern takes to compile is not told by its file.
        if errors.count == readable {
            kept?.keep(.init(set: set, unread: unread, skipped: skipped), library.walked)
        }
    }

    /// Documents of which no two have the same id: the second of two would count twice what is one.
    private static func once(_ documents: [RuleDocument], _ errors: inout [YAMLError]) -> [RuleDocument] {
        var files: [String: String] = [:]
        return documents.filter { document in
            guard let id = document.id?.lowercased() else { return true }
            guard let first = files[id] else {
                files[id] = document.node.file
                return true
            }
            errors.append(document.node.error("the rule \(id) stands in \(first) already"))
            return false
        }
    }

    /// What a person is told before a run, one line each.
    package var notes: [String] {
        var notes = areInstalled ? [] : ["rules: " + folders.joined(separator: ", ")]
        if !skipped.isEmpty { notes.append("rules passed over: \(skipped)") }
        return notes
    }
}

extension SkippedDocuments: CustomStringConvertible {
    package var description: String {
        var parts: [String] = []
        if otherSources > 0 { parts.append("\(otherSources) of another log source") }
        if noRules > 0 { parts.append("\(noRules) of YAML that is no rule") }
        return parts.joined(separator: ", ")
    }
}
