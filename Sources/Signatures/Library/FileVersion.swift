import Glibc

/// What a file's status says of its content: as long as nothing of it changes, the content has not.
///
/// Of a folder it says so of the names in it.
package struct FileVersion: Hashable {
    /// What changed so shortly before it was read may change again within the clock's tick: nanoseconds.
    static let settled: Int64 = 2_000_000_000

    let device: Int64
    let inode: Int64
    let bytes: Int64
    /// Nanoseconds since 1970 of the last change of the content, and of the status, which nobody can set
    /// back.
    let modified: Int64
    let changed: Int64

    init(_ status: stat) {
        device = Int64(truncatingIfNeeded: status.st_dev)
        inode = Int64(truncatingIfNeeded: status.st_ino)
        bytes = Int64(status.st_size)
        modified = Self.nanoseconds(status.st_mtim)
        changed = Self.nanoseconds(status.st_ctim)
    }

    package init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// A text that is another one when anything of it is.
    package var text: String { "\(device) \(inode) \(bytes) \(modified) \(changed)" }

    init(_ reader: inout CacheReader) throws(CacheReader.Broken) {
        device = try reader.number()
        inode = try reader.number()
        bytes = try reader.number()
        modified = try reader.number()
        changed = try reader.number()
    }

    func write(to writer: inout CacheWriter) {
        for number in [device, inode, bytes, modified, changed] { writer.put(number) }
    }

    /// The present, as files' times have it.
    static var now: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return nanoseconds(now)
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
