import Glibc

/// What to do at the end of a file that is being written: wait for more, go over to the file that has taken
/// its place, or begin anew where it was emptied.
package final class FileGrowth {
    enum Step {
        /// Read again.
        case more
        /// Read again, and what was read before is over.
        case another
        case end
    }

    private let path: String
    private let wait: () -> Bool
    /// Whether another file of the name has been met, and the old one shall be read to its end.
    private var isReplaced = false
    /// The first bytes of the file as far as it had them: a file that was emptied and written anew beyond the
    /// place that was read up to has others.
    private var first: [UInt8] = []
    private static let firstSize = 1024

    /// - Parameters:
    ///   - path: the file's name, under which the next one will stand.
    ///   - wait: waits a moment; false when nothing more is wanted.
    package init(_ path: String, wait: @escaping () -> Bool) {
        self.path = path
        self.wait = wait
    }

    /// Whether the file at the descriptor has begun anew, so that it is to be read from its first byte.
    func hasBegunAnew(_ descriptor: Int32) -> Bool {
        var bytes = [UInt8](repeating: 0, count: Self.firstSize)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count >= 0 else { return false }
        let now = bytes.prefix(count)
        let isSame = now.starts(with: first)
        first = Array(now)
        return !isSame
    }

    /// Whether all of the file was read that is there.
    func isAtEnd(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && lseek(descriptor, 0, SEEK_CUR) >= status.st_size
    }

    /// - Parameter descriptor: the file at whose end the reader is; another one afterwards where the name
    ///   leads to another.
    func next(_ descriptor: inout Int32) throws(FileError) -> Step {
        var old = stat()
        guard fstat(descriptor, &old) == 0 else { throw FileError(path, errno) }
        if old.st_size < lseek(descriptor, 0, SEEK_CUR) {
            // Emptied where it stands, as `copytruncate` does.
            lseek(descriptor, 0, SEEK_SET)
            first = []
            return .another
        }
        var new = stat()
        // While a log is rotated there may be no file of the name for a moment.
        if stat(path, &new) == 0, new.st_ino != old.st_ino || new.st_dev != old.st_dev {
            // The writer may still end what it has begun in the old one: that is read once more.
            if !isReplaced, wait() {
                isReplaced = true
                return .more
            }
            let opened = open(path, O_RDONLY | O_CLOEXEC)
            guard opened >= 0 else { throw FileError(path, errno) }
            close(descriptor)
            descriptor = opened
            isReplaced = false
            first = []
            return .another
        }
        return wait() ? .more : .end
    }
}
