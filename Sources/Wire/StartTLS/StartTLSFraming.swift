import Bytes

/// How TLS records travel once TLS was agreed on: bare, or in packets of the protocol below.
package struct StartTLSFraming: Sendable {
    package enum Kind: Sendable { case none, tds }

    /// The packet size that every SQL Server takes before login (MS-TDS, 2.2.3.1).
    private static let packetSize = 4096
    private static let headerSize = 8

    private let kind: Kind
    private var header: [UInt8] = []
    /// Bytes of the present packet still to come.
    private var rest = 0

    package init(_ kind: Kind) { self.kind = kind }

    /// There is nothing to wrap.
    package var isBare: Bool { kind == .none }

    /// Puts outgoing TLS bytes into packets.
    package func wrap(_ bytes: Span<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        guard kind == .tds else {
            output.append(bytes)
            return output
        }
        var start = 0
        while start < bytes.count {
            let end = min(start + Self.packetSize - Self.headerSize, bytes.count)
            output += TDSDialogue.header(end - start, isLast: end == bytes.count)
            output.append(bytes.extracting(start..<end))
            start = end
        }
        return output
    }

    /// Takes incoming TLS bytes out of their packets, at any split; nil when the packets are none.
    package mutating func unwrap(_ bytes: Span<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        guard kind == .tds else {
            output.append(bytes)
            return output
        }
        var index = 0
        while index < bytes.count {
            if rest > 0 {
                let end = min(index + rest, bytes.count)
                output.append(bytes.extracting(index..<end))
                rest -= end - index
                index = end
                continue
            }
            header.append(bytes[index])
            index += 1
            guard header.count == Self.headerSize else { continue }
            let size = Int(header[2]) << 8 | Int(header[3])
            // Servers answer in pre-login packets; some use the type of an ordinary answer.
            guard header[0] == 0x12 || header[0] == 0x04, size >= Self.headerSize else { return nil }
            rest = size - Self.headerSize
            header = []
        }
        return output
    }
}
