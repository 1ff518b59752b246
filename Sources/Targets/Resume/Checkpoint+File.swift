import Foundation

extension Checkpoint {
    /// The largest file that is read: far more than any run writes.
    static let maximumSize = 64 << 20

    /// Writes the checkpoint so that the file always holds a whole one, the old or the new, even
    /// after a power failure.
    package func save(to path: String) throws(CheckpointError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(self) else {
            throw CheckpointError("\(path): cannot be encoded")
        }
        // In the same folder, for a rename can't leave the file system.
        let draft = "\(path).\(getpid()).tmp"
        do throws(CheckpointError) {
            try Checkpoint.write(Array(json) + [0x0a], to: draft)
            guard rename(draft, path) == 0 else {
                throw CheckpointError("\(path): cannot be replaced: \(InputFile.systemError())")
            }
        } catch {
            unlink(draft)
            throw error
        }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        // The rename is done; where a folder can't be flushed, nothing is lost but the promise.
        fsync(descriptor)
        close(descriptor)
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(CheckpointError) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw CheckpointError("\(path): cannot be created: \(InputFile.systemError())")
        }
        defer { close(file) }
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw CheckpointError("\(path): cannot be written: \(InputFile.systemError())")
            }
            start += count
        }
        guard fsync(file) == 0 else {
            throw CheckpointError("\(path): cannot be flushed: \(InputFile.systemError())")
        }
    }

    /// Reads a checkpoint and checks it.
    package static func load(from path: String) throws(CheckpointError) -> Checkpoint {
        let bytes: [UInt8]
        do throws(TargetIssue) {
            bytes = try InputFile.contents(of: path, limit: maximumSize)
        } catch {
            throw CheckpointError(error.description)
        }
        do throws(CheckpointError) {
            return try Checkpoint(reading: bytes)
        } catch {
            throw CheckpointError("\(path): \(error.description)")
        }
    }

    /// Reads a checkpoint's JSON and checks it.
    package init(reading bytes: [UInt8]) throws(CheckpointError) {
        struct Header: Decodable { var version: Int? }
        let decoder = JSONDecoder()
        let data = Data(bytes)
        guard let header = try? decoder.decode(Header.self, from: data) else {
            throw CheckpointError("is not a checkpoint")
        }
        guard let version = header.version else {
            throw CheckpointError("is not a checkpoint: version is missing")
        }
        guard version == Checkpoint.currentVersion else {
            throw CheckpointError(
                "has version \(version); this program reads version \(Checkpoint.currentVersion)"
            )
        }
        do {
            self = try decoder.decode(Checkpoint.self, from: data)
        } catch let error as DecodingError {
            throw CheckpointError(error.whatIsWrong)
        } catch {
            throw CheckpointError("is malformed")
        }
        _ = try progress.tracker()
    }
}

extension DecodingError {
    /// Which field it is, in a line.
    fileprivate var whatIsWrong: String {
        func path(_ context: Context, _ key: (any CodingKey)? = nil) -> String {
            (context.codingPath + (key.map { [$0] } ?? [])).map {
                $0.intValue.map { "[\($0)]" } ?? $0.stringValue
            }
            .joined(separator: ".")
        }
        return switch self {
        case .keyNotFound(let key, let context): "\(path(context, key)) is missing"
        case .valueNotFound(_, let context): "\(path(context)) is null"
        case .typeMismatch(_, let context): "\(path(context)) has the wrong type"
        case .dataCorrupted(let context):
            // That it is JSON is known by then.
            context.codingPath.isEmpty
                ? "holds a number that is out of range" : "\(path(context)) has an impossible value"
        @unknown default: "is malformed"
        }
    }
}
