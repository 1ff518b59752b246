import Bytes
import Foundation

/// What lies where a corpus is meant to be, looked at before SQLite opens it.
///
/// SQLite would wait for the other end of a pipe, and takes a name like `:memory:` for no file at all.
enum CorpusPlace {
    /// Nothing, or an empty file.
    case free
    /// A database that may be a corpus.
    case database

    /// - Throws: for what is no corpus and can become none.
    static func look(at path: String) throws(CorpusError) -> CorpusPlace {
        guard !path.isEmpty else { throw .failed("the corpus has no name") }
        let place = CorpusFile.place(of: path)
        // The files that SQLite keeps beside it are opened without a look, too.
        for end in ["-wal", "-shm", "-journal"] {
            if let kind = try kind(place + end), kind != "file" {
                throw .failed("\(place + end): is a \(kind), where SQLite keeps a file of the corpus")
            }
        }
        guard let kind = try kind(path) else { return .free }
        guard kind == "file" else { throw .failed("\(path): is a \(kind); a corpus is a file") }
        let head = try head(path)
        if head.isEmpty { return .free }
        guard head.count == headSize, head.starts(with: Array("SQLite format 3\0".utf8)),
            integer(head, 68) == UInt32(CorpusSchema.applicationID) || integer(head, 68) == 0
        else { throw .notACorpus(path) }
        // No version has used SQLite's own number for versions; one that does is newer.
        guard integer(head, 60) == 0 else { throw .newer(path) }
        try checkLength(path, head)
        return .database
    }

    /// Refuses to write to a file that has several names.
    ///
    /// SQLite keeps what is not in the file yet beside one name: whoever opens it by another does not have
    /// it, and both together damage the file.
    static func checkNames(of path: String) throws(CorpusError) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_nlink > 1 else { return }
        throw .failed(
            "\(path): the file has \(status.st_nlink) names (hard links), and SQLite keeps what was written last beside one of them: make a copy of it ('cp' once nobody writes to it) and use that, or remove the other names"
        )
    }

    /// Refuses a file that is shorter than it says, as a copy is that was cut.
    ///
    /// While SQLite keeps pages beside it, the file's own length tells nothing.
    private static func checkLength(_ path: String, _ head: [UInt8]) throws(CorpusError) {
        var status = stat()
        if stat(CorpusFile.place(of: path) + "-wal", &status) == 0, status.st_size > 0 { return }
        guard stat(path, &status) == 0 else { return }
        let pageSize = integer(head, 16) >> 16
        // The count of pages holds where the numbers of the two last changes agree.
        guard integer(head, 24) == integer(head, 92) else { return }
        let expected = Int64(integer(head, 28)) * Int64(pageSize == 1 ? 65536 : pageSize)
        guard status.st_size >= expected else {
            throw .damaged(path, "it is \(status.st_size) bytes long and was \(expected): it was cut")
        }
    }

    /// Whether a file of that name can be written to, or made.
    static func isWritable(_ path: String) -> Bool {
        if access(path, F_OK) == 0 { return access(path, W_OK) == 0 }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        return access(folder, W_OK | X_OK) == 0
    }

    /// How long the head of a SQLite file is (its file format, section 1.3).
    private static let headSize = 100

    private static func integer(_ head: [UInt8], _ place: Int) -> UInt32 {
        head[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// What a person calls the thing of that name; nil when there is none.
    private static func kind(_ path: String) throws(CorpusError) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno != ENOENT else { return nil }
            throw .failed("\(path): \(String(cString: strerror(errno)))")
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return "file"
        case S_IFDIR: return "folder"
        case S_IFIFO: return "pipe"
        case S_IFSOCK: return "socket"
        default: return "device"
        }
    }

    private static func head(_ path: String) throws(CorpusError) -> [UInt8] {
        guard let head = FileHeads.read(path, count: headSize) else {
            throw .failed("\(path): \(String(cString: strerror(errno)))")
        }
        return head
    }
}

extension CorpusFile {
    /// Where a corpus lies that a symbolic link may lead to: SQLite keeps its log there, and not beside the
    /// link.
    package static func place(of path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    /// Why nothing can be added to a corpus, as far as its file tells; nil where nothing is in the way.
    package static func obstacle(toWritingTo path: String) -> String? {
        do throws(CorpusError) { try CorpusPlace.checkNames(of: path) } catch { return error.description }
        let folder = (path as NSString).deletingLastPathComponent
        for place in [path, folder.isEmpty ? "." : folder] where access(place, W_OK) != 0 {
            return "\(place): \(String(cString: strerror(errno)))"
        }
        return nil
    }

    /// Whether a file is a database, and so a corpus if anything of ours.
    package static func isDatabase(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        return FileHeads.read(path, count: 15) == Array("SQLite format 3".utf8)
    }
}
