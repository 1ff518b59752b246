import Foundation
import Glibc

/// Lets one program at a time make a corpus in a folder or bring one up to date.
///
/// What is to be done is read first and then done step by step, each in a transaction of its own: a second
/// program would do the steps of the first once more. The folder is locked and not the file, of which SQLite
/// has locks that end when anybody in the program closes it.
enum CorpusTurn {
    /// Milliseconds that one is waited for.
    private static let patience = 60_000

    /// Runs `body` when nobody else does so for the corpora of the folder.
    ///
    /// Where the folder can't be opened, or its file system has no locks, it runs at once.
    static func take<R>(at path: String, _ body: () throws -> R) throws -> R {
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        let folder = open(file.deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return try body() }
        defer { close(folder) }
        var waited = 0
        while flock(folder, LOCK_EX | LOCK_NB) != 0, errno == EINTR || errno == EWOULDBLOCK {
            guard waited < patience else {
                throw CorpusError.failed(
                    "\(path): another program has been bringing a corpus of this folder up to date for a minute: try again "
                        + "when it is done"
                )
            }
            waited += 20
            usleep(20_000)
        }
        return try body()
    }
}
