import Bytes
import Observations
import Wire

/// Packet captures, pcap and pcapng: each connection in which TLS or HTTP was spoken is a sighting.
final class CaptureFormat: ForeignReader {
    static let format = ForeignFormat(
        name: "capture",
        title: "packet captures (pcap, pcapng)",
        recognises: { CaptureFile.isCapture($0.bytes) },
        makeReader: { CaptureFormat($0) }
    )

    /// Bytes that are read at a time; a frame is shorter.
    private static let pieceSize = 4 << 20

    private let run: ImportRun

    private init(_ run: ImportRun) { self.run = run }

    func read(_ input: ImportInput) throws {
        let run = run
        let format = input.head.bytes.first == 0x0a ? "pcapng" : "pcap"
        let reader = CaptureReader { connection in
            connection.observation.imported = connection.evidence(format)
            try run.emit(connection.observation, client: Self.client(connection))
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceSize, alignment: 16)
        defer { buffer.deallocate() }
        var filled = 0
        var failure: FileError?
        while true {
            let count: Int
            do throws(FileError) {
                count = try input.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            } catch {
                // What came before it is read, as that of a file that is cut off.
                failure = error
                count = 0
            }
            filled += count
            let bytes = UnsafeBufferPointer(
                start: buffer.baseAddress?.assumingMemoryBound(to: UInt8.self),
                count: filled
            )
            let used = try reader.read(bytes.span, isEnd: count == 0)
            filled -= used
            if let start = buffer.baseAddress { start.copyMemory(from: start + used, byteCount: filled) }
            if count == 0 { break }
        }
        try reader.finish()
        reader.tally.report(to: run)
        if let failure { throw failure }
    }

    /// Who connected; its bytes are those of both sides.
    private static func client(_ connection: CapturedConnection) -> ImportClient {
        var client = ImportClient()
        client.ip = connection.client.address
        if !connection.isPart {
            client.bytes = Int(clamping: Int128(connection.clientBytes) + Int128(connection.serverBytes))
            client.milliseconds = Int(connection.duration / 1_000_000)
        }
        if let offer = connection.offer {
            client.ja3 = JA3.hash(offer)
            let carrier: JA4.Carrier =
                connection.isQUIC ? .quic : connection.observation.transport == .udp ? .datagrams : .tcp
            client.ja4 = JA4.text(offer, over: carrier)
        }
        return client
    }
}
