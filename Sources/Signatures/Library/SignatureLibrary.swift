import Foundation

/// The rules of one or several folders, read but not yet compiled.
package struct SignatureLibrary: Sendable {
    /// One rule file and what stands in it, or why it can't be read.
    package struct File: Sendable {
        package let path: String
        /// The folder below the library's root.
        package let family: String
        package let text: String
        package let documents: Result<[RuleDocument], YAMLError>
    }

    package let files: [File]
    package let vocabulary: Vocabulary?

    package var documents: [RuleDocument] { files.flatMap { (try? $0.documents.get()) ?? [] } }

    package var rules: [SigmaRule] {
        documents.compactMap { if case .rule(let rule) = $0 { rule } else { nil } }
    }

    package var errors: [YAMLError] {
        files.compactMap { if case .failure(let error) = $0.documents { error } else { nil } }
    }

    /// Reads every `*.yml` and `*.yaml` below the folders.
    ///
    /// - Parameters:
    ///   - folders: folders of rules; a file is taken alone.
    ///   - ja4plus: whether to read the folder of rules that need JA4+ fingerprints.
    package static func read(_ folders: [String], ja4plus: Bool = false) throws -> SignatureLibrary {
        var files: [File] = []
        var vocabulary: Vocabulary?
        for folder in folders {
            for (path, family) in try ruleFiles(folder) where family != "ja4plus" || ja4plus {
                let data = try Data(contentsOf: URL(fileURLWithPath: path))
                let text = String(decoding: data, as: UTF8.self)
                let documents = Result { () throws(YAMLError) in
                    try RuleReader.read(text, file: path, family: family)
                }
                files.append(File(path: path, family: family, text: text, documents: documents))
            }
            vocabulary = try vocabulary ?? Vocabulary.read(folder: folder)
        }
        return SignatureLibrary(files: files, vocabulary: vocabulary)
    }

    /// Reads and compiles; the first rule that can't be read is the error.
    package static func load(
        _ folders: [String],
        ja4plus: Bool = false,
        cache: PatternCache? = .standard
    ) throws -> RuleSet {
        let library = try read(folders, ja4plus: ja4plus)
        if let error = library.errors.first { throw error }
        return try RuleSet(library.documents, cache: cache)
    }

    /// The paths below a folder, sorted, each with the first folder of its path.
    private static func ruleFiles(_ folder: String) throws -> [(path: String, family: String)] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
            throw LibraryError("no such folder of signatures: \(folder)")
        }
        guard isFolder.boolValue else { return [(folder, "")] }
        return try FileManager.default.subpathsOfDirectory(atPath: folder).sorted().compactMap { path in
            guard path.hasSuffix(".yml") || path.hasSuffix(".yaml") else { return nil }
            let parts = path.split(separator: "/")
            let family = parts.count > 1 ? String(parts[0]) : ""
            return family == "vocabulary" ? nil : (folder + "/" + path, family)
        }
    }

    /// Where the shipped library lies.
    ///
    /// - Parameter executable: the program's path.
    package static func locate(executable: String) throws -> String {
        let place = URL(fileURLWithPath: executable).resolvingSymlinksInPath().deletingLastPathComponent()
        var candidates = [
            place.appendingPathComponent("../share/hallmark/signatures").standardized.path,
            place.appendingPathComponent("signatures").path, "signatures",
        ]
        if let named = ProcessInfo.processInfo.environment["HALLMARK_SIGNATURES"] { candidates.append(named) }
        if let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0 + "/vocabulary") })
        {
            return found
        }
        throw LibraryError(
            "the shipped signatures are not in \(candidates.joined(separator: ", ")): "
                + "name their folder in HALLMARK_SIGNATURES, or leave them out with --no-default-signatures"
        )
    }
}

package struct LibraryError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
