import Bytes
import Observations

/// Keeps rules as they were read, so that a program's start does not wait for a thousand files of YAML.
///
/// A file of the cache is of one list of folders and of one build of the program. What it holds of a rule
/// file counts as long as the rule file is the same by its `FileVersion`. Files that hold anything but rules,
/// and those with errors, are read each time.
struct RuleCache {
    private static let magic = "hallmark rules 3\n"
    private let folder: CacheFolder
    private let settled: Int64
    private let name: String
    /// When the files began to be read.
    private let start = FileVersion.now

    /// - Parameters:
    ///   - folder: where the cache lies.
    ///   - folders: the folders of rules.
    ///   - settled: nanoseconds for which a file that is kept has not changed.
    init(folder: CacheFolder, of folders: [String], settled: Int64 = FileVersion.settled) {
        self.folder = folder
        self.settled = settled
        var key = CacheWriter()
        FileVersion(path: "/proc/self/exe")?.write(to: &key)
        key.put(folders)
        name = "rules-" + Array(BodyDigest.sha256(key.bytes.span).prefix(16)).hex.lowercased()
    }

    /// Fills in the files that are known and have not changed.
    ///
    /// - Returns: their places.
    func restore(_ files: inout [RuleFile], _ versions: [FileVersion]) -> Set<Int> {
        guard let bytes = folder.read(name, magic: Self.magic) else { return [] }
        let places = Dictionary(zip(files.map(\.path), files.indices)) { first, _ in first }
        var restored = files
        var known: Set<Int> = []
        do throws(CacheReader.Broken) {
            var reader = CacheReader(bytes)
            while !reader.isAtEnd {
                let path = try reader.text()
                let version = try FileVersion(&reader)
                let content = try reader.blob()
                guard let place = places[path], versions[place] == version else { continue }
                restored[place] = try Self.file(files[place], content)
                known.insert(place)
            }
        } catch {
            return []
        }
        files = restored
        return known
    }

    private static func file(_ file: RuleFile, _ content: [UInt8]) throws(CacheReader.Broken) -> RuleFile {
        var reader = CacheReader(content)
        let digest = try reader.blob()
        let rules = try reader.list { reader throws(CacheReader.Broken) in
            try reader.rule(file: file.path, family: file.family)
        }
        return RuleFile(path: file.path, family: file.family, digest: digest, rules: rules)
    }

    /// Remembers the files that hold nothing but rules, if there are any that are not known.
    ///
    /// - Parameters:
    ///   - versions: what the files were before they were read.
    ///   - known: places of those that came out of the cache.
    func keep(_ files: [RuleFile], _ versions: [FileVersion], but known: Set<Int>) {
        guard files.indices.contains(where: { !known.contains($0) && files[$0].onlyRules != nil }) else {
            return
        }
        var writer = CacheWriter()
        for (file, version) in zip(files, versions) where version.changed < start &- settled {
            guard let rules = file.onlyRules, FileVersion(path: file.path) == version else { continue }
            var content = CacheWriter()
            content.put(file.digest)
            content.put(rules) { $0.put($1) }
            writer.put(file.path)
            version.write(to: &writer)
            writer.put(content.bytes)
        }
        folder.write(writer.bytes, name, magic: Self.magic)
    }
}
