import Observations
import Bytes
import Foundation

/// The next version of a file, which takes its place whole or not at all, even after a power failure.
///
/// The draft lies in the same folder, for a rename can't leave the file system. Its name is drawn by chance
/// and it is only ever created: a link that somebody else left in the folder is never followed.
package struct FileDraft: ~Copyable {
    /// How the draft becomes the file.
    enum Placing {
        case replacing
        /// Fails if the file exists by now.
        case creating
    }

    /// The draft's open file; locks taken on it are locks on the file once it is in place.
    let descriptor: Int32
    private let path: String
    private let draft: String

    /// Creates the draft.
    ///
    /// - Throws: what the system says.
    init(of path: String, mode: UInt32 = 0o644) throws(TargetIssue) {
        var number = SystemRandomNumberGenerator()
        self.path = path
        guard path != "-" else {
            descriptor = -1
            draft = path
            throw TargetIssue(source: path, why: "is no file here: name one, or ./- for a file of that name")
        }
        draft = "\(path).\(String(number.next(), radix: 36)).tmp"
        descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            throw TargetIssue(source: path, why: "cannot be created: \(InputFile.systemError())")
        }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        // Gone if it was renamed, and no longer needed if it was linked.
        unlink(draft)
    }

    /// Appends bytes to the draft.
    func write(_ bytes: [UInt8]) throws(TargetIssue) {
        guard bytes.withUnsafeBytes({ DescriptorIO.write(descriptor, $0) }) else {
            throw TargetIssue(source: path, why: "cannot be written: \(InputFile.systemError())")
        }
    }

    /// Puts the draft in the file's place.
    func place(_ placing: Placing = .replacing) throws(TargetIssue) {
        guard fsync(descriptor) == 0 else {
            throw TargetIssue(source: path, why: "cannot be flushed: \(InputFile.systemError())")
        }
        let code = placing == .creating ? link(draft, path) : rename(draft, path)
        if code != 0, placing == .creating, errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS {
            // A file system without links.
            return try place()
        }
        guard code == 0 else {
            throw TargetIssue(source: path, why: "cannot be replaced: \(InputFile.systemError())")
        }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let folderDescriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folderDescriptor >= 0 else { return }
        // The rename is done; where a folder can't be flushed, nothing is lost but the promise.
        fsync(folderDescriptor)
        close(folderDescriptor)
    }

    /// Writes a file so that its path always leads to a whole one, the old or the new; a device or a pipe is
    /// written to.
    package static func write(_ bytes: [UInt8], to path: String) throws(TargetIssue) {
        guard FileDraft.isReplaceable(path) else {
            // A pipe that nobody reads would be waited for without an end.
            let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK)
            guard descriptor >= 0 else {
                let why = errno == ENXIO ? "nobody reads from it" : InputFile.systemError()
                throw TargetIssue(source: path, why: "cannot be opened: \(why)")
            }
            defer { close(descriptor) }
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
            guard bytes.withUnsafeBytes({ DescriptorIO.write(descriptor, $0) }) else {
                throw TargetIssue(source: path, why: "cannot be written: \(InputFile.systemError())")
            }
            return
        }
        let draft = try FileDraft(of: path)
        try draft.write(bytes)
        try draft.place()
    }

    /// Finds out whether a file could be written, by making a draft and throwing it away.
    package static func check(_ path: String) throws(TargetIssue) {
        guard FileDraft.isReplaceable(path) else {
            var status = stat()
            if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
                throw TargetIssue(source: path, why: "is a folder: name a file")
            }
            return
        }
        _ = try FileDraft(of: path)
    }

    private static func isReplaceable(_ path: String) -> Bool {
        access(path, F_OK) != 0 || FileIdentity(path: path) != nil
    }
}
