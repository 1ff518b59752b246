import Foundation

/// The records that an interrupted run wrote after its last checkpoint.
package struct OutputTail: Sendable {
    /// The targets of those records, for the feed to pass over.
    package private(set) var written: [EndpointKey] = []
    /// How long the file is up to its last whole line; what follows was cut off and must go.
    package private(set) var length: UInt64

    /// Reads an output file from a checkpoint's offset on.
    ///
    /// - Parameters:
    ///   - override: the server name that the run sends to all hosts, if it does.
    ///   - allAddresses: whether the run scans every address of a name.
    /// - Throws: if the file can't be read or is shorter than the checkpoint says.
    package init(
        of output: Checkpoint.Output,
        override: String? = nil,
        allAddresses: Bool = false
    ) throws(CheckpointError) {
        length = output.offset
        let path = output.path
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
        let decoder = JSONDecoder()
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
                if let record = try? decoder.decode(Record.self, from: Data(rest[start..<end])) {
                    written.append(
                        EndpointKey(
                            address: record.server.address,
                            port: record.server.port,
                            serverName: record.tls?.client?.serverName,
                            isPlain: record.url?.scheme == "http",
                            ip: allAddresses ? record.server.ip : nil,
                            override: override
                        )
                    )
                }
                start = end + 1
            }
            rest.removeFirst(start)
        }
    }

    /// What a record says of its target.
    private struct Record: Decodable {
        var server: Server
        var tls: TLS?
        var url: URL?

        struct Server: Decodable {
            var address: String
            var port: UInt16
            var ip: String?
        }

        struct URL: Decodable {
            var scheme: String?
        }

        struct TLS: Decodable {
            var client: Client?
        }

        struct Client: Decodable {
            var serverName: String?

            enum CodingKeys: String, CodingKey { case serverName = "server_name" }
        }
    }
}
