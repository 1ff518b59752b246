import Bytes
import Foundation
package import Observations

/// A file of decisions, one a line, to which new ones are added: its history is the order of its lines.
package enum DecisionFile {
    /// Reads all decisions of a file.
    ///
    /// - Parameter unread: is told of each line that is none.
    package static func read(_ path: String, unread: (FileError) -> Void) throws -> [Decision] {
        var reader = try LineReader(path)
        let tree = JSONTree()
        var decisions: [Decision] = []
        while true {
            let result = try reader.next { line in
                Result { try Decision(try tree.read(line, padded: true, isRecord: true)) }
            }
            guard let result else { break }
            switch result {
            case .success(let decision): decisions.append(decision)
            case .failure(let error): unread(FileError("\(path):\(reader.number)", "\(error)"))
            }
        }
        for line in reader.skipped { unread(FileError("\(path):\(line)", "the line is longer than 64 MiB")) }
        return decisions
    }

    /// Adds a line to a file, which is made if need be; several programs may do so at the same time.
    ///
    /// - Throws: when the file holds something else than decisions, which a line more would damage.
    package static func add(_ line: String, to path: String) throws {
        // A pipe must not be waited for.
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o644)
        guard descriptor >= 0 else { throw FileError(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(path, "is no regular file") }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw FileError(path, errno) }
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        do {
            let end = try file.seekToEnd()
            if end > 0 { try check(path, file) }
            var data = Data(line.utf8)
            if end > 0 {
                // A line that somebody left without its end is not continued.
                try file.seek(toOffset: end - 1)
                if try file.read(upToCount: 1) != Data("\n".utf8) { data = Data("\n".utf8) + data }
            }
            try file.write(contentsOf: data)
            try file.synchronize()
        } catch let error as CocoaError {
            throw FileError(path, "can't be written: \(error.localizedDescription)")
        }
    }

    /// Refuses a file that lines can't be added to: a packed one, an array, or what holds no decisions.
    private static func check(_ path: String, _ file: FileHandle) throws {
        try file.seek(toOffset: 0)
        let head = try file.read(upToCount: InputFormat.headSize) ?? Data()
        let format = InputFormat(Array(head))
        if format == .empty { return }
        guard format == .lines else {
            throw FileError(path, "holds no decisions, one a line: nothing was added")
        }
        var fault: FileError?
        _ = try read(path) { fault = fault ?? $0 }
        if let fault { throw FileError(path, "not all of it is decisions, and nothing was added: \(fault)") }
    }
}
