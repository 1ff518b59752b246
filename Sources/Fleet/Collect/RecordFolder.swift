import Bytes
import Foundation
import Glibc
import Observations

/// A folder of numbered files of records: one that is written, and whole ones before it.
///
/// `records-000001.ndjson.part` becomes `records-000001.ndjson` when it is full or old; nobody writes to it
/// after that.
final class RecordFolder {
    let path: String
    private(set) var number: Int
    /// Bytes of the open file that count.
    private(set) var offset: Int
    /// Of the open file's bytes that count.
    private var written = FileChecksum()
    /// When the open file got its first record.
    private(set) var begun: ContinuousClock.Instant?
    private var descriptor: CInt = -1
    private let lock: CInt

    /// Makes the folder and keeps other collectors away from it.
    init(_ path: String) throws(FileError) {
        self.path = path
        (number, offset) = (1, 0)
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw FileError(path, errno) }
        lock = open(path + "/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard lock >= 0 else { throw FileError(path + "/.lock", errno) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw FileError(path, "another collector writes to it")
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if lock >= 0 { close(lock) }
    }

    /// Where records of a vantage point lie: those of jobs that name none in the collector's folder itself.
    static func path(of vantage: String, in folder: String) -> String {
        vantage == ShardPlace.anyVantage ? folder : folder + "/" + vantage
    }

    /// A whole file.
    static func file(_ number: Int, in path: String) -> String {
        path + "/records-\(padded(number)).ndjson"
    }

    private func file(_ number: Int) -> String { Self.file(number, in: path) }
    private var part: String { file(number) + ".part" }

    private static func padded(_ number: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    /// Goes on where the state says that the last collector was: what was written after it is cut off, and
    /// comes again.
    func resume(number: Int, offset: Int) throws(FileError) {
        (self.number, self.offset) = (number, offset)
        // Ended between the renaming and the note of it: whoever goes on notes it.
        if access(part, F_OK) != 0, access(file(number), F_OK) == 0 {
            (self.number, self.offset) = (number + 1, 0)
        }
        // The machine failed, and its disk has the note and not the renaming.
        let last = file(self.number - 1)
        if self.number > 1, access(last, F_OK) != 0, access(last + ".part", F_OK) == 0 {
            guard rename(last + ".part", last) == 0 else { throw FileError(last, errno) }
        }
        try openPart()
        guard self.offset > 0 else { return }
        begun = .now
        guard let read = FileChecksum(file: part, most: self.offset), read.bytes == self.offset else {
            throw FileError(part, "can't be read as far as it was written")
        }
        written = read
    }

    private func openPart() throws(FileError) {
        if descriptor >= 0 { close(descriptor) }
        descriptor = open(part, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError(part, errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(part, errno) }
        guard Int(status.st_size) >= offset else {
            throw FileError(
                part,
                "is shorter than what was written to it before: bring it back, or collect elsewhere"
            )
        }
        guard ftruncate(descriptor, off_t(offset)) == 0, lseek(descriptor, off_t(offset), SEEK_SET) >= 0
        else {
            throw FileError(part, errno)
        }
    }

    /// Appends whole lines, and waits until the disk has them.
    func append(_ lines: [UInt8]) throws(FileError) {
        guard !lines.isEmpty else { return }
        guard lines.withUnsafeBytes({ DescriptorIO.write(descriptor, $0) }) else {
            throw FileError(part, errno)
        }
        guard fdatasync(descriptor) == 0 else { throw FileError(part, errno) }
        offset += lines.count
        lines.withUnsafeBytes { written.append($0) }
        begun = begun ?? .now
    }

    /// Ends the open file, if there is anything in it, and begins the next.
    ///
    /// - Returns: what was written to the one that ended.
    func rotate() throws(FileError) -> FileChecksum? {
        guard offset > 0 else { return nil }
        guard rename(part, file(number)) == 0 else { throw FileError(part, errno) }
        let whole = written
        (number, offset, begun, written) = (number + 1, 0, nil, FileChecksum())
        try openPart()
        return whole
    }

    /// Removes the open file, which nothing was written to.
    func removeEmpty() { if offset == 0 { unlink(part) } }
}
