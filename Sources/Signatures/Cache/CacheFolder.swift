import Foundation
import Glibc
import Observations

/// The folder where what is made of rules or was fetched is kept between runs.
///
/// What lies in it is believed only when nobody else can have written it: folder and file belong to this
/// user, and nobody else may write to them. A damaged file is seen by the digest at its end. Nothing here
/// ever fails: without a cache everything is made anew.
package struct CacheFolder: Sendable {
    /// So many files of a kind are kept, for different sets of rules.
    package static let maximumFiles = 8
    /// So many bytes of a kind are kept, whatever the number of its files; no file that is longer is read.
    private let maximumBytes: Int
    private static let digestLength = 32

    package let path: String

    package init(_ path: String, maximumBytes: Int = 256 << 20) {
        self.path = path
        self.maximumBytes = maximumBytes
    }

    /// `$XDG_CACHE_HOME/hallmark`, or `~/.cache/hallmark`; nil when neither variable is set.
    package static var standard: CacheFolder? {
        for (variable, suffix) in [("XDG_CACHE_HOME", "/hallmark"), ("HOME", "/.cache/hallmark")] {
            if let value = getenv(variable), value[0] == 0x2f {
                return CacheFolder(String(cString: value) + suffix)
            }
        }
        return nil
    }

    /// What `write` was given under this name; nil when it is not there or not to be believed.
    ///
    /// - Parameter magic: how the file has to begin; it is cut off.
    package func read(_ name: String, magic: String) -> [UInt8]? {
        var status = stat()
        guard stat(path, &status) == 0, Self.isOurs(status) else { return nil }
        let descriptor = Glibc.open(path + "/" + name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let least = magic.utf8.count + Self.digestLength
        guard fstat(descriptor, &status) == 0, Self.isOurs(status), status.st_mode & S_IFMT == S_IFREG,
            status.st_size >= least, status.st_size <= maximumBytes,
            Self.read(descriptor, magic.utf8.count).elementsEqual(magic.utf8)
        else { return nil }
        let body = Self.read(descriptor, Int(status.st_size) - least)
        guard body.count == Int(status.st_size) - least,
            Self.read(descriptor, Self.digestLength) == BodyDigest.sha256(body.span)
        else { return nil }
        return body
    }

    /// The next bytes of a file; fewer when it ends before.
    private static func read(_ descriptor: CInt, _ length: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            while count < length {
                let got = Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, length - count)
                if got <= 0 { break }
                count += got
            }
        }
    }

    /// Opens a file that `adopt` took, to be read as memory; nil when it is not there or not to be believed.
    ///
    /// Its content is not looked at: who reads it knows its form.
    package func open(_ name: String) -> Int32? {
        var status = stat()
        guard stat(path, &status) == 0, Self.isOurs(status) else { return nil }
        let descriptor = Glibc.open(path + "/" + name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        guard fstat(descriptor, &status) == 0, Self.isOurs(status), status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return nil
        }
        // What was used last is kept longest.
        futimens(descriptor, nil)
        return descriptor
    }

    /// Makes the folder, if it is not there; false when nothing can be kept in it.
    package func isReady() -> Bool {
        try? FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        var status = stat()
        return stat(path, &status) == 0 && Self.isOurs(status) && access(path, W_OK) == 0
    }

    /// Keeps a file of this folder under a name; others of the same kind that are older make room.
    ///
    /// - Parameters:
    ///   - file: its path until now.
    ///   - name: the kind, a hyphen, and what tells it from others of the kind.
    ///   - count: how many files of the kind are kept.
    ///   - bytes: how large they are together at most.
    package func adopt(_ file: String, as name: String, keeping count: Int, bytes: Int) {
        guard rename(file, path + "/" + name) == 0 else {
            unlink(file)
            return
        }
        prune(String(name.prefix { $0 != "-" }) + "-", keeping: count, bytes: bytes)
    }

    /// Keeps bytes under a name; others of the same kind that are older make room.
    ///
    /// - Parameter name: the kind, a hyphen, and what tells it from others of the kind.
    /// - Parameter count: how many files of the kind are kept.
    package func write(
        _ body: [UInt8],
        _ name: String,
        magic: String,
        keeping count: Int = maximumFiles
    ) {
        let bytes = Array(magic.utf8) + body + BodyDigest.sha256(body.span)
        let files = FileManager.default
        try? files.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        // A temporary file and a rename: nobody ever reads half of it.
        try? Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name), options: .atomic)
        prune(String(name.prefix { $0 != "-" }) + "-", keeping: count)
    }

    private static func isOurs(_ status: stat) -> Bool {
        status.st_uid == geteuid() && status.st_mode & (S_IWGRP | S_IWOTH) == 0
    }

    /// - Parameter bytes: how large they are together at most; nil for what the folder keeps of each kind.
    private func prune(_ kind: String, keeping count: Int, bytes: Int? = nil) {
        let files = FileManager.default
        let paths = ((try? files.contentsOfDirectory(atPath: path)) ?? [])
            .filter { $0.hasPrefix(kind) }.map { path + "/" + $0 }
        let dated = paths.map { path in
            var status = stat()
            let isThere = lstat(path, &status) == 0
            return (time: isThere ? status.st_mtim.tv_sec : 0, size: Int(status.st_size), path: path)
        }
        var left = (files: count, bytes: bytes ?? maximumBytes)
        for file in dated.sorted(by: { $0.time > $1.time }) {
            left.files -= 1
            left.bytes -= min(file.size, left.bytes + 1)
            if left.files < 0 || left.bytes < 0 { try? files.removeItem(atPath: file.path) }
        }
    }
}
