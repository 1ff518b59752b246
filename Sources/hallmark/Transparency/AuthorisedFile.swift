import Bytes
import Foundation
import Observations

/// Digests that were authorised beforehand, a line each, beside a state's file.
enum AuthorisedFile {
    static func path(_ state: String) -> String { state + ".authorized" }

    /// - Returns: nothing where there is no such file.
    static func read(_ path: String) throws -> Set<Digest256> {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        var digests: Set<Digest256> = []
        let text = String(decoding: try UnpackedBytes.contents(of: path, limit: 256 << 20), as: UTF8.self)
        for (number, line) in text.split(whereSeparator: \.isNewline).enumerated() where !line.hasPrefix("#")
        {
            guard let word = line.split(separator: " ").first, let digest = Digest256(word) else {
                throw FileError("\(path):\(number + 1)", "is no SHA-256 in hexadecimal")
            }
            digests.insert(digest)
        }
        return digests
    }

    /// Adds whole lines; several programs may do so at the same time.
    static func append(_ lines: String, to path: String) throws {
        guard !lines.isEmpty else { return }
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError(path, String(cString: strerror(errno))) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw FileError(path, String(cString: strerror(errno))) }
        }
        do {
            // A line that somebody left without its end stays one of its own.
            let size = try file.seekToEnd()
            if size > 0 {
                try file.seek(toOffset: size - 1)
                if try file.read(upToCount: 1) != Data([0x0a]) { try file.write(contentsOf: Data([0x0a])) }
            }
            try file.write(contentsOf: Data(lines.utf8))
            try file.synchronize()
        } catch {
            throw FileError(path, writing: error)
        }
    }
}
