import Foundation

extension Checkpoint {
    /// The largest file that is read: far more than any run writes.
    static let maximumSize = 64 << 20

    /// Writes the checkpoint; for a run that writes it many times there is `CheckpointFile`.
    package func save(to path: String) throws(CheckpointError) {
        try CheckpointFile(path).save(self)
    }

    /// The text of the file.
    func json(for path: String) throws(CheckpointError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(self) else {
            throw CheckpointError("\(path): cannot be encoded")
        }
        return Array(json) + [0x0a]
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
