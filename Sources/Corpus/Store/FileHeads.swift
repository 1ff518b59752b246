import Glibc
import Synchronization

/// The first bytes of database files, read without ever closing one of them.
///
/// POSIX's locks, which SQLite holds, belong to the process and end when any descriptor of the file is closed
/// in it (close(2), fcntl(2)): other programs would then take the file for one that nobody uses. So what was
/// opened for a look stays open, once for each file, until the file has no name any more.
enum FileHeads {
    private struct File: Hashable {
        let device: UInt
        let inode: UInt

        init(_ status: stat) { (device, inode) = (UInt(status.st_dev), UInt(status.st_ino)) }
    }

    private static let opened = Mutex<[File: Int32]>([:])

    /// - Returns: at most `count` bytes; nil, with `errno`, when the file can't be read.
    static func read(_ path: String, count: Int) -> [UInt8]? {
        opened.withLock { opened in
            forget(&opened)
            guard let file = descriptor(path, &opened) else { return nil }
            var head = [UInt8](repeating: 0, count: count)
            let length = head.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, 0) }
            return length < 0 ? nil : Array(head.prefix(length))
        }
    }

    private static func descriptor(_ path: String, _ opened: inout [File: Int32]) -> Int32? {
        var status = stat()
        if stat(path, &status) == 0, let known = opened[File(status)] { return known }
        // It may have become a pipe since it was looked at.
        let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { return nil }
        // Another file may have come to its name meanwhile: the one that is known stays open, too.
        if fstat(file, &status) == 0, opened[File(status)] == nil { opened[File(status)] = file }
        return file
    }

    /// Closes what nobody can open by a name any more.
    private static func forget(_ opened: inout [File: Int32]) {
        for (key, file) in opened {
            var status = stat()
            guard fstat(file, &status) == 0, status.st_nlink == 0 else { continue }
            opened[key] = nil
            close(file)
        }
    }
}
