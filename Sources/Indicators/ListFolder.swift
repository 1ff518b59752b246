import Bytes
import Foundation
import Observations

/// The lists that a path names: itself, or the files of a folder, as MISP writes feeds.
struct ListFolder {
    let path: String
    private(set) var files: [String] = []
    /// What of a folder is not read: nobody knows what is listed in it.
    private(set) var unread: [FileError] = []

    init(_ path: String) throws(FileError) {
        self.path = path
        guard path != "-", Self.isFolder(path) else {
            files = [path]
            return
        }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw FileError(path, "can't be read")
        }
        for name in names.sorted() { try add("\(path)/\(name)", name) }
        guard !files.isEmpty || !unread.isEmpty else {
            throw FileError(path, "there is no list in the folder")
        }
    }

    private mutating func add(_ file: String, _ name: String) throws(FileError) {
        if Self.isFolder(file) {
            // What keeps a folder's history, as '.git', is none of its lists.
            if name.hasPrefix(".") { return }
            unread.append(
                FileError(file, "is a folder in a folder, and not read: name it with --iocs itself")
            )
            return
        }
        if name.hasPrefix(".") {
            unread.append(FileError(file, "is hidden, and not read in a folder: name it with --iocs itself"))
            return
        }
        // What is gone, or leads nowhere, stays: whoever opens it says so. Of a pipe nobody named it, and it
        // may be waited for without an end.
        if (try? RegularFile.isOne(at: file)) == false {
            throw FileError(file, "is a pipe, a socket or a device, and not read in a folder")
        }
        // What a feed of MISP's says of itself lists nothing.
        switch name {
        case "manifest.json" where Self.isManifest(file): break
        case "hashes.csv" where Self.isTableOfHashes(file, beside: "\(path)/manifest.json"): break
        default: files.append(file)
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// Whether it tells of events by their UUIDs, as a feed's manifest does.
    private static func isManifest(_ file: String) -> Bool {
        var isOne = false
        // What can't be read is said by who reads it as a list.
        try? FeedDocument(file, InputBytes(file, takesAnything: true)).read { root in
            isOne = root.isObject && root.parts.allSatisfy { $0.isObject && UUID(uuidString: $0.name) != nil }
        }
        return isOne
    }

    /// Whether its first lines are digests with the UUIDs of events, as those of a feed are.
    ///
    /// - Parameter manifest: a feed of nothing has an empty table beside it.
    private static func isTableOfHashes(_ file: String, beside manifest: String) -> Bool {
        let most = 1 << 16
        guard let source = try? InputBytes(file, takesAnything: true), let head = try? source.peek(most)
        else {
            return false
        }
        var lines = head.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d })
        // The last of them may be cut.
        if head.count >= most { lines.removeLast() }
        guard !lines.isEmpty else {
            return head.isEmpty && (try? RegularFile.isOne(at: manifest)) == true && isManifest(manifest)
        }
        return lines.allSatisfy { line in
            let cells = line.split(separator: 0x2c, omittingEmptySubsequences: false)
            return cells.count == 2 && [32, 40, 64, 128].contains(cells[0].count)
                && cells[0].allSatisfy(\.isHexDigit)
                && UUID(uuidString: String(decoding: cells[1], as: UTF8.self)) != nil
        }
    }
}
