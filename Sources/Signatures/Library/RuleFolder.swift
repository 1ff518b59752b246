import Foundation
import Glibc
import YAML

/// Finds the rule files below a folder.
///
/// Hidden files and folders are passed over, as other Sigma tools do: `.git`, `.github`, an editor's locks,
/// the `._` files of macOS. Links are followed, each folder is entered once. Only regular files are read: a
/// pipe would be waited for.
struct RuleFolder {
    struct Item {
        let path: String
        /// The first folder below the root, such as `c2`.
        let family: String
        let version: FileVersion
    }

    private static let maximumFiles = 100_000
    private static let maximumDepth = 32

    /// Something that was met, and decides what is read.
    struct Entry {
        let path: String
        let version: FileVersion
    }

    private(set) var items: [Item] = []
    /// Everything that was met, hidden names aside; nil when something could not be looked at.
    private(set) var entries: [Entry]? = []
    /// Folders that can't be read, and files that are none.
    private(set) var errors: [YAMLError] = []
    private var entered: Set<FileIdentity> = []

    private struct FileIdentity: Hashable {
        let device: dev_t
        let inode: ino_t
    }

    /// - Parameter path: a folder; a file is taken alone, whatever its name.
    init(_ path: String) throws {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let reason = errno
            guard reason == ENOENT || reason == ENOTDIR else {
                throw LibraryError("\(path): can't be looked at: \(String(cString: strerror(reason)))")
            }
            throw LibraryError("no such folder of signatures: \(path)")
        }
        entries?.append(Entry(path: path, version: FileVersion(status)))
        if Self.isFolder(status) {
            enter(path, family: "", depth: 0, status)
        } else {
            add(path, family: "", status)
        }
    }

    private static func isFolder(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFDIR }

    private mutating func enter(_ folder: String, family: String, depth: Int, _ status: stat) {
        guard entered.insert(FileIdentity(device: status.st_dev, inode: status.st_ino)).inserted else {
            return
        }
        guard depth <= Self.maximumDepth else { return fail(folder, "nested too deeply") }
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted() } catch {
            return fail(folder, "can't be read")
        }
        for name in names where !name.hasPrefix(".") {
            let path = folder + "/" + name
            let isRule = name.hasSuffix(".yml") || name.hasSuffix(".yaml")
            var status = stat()
            guard stat(path, &status) == 0 else {
                entries = nil
                if isRule { fail(path, String(cString: strerror(errno))) }
                continue
            }
            entries?.append(Entry(path: path, version: FileVersion(status)))
            if Self.isFolder(status) {
                enter(path, family: depth == 0 ? name : family, depth: depth + 1, status)
            } else if isRule {
                add(path, family: family, status)
            }
        }
    }

    private mutating func add(_ path: String, family: String, _ status: stat) {
        guard status.st_mode & S_IFMT == S_IFREG else { return fail(path, "is no regular file") }
        guard status.st_size <= YAMLReader.maximumBytes else {
            return fail(path, "the file is longer than 4 MiB")
        }
        guard items.count < Self.maximumFiles else {
            if items.count == Self.maximumFiles, errors.last?.message != Self.tooMany {
                fail(path, Self.tooMany)
            }
            return
        }
        items.append(Item(path: path, family: family, version: FileVersion(status)))
    }

    private static let tooMany = "more than \(maximumFiles) files: this one and those after it are not read"

    private mutating func fail(_ path: String, _ message: String) {
        entries = nil
        errors.append(YAMLError(file: path, line: 1, column: 1, message: message))
    }
}
