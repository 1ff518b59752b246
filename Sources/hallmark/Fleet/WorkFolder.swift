import Foundation
import Glibc
import Observations

/// The folder of a worker for the files of jobs: its own as long as it lives.
///
/// A worker that was killed leaves one behind, which the next one on the machine removes. That a worker
/// lives, a lock on its folder says: processes' numbers tell nothing across containers that share a folder.
final class WorkFolder {
    let path: String
    private let lock: CInt

    private static let prefix = "hallmark-work-"
    /// Seconds after which a folder without a lock is nobody's: who has made one locks it at once.
    private static let patience = 60

    /// - Parameter parent: where folders for a while are.
    init(in parent: String = FileManager.default.temporaryDirectory.path) throws(FileError) {
        Self.removeStale(in: parent)
        // Nobody knows its name before it is there.
        var template = Array((parent + "/" + Self.prefix + "XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw FileError(parent, errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else { throw FileError(path, errno) }
    }

    deinit { close(lock) }

    /// Removes it and what it holds.
    func remove() { try? FileManager.default.removeItem(atPath: path) }

    /// Removes folders of ours whose workers are no more.
    private static func removeStale(in parent: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        for name in names where name.hasPrefix(prefix) {
            let path = parent + "/" + name
            let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            var status = stat()
            guard fstat(descriptor, &status) == 0, status.st_uid == geteuid(),
                status.st_mtim.tv_sec < time(nil) - patience, flock(descriptor, LOCK_EX | LOCK_NB) == 0
            else { continue }
            try? FileManager.default.removeItem(atPath: path)
        }
    }
}
