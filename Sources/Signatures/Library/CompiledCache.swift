import Bytes
import Observations
import YAML

/// Keeps the compiled rules of a run in one file, so that the next one neither reads nor compiles any.
///
/// The file is of one list of folders, one build of the program and one kind of processor. It counts while
/// everything that was met below the folders, files and folders alike, has the `FileVersion` that it had: one
/// status call each, and nothing is opened. So nothing is kept of what changed so shortly before that another
/// change might not show, or of what could not be looked at.
struct CompiledCache {
    static let magic = "hallmark compiled 1\n"

    private let folder: CacheFolder
    let name: String
    private let settled: Int64
    /// When the rules began to be read.
    private let start = FileVersion.now

    /// - Parameters:
    ///   - folder: where the cache lies.
    ///   - shipped: the folder of the shipped rules.
    ///   - folders: all folders of rules.
    ///   - settled: nanoseconds for which what is kept has not changed.
    init(
        folder: CacheFolder,
        shipped: String?,
        folders: [String],
        ja4plus: Bool,
        settled: Int64 = FileVersion.settled
    ) {
        self.folder = folder
        self.settled = settled
        var key = CacheWriter()
        FileVersion(path: "/proc/self/exe")?.write(to: &key)
        key.put(PatternDatabase.platform)
        key.put(shipped)
        key.put(folders)
        key.put(ja4plus)
        name = "compiled-" + Array(BodyDigest.sha256(key.bytes.span).prefix(16)).hex.lowercased()
    }

    /// What a run has of its rules.
    struct Content {
        let set: RuleSet
        let unread: [YAMLError]
        let skipped: SkippedDocuments
    }

    /// The rules, if nothing has changed since they were kept; nil otherwise.
    func restore() -> Content? {
        guard let bytes = folder.read(name, magic: Self.magic) else { return nil }
        do throws(CacheReader.Broken) {
            var reader = CacheReader(bytes)
            for _ in 0..<(try reader.count()) {
                let path = try reader.text()
                guard FileVersion(path: path) == (try FileVersion(&reader)) else { return nil }
            }
            let unread = try reader.list { reader throws(CacheReader.Broken) in try reader.error() }
            let skipped = SkippedDocuments(
                otherSources: try reader.integer(),
                noRules: try reader.integer()
            )
            let databases = try reader.list { reader throws(CacheReader.Broken) in
                try reader.patternDatabase()
            }
            let set = try reader.ruleSet(databases)
            set.adopt(try reader.leadTables(set))
            guard reader.isAtEnd else { return nil }
            return Content(set: set, unread: unread, skipped: skipped)
        } catch {
            return nil
        }
    }

    /// Remembers the rules, if everything below their folders could be looked at and has rested for a while.
    ///
    /// - Parameter walked: what was met below the folders before anything was read; nil if not all could be.
    func keep(_ content: Content, _ walked: [RuleFolder.Entry]?) {
        guard let walked, !walked.isEmpty,
            walked.allSatisfy({
                $0.version.changed < start &- settled && FileVersion(path: $0.path) == $0.version
            })
        else { return }
        var writer = CacheWriter()
        writer.put(walked) { writer, entry in
            writer.put(entry.path)
            entry.version.write(to: &writer)
        }
        writer.put(content.unread) { $0.put($1) }
        writer.put(content.skipped.otherSources)
        writer.put(content.skipped.noRules)
        let databases = content.set.databases.compactMap { $0.serialized() }
        guard databases.count == content.set.databases.count else { return }
        writer.put(databases) { $0.put($1) }
        writer.put(content.set)
        writer.put(content.set.leadTables)
        folder.write(writer.bytes, name, magic: Self.magic)
    }
}

extension CacheWriter {
    fileprivate mutating func put(_ error: YAMLError) {
        put(error.file)
        put(error.line)
        put(error.column)
        put(error.message)
    }
}

extension CacheReader {
    fileprivate mutating func error() throws(Broken) -> YAMLError {
        YAMLError(file: try text(), line: try integer(), column: try integer(), message: try text())
    }

    fileprivate mutating func patternDatabase() throws(Broken) -> PatternDatabase {
        let range = try range()
        let database = bytes.withUnsafeBytes {
            PatternDatabase(serialized: UnsafeRawBufferPointer(rebasing: $0[range]))
        }
        guard let database else { throw Broken() }
        return database
    }
}
