import Bytes
import Foundation
import Observations

/// Reading of files, with errors that say what the system said.
package enum InputFile {
    /// Calls `body` for each item of a file with the number of its line.
    ///
    /// - Throws: what the system says if the file can't be opened or read.
    static func forEachItem(
        of path: String,
        _ body: (Span<UInt8>, Int) -> Void,
        tooLong: (Int) -> Void
    ) throws(TargetIssue) {
        try forEachLine(
            of: path,
            { line, number in
                for range in LineItems.ranges(in: line.span) { body(line.span.extracting(range), number) }
            },
            tooLong: tooLong
        )
    }

    /// The same, line by line.
    static func forEachLine(
        of path: String,
        _ body: ([UInt8], Int) -> Void,
        tooLong: (Int) -> Void
    ) throws(TargetIssue) {
        let file = AwaitedFile.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw TargetIssue(source: path, why: "cannot be opened: \(systemError())") }
        defer { close(file) }
        guard UnpackedBytes.mayEnd(file) else {
            throw TargetIssue(source: path, why: "is a device, which has no end")
        }
        AwaitedFile.awaitBeginning(of: file, path)
        var lines = LineBuffer()
        var atEnd = false
        while !atEnd {
            switch read(file, { lines.append($0) }) {
            case .bytes: break
            case .end:
                lines.finish()
                atEnd = true
            case .error(let why): throw TargetIssue(source: path, line: lines.number + 1, why: why)
            }
            while let line = lines.next(atEnd: atEnd) {
                guard case .text(let text) = line else {
                    tooLong(lines.number)
                    continue
                }
                body(text, lines.number)
            }
            if let why = lines.damage { throw TargetIssue(source: path, line: lines.number + 1, why: why) }
        }
    }

    /// Reads a whole file.
    ///
    /// - Throws: what the system says, or that the file has more than `limit` bytes.
    package static func contents(of path: String, limit: Int) throws(TargetIssue) -> [UInt8] {
        let file = try open(path)
        var bytes: [UInt8] = []
        while true {
            switch read(file, { bytes.append(contentsOf: $0) }) {
            case .bytes where bytes.count <= limit: continue
            case .bytes: throw TargetIssue(source: path, why: "has more than \(limit) bytes")
            case .end: return bytes
            case .error(let why): throw TargetIssue(source: path, why: why)
            }
        }
    }

    /// Opens a file, which may be packed.
    private static func open(_ path: String) throws(TargetIssue) -> UnpackedBytes {
        do { return try UnpackedBytes(path) } catch {
            throw TargetIssue(source: path, why: problem("cannot be opened", error.reason))
        }
    }

    enum Outcome {
        case bytes
        case end
        case error(String)
    }

    /// Reads once, at most 64 KiB, and hands the bytes on.
    static func read(_ file: Int32, _ take: (UnsafeRawBufferPointer) -> Void) -> Outcome {
        withUnsafeTemporaryAllocation(byteCount: 64 * 1024, alignment: 1) { room in
            let count = DescriptorIO.read(file, into: room)
            guard count >= 0 else { return .error(problem("cannot be read", FileError("", errno).reason)) }
            if count > 0 { take(UnsafeRawBufferPointer(rebasing: room[..<count])) }
            return count > 0 ? .bytes : .end
        }
    }

    /// The same of a file that may be packed.
    private static func read(_ file: UnpackedBytes, _ take: (UnsafeRawBufferPointer) -> Void) -> Outcome {
        withUnsafeTemporaryAllocation(byteCount: 64 * 1024, alignment: 1) { room in
            do throws(FileError) {
                let count = try file.read(into: room)
                if count > 0 { take(UnsafeRawBufferPointer(rebasing: room[..<count])) }
                return count > 0 ? .bytes : .end
            } catch {
                return .error(problem("cannot be read", error.reason))
            }
        }
    }

    static func systemError(_ code: Int32 = errno) -> String {
        code == EISDIR ? "it is a folder" : String(cString: strerror(code))
    }

    private static func problem(_ what: String, _ reason: String) -> String {
        reason == FileError.isFolder ? reason : "\(what): \(reason)"
    }
}
