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
    private(set) var written = FileChecksum()
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
    ///
    /// Whole files that the state knows nothing of, as of another folder's or of a state that was lost, stay:
    /// the open file comes behind them.
    ///
    /// - Parameters:
    ///   - isKnown: whether the state says so; else the open file's lines stay, too.
    ///   - written: what counts of the open file, where it is known.
    func resume(
        number: Int,
        offset: Int,
        isKnown: Bool = true,
        written: FileChecksum? = nil
    ) throws(FileError) {
        (self.number, self.offset) = (number, offset)
        let highest = try highest()
        if highest >= number {
            let open = part
            // Ended within the renaming: one file has both names.
            if let one = FileIdentity(path: open), one == FileIdentity(path: file(number)) { unlink(open) }
            if access(open, F_OK) == 0 {
                self.number = highest + 1
                try Self.move(open, to: part)
            } else if offset == 0 || access(file(number), F_OK) == 0 {
                // Ended between the renaming and the note of it: whoever goes on notes it.
                (self.number, self.offset) = (highest + 1, 0)
            }
        }
        if self.offset == 0, self.number != number || !isKnown { try keepPart() }
        // The machine failed, and its disk has the note and not the renaming, or both names.
        let last = file(self.number - 1)
        if self.number > 1, let rest = FileIdentity(path: last + ".part") {
            if rest == FileIdentity(path: last) {
                unlink(last + ".part")
            } else if access(last, F_OK) != 0 {
                try Self.move(last + ".part", to: last)
            }
        }
        try openPart(written)
        if self.offset > 0 { begun = .now }
    }

    /// Makes an open file whole of which the state knows nothing: its last line may have been begun alone.
    private func keepPart() throws(FileError) {
        guard (try? RegularFile.isOne(at: part)) == true else { return }
        let descriptor = open(part, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(part, errno) }
        defer { close(descriptor) }
        var end = lseek(descriptor, 0, SEEK_END)
        var byte: UInt8 = 0
        while end > 0, pread(descriptor, &byte, 1, end - 1) == 1, byte != 0x0a { end -= 1 }
        guard end > 0 else { return }
        guard ftruncate(descriptor, end) == 0 else { throw FileError(part, errno) }
        try Self.move(part, to: file(number))
        number += 1
    }

    /// The number of the last whole file; 0 where there is none.
    private func highest() throws(FileError) -> Int {
        guard let folder = opendir(path) else { throw FileError(path, errno) }
        defer { closedir(folder) }
        var highest = 0
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasPrefix("records-"), name.hasSuffix(".ndjson"),
                let number = Int(name.dropFirst(8).dropLast(7)), number < Self.mostFiles,
                name == "records-\(Self.padded(number)).ndjson"
            else { continue }
            highest = max(highest, number)
        }
        return highest
    }

    /// No folder has as many files.
    static let mostFiles = 1 << 40

    /// Renames a file, and takes the place of none.
    private static func move(_ old: String, to new: String) throws(FileError) {
        if link(old, new) == 0 {
            guard unlink(old) == 0 else { throw FileError(old, errno) }
            return
        }
        // Some file systems have no links: nobody else writes to the folder.
        guard errno != EEXIST, access(new, F_OK) != 0, rename(old, new) == 0 else {
            throw FileError(new, errno == 0 ? EEXIST : errno)
        }
    }

    /// - Parameter expected: what its bytes that count should be, where it is known.
    private func openPart(_ expected: FileChecksum? = nil) throws(FileError) {
        if descriptor >= 0 { close(descriptor) }
        // A FIFO that stands there is not waited for.
        descriptor = open(part, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o644)
        guard descriptor >= 0 else { throw FileError(part, errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(part, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(part, "is not a regular file") }
        let advice = "bring it back, or collect elsewhere"
        guard Int(status.st_size) >= offset else {
            throw FileError(part, "is shorter than what was written to it before: \(advice)")
        }
        written = FileChecksum()
        if offset > 0 {
            guard let read = FileChecksum(file: part, most: offset), read.bytes == offset else {
                throw FileError(part, "can't be read as far as it was written: \(advice)")
            }
            if let expected, expected != read {
                throw FileError(part, "is not as it was written: \(advice)")
            }
            written = read
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
        try Self.move(part, to: file(number))
        let whole = written
        (number, offset, begun) = (number + 1, 0, nil)
        try openPart()
        return whole
    }

    /// Removes the open file, which nothing was written to.
    func removeEmpty() { if offset == 0 { unlink(part) } }
}
