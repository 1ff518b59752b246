import Glibc
package import Observations

/// The regular files of a folder and of the folders in it, by name.
///
/// What stands in it and can't be looked into is a fault: a folder that may not be read, a file that went
/// away meanwhile, a link that leads nowhere, and pipes, sockets and devices, of which one may wait for ever.
package struct FolderFiles {
    /// Paths that begin with the folder's own.
    package private(set) var files: [String] = []
    package private(set) var faults: [FileError] = []
    /// Folders that were read, so that a ring of links has an end.
    private var seen: Set<FolderID> = []

    private struct FolderID: Hashable {
        let device: UInt64
        let inode: UInt64
    }

    /// Nil when the path is not a folder's.
    package init?(_ path: String) {
        guard let status = Self.status(path), Self.kind(status) == S_IFDIR else { return nil }
        add(folder: path, status)
    }

    private mutating func add(folder path: String, _ status: stat) {
        guard seen.insert(FolderID(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))).inserted
        else {
            return
        }
        let names: [String]
        do throws(FileError) { names = try Self.names(in: path) } catch {
            faults.append(error)
            return
        }
        for name in names.sorted() {
            let file = path + (path.hasSuffix("/") ? "" : "/") + name
            guard let status = Self.status(file) else {
                faults.append(FileError(file, errno))
                continue
            }
            switch Self.kind(status) {
            case S_IFDIR: add(folder: file, status)
            case S_IFREG: files.append(file)
            default:
                faults.append(FileError(file, "is a pipe, a socket or a device, and not read in a folder"))
            }
        }
    }

    private static func names(in path: String) throws(FileError) -> [String] {
        guard let folder = opendir(path) else { throw FileError(path, errno) }
        defer { closedir(folder) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw FileError(path, errno) }
        return names
    }

    /// What a path leads to; nil with `errno` when nothing can be said of it.
    private static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    private static func kind(_ status: stat) -> mode_t { status.st_mode & S_IFMT }
}
