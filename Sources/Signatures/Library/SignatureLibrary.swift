import Dispatch
import Foundation

/// The rules of one or several folders, read but not yet compiled.
package struct SignatureLibrary: Sendable {
    /// One rule file and what stands in it, or why it can't be read.
    package struct File: Sendable {
        package let path: String
        /// The folder below the library's root.
        package let family: String
        package let documents: Result<[RuleDocument], YAMLError>
    }

    package let files: [File]
    private let folders: [String]

    package var documents: [RuleDocument] { files.flatMap { (try? $0.documents.get()) ?? [] } }

    package var rules: [SigmaRule] {
        documents.compactMap { if case .rule(let rule) = $0 { rule } else { nil } }
    }

    package var correlations: [CorrelationRule] {
        documents.compactMap { if case .correlation(let rule) = $0 { rule } else { nil } }
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
        var paths: [(path: String, family: String)] = []
        for folder in folders {
            paths += try ruleFiles(folder).filter { $0.family != "ja4plus" || ja4plus }
        }
        return SignatureLibrary(files: readAll(paths), folders: folders)
    }

    /// Reads files on all cores: a library has hundreds, and a program's start waits for them.
    private static func readAll(_ paths: [(path: String, family: String)]) -> [File] {
        let results = FileResults(count: paths.count)
        DispatchQueue.concurrentPerform(iterations: paths.count) { index in
            results.set(index, read(path: paths[index].path, family: paths[index].family))
        }
        return results.files
    }

    private static func read(path: String, family: String) -> File {
        guard let data = FileManager.default.contents(atPath: path) else {
            let error = YAMLError(file: path, line: 1, column: 1, message: "can't be read")
            return File(path: path, family: family, documents: .failure(error))
        }
        let documents = Result { () throws(YAMLError) in
            guard let text = String(validating: data, as: UTF8.self) else {
                throw YAMLError(file: path, line: 1, column: 1, message: "is not UTF-8")
            }
            let documents = try RuleReader.read(text, file: path, family: family)
            guard !documents.isEmpty else {
                throw YAMLError(file: path, line: 1, column: 1, message: "holds no rule")
            }
            return documents
        }
        return File(path: path, family: family, documents: documents)
    }

    /// The names that the rules may use, of the first folder that has a vocabulary.
    package func vocabulary() throws -> Vocabulary? {
        for folder in folders {
            if let vocabulary = try Vocabulary.read(folder: folder) { return vocabulary }
        }
        return nil
    }

    /// Reads and compiles; the first rule that can't be read is the error.
    package static func load(
        _ folders: [String],
        ja4plus: Bool = false,
        cache: PatternCache? = .standard
    ) throws -> RuleSet {
        let library = try read(folders, ja4plus: ja4plus)
        if let error = library.errors.first { throw error }
        if library.files.isEmpty { throw LibraryError("no rules in \(folders.joined(separator: ", "))") }
        return try RuleSet(library.documents, cache: cache)
    }

    /// The paths below a folder, sorted, each with the first folder of its path.
    private static func ruleFiles(_ folder: String) throws -> [(path: String, family: String)] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
            throw LibraryError("no such folder of signatures: \(folder)")
        }
        guard isFolder.boolValue else { return [(folder, "")] }
        // A link to a folder is as good as the folder.
        let real = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
        return try FileManager.default.subpathsOfDirectory(atPath: real).sorted().compactMap { path in
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

/// Files that are read at the same time, each into its own place.
///
/// Unchecked, because no place is written twice, and none is read before all are written.
private final class FileResults: @unchecked Sendable {
    private let memory: UnsafeMutableBufferPointer<SignatureLibrary.File?>

    init(count: Int) {
        memory = .allocate(capacity: count)
        memory.initialize(repeating: nil)
    }

    deinit {
        memory.deinitialize()
        memory.deallocate()
    }

    func set(_ index: Int, _ file: SignatureLibrary.File) { memory[index] = file }

    var files: [SignatureLibrary.File] { memory.compactMap(\.self) }
}
