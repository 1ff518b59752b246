import Foundation
package import Observations
import Wire

/// The records that an interrupted run wrote after its last checkpoint.
package struct OutputTail: Sendable {
    /// The targets of those records, for the feed to pass over.
    package private(set) var written: [EndpointKey] = []
    private let path: String
    private let start: UInt64
    /// How long the file is up to its last whole line; what follows was cut off and must go.
    package private(set) var length: UInt64

    /// Reads an output file from a checkpoint's offset on.
    ///
    /// - Parameters:
    ///   - override: what the run sends as the server name to all hosts, if it does.
    ///   - allAddresses: whether the run scans every address of a name.
    ///   - each: is called with each of the records.
    /// - Throws: if the file can't be read or is shorter than the checkpoint says.
    package init(
        of output: Checkpoint.Output,
        override: EndpointKey.Override? = nil,
        allAddresses: Bool = false,
        each: (RecordPicker) -> Void = { _ in }
    ) throws(CheckpointError) {
        (length, start, path) = (output.offset, output.offset, output.path)
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw CheckpointError("\(path): cannot be opened: \(InputFile.systemError())")
        }
        defer { close(file) }
        let size = lseek(file, 0, SEEK_END)
        guard size >= 0, UInt64(size) >= output.offset, lseek(file, off_t(output.offset), SEEK_SET) >= 0
        else {
            throw CheckpointError(
                "\(path): is shorter than the \(output.offset) bytes that the checkpoint covers"
            )
        }
        let picker = RecordPicker(OutputTail.fields)
        var rest: [UInt8] = []
        while true {
            switch InputFile.read(file, { rest.append(contentsOf: $0) }) {
            case .bytes: break
            case .end: return
            case .error(let why): throw CheckpointError("\(path): \(why)")
            }
            var start = 0
            while let end = rest[start...].firstIndex(of: 0x0a) {
                length += UInt64(end + 1 - start)
                if let key = OutputTail.key(of: rest[start..<end], picker, override, allAddresses) {
                    written.append(key)
                    each(picker)
                }
                start = end + 1
            }
            rest.removeFirst(start)
            guard rest.count <= OutputTail.longestLine else {
                throw CheckpointError("\(path): has a line of more than \(OutputTail.longestLine) bytes")
            }
        }
    }

    /// Reads the whole lines once more, and gives them on by the block.
    package func again(_ body: (Span<UInt8>) -> Void) throws(CheckpointError) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw CheckpointError("\(path): cannot be opened: \(InputFile.systemError())")
        }
        defer { close(file) }
        guard lseek(file, off_t(start), SEEK_SET) >= 0 else {
            throw CheckpointError("\(path): \(InputFile.systemError())")
        }
        var rest: [UInt8] = []
        var left = Int(length - start)
        while left > 0 {
            switch InputFile.read(file, { rest.append(contentsOf: $0) }) {
            case .bytes: break
            case .end: throw CheckpointError("\(path): became shorter while it was read")
            case .error(let why): throw CheckpointError("\(path): \(why)")
            }
            let known = min(left, rest.count)
            guard let end = rest[..<known].lastIndex(of: 0x0a) else { continue }
            body(rest.span.extracting(...end))
            left -= end + 1
            rest.removeFirst(end + 1)
        }
    }

    /// No record is nearly as long.
    private static let longestLine = 64 << 20

    private static let fields: [RecordField] = [
        .address, .port, .ip, .serverName, .urlScheme, .outcome, .errorCode, .leads, .probeCode,
        .marksKnown, .marksTested, .dismissed,
    ]

    /// Whom a line is about; nil if it is no record.
    private static func key(
        of line: ArraySlice<UInt8>,
        _ picker: RecordPicker,
        _ override: EndpointKey.Override?,
        _ allAddresses: Bool
    ) -> EndpointKey? {
        guard (try? picker.read(line)) != nil, let address = picker.text(.address),
            let port = picker.integer(.port).flatMap({ UInt16(exactly: $0) })
        else { return nil }
        return EndpointKey(
            address: address,
            port: port,
            serverName: picker.text(.serverName),
            isPlain: picker.text(.urlScheme) == "http",
            ip: allAddresses ? picker.text(.ip) : nil,
            transport: Transport(picker),
            override: override
        )
    }
}
