import Bytes
import Foundation
import Observations
import Transparency

/// The last bytes of an output, which tell it from another file of its length.
struct WatchedOutput {
    private static let most = 64 << 10

    private var bytes: [UInt8] = []

    /// SHA-256 of them.
    var digest: String { TreeHash(of: bytes.span).description }

    /// Adds what was written.
    mutating func append(_ written: Span<UInt8>) {
        let start = max(0, written.count - Self.most)
        bytes.append(written.extracting(start..<written.count))
        if bytes.count > Self.most { bytes.removeFirst(bytes.count - Self.most) }
    }

    /// Reads them before a run goes on with an output.
    ///
    /// - Throws: where the output is not there, or not the one that the state was written with. What is
    ///   shorter is told when it is opened.
    init(_ output: WatchState.Output?) throws {
        guard let output, output.offset > 0 else { return }
        var status = stat()
        guard stat(output.path, &status) == 0 else {
            throw FileError(
                output.path,
                "is not there: it was moved. Bring it back, or begin anew with another output and state"
            )
        }
        guard status.st_mode & S_IFMT == S_IFREG, Int64(status.st_size) >= output.offset else { return }
        guard let file = FileHandle(forReadingAtPath: output.path) else {
            throw FileError(output.path, "can't be read")
        }
        defer { try? file.close() }
        let start = max(0, output.offset - Int64(Self.most))
        try file.seek(toOffset: UInt64(start))
        bytes = [UInt8](try file.read(upToCount: Int(output.offset - start)) ?? Data())
        guard output.tail == nil || output.tail == digest else {
            throw FileError(
                output.path,
                "is not what was written to it before: it was replaced or edited. Bring it back, or begin anew with "
                    + "another output and state"
            )
        }
    }
}

extension WatchArguments {
    /// Refuses an output that the state does not know, before anything is made.
    func check(_ state: WatchState) throws {
        guard let output else { return }
        if let known = state.output {
            guard known.path == URL(fileURLWithPath: output).path else {
                throw FileError(
                    output,
                    "the state belongs to the output \(known.path): name it, or begin a new state"
                )
            }
            return
        }
        var status = stat()
        guard stat(output, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
            return
        }
        throw FileError(output, "holds something, and the state knows nothing of it: name a new file")
    }
}
