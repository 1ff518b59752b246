import Bytes
import Foundation
import Import
import Observations
import TestSupport
import Wire

/// What both sides of one TLS connection sent, in order: Python's `ssl` talking with itself over memory.
struct CaptureTranscript: Sendable {
    struct Flight: Sendable {
        var isClient: Bool
        var bytes: [UInt8]
    }

    var flights: [Flight]

    static let chain = Result { try ChainFiles() }

    /// A leaf and its CA.
    final class ChainFiles: Sendable {
        let scratch: Scratch
        let der: [[UInt8]]

        init() throws {
            let scratch = Scratch()
            self.scratch = scratch
            let authority = try TestCertificate(subject: "/CN=Capture CA", algorithm: ["rsa:2048"])
            func path(_ name: String) -> String { scratch.file(name) }
            try check(
                "openssl",
                [
                    "req", "-nodes", "-newkey", "rsa:2048", "-subj", "/O=Captured/CN=captured.test",
                    "-keyout",
                    path("key"), "-out", path("request"),
                ]
            )
            try check(
                "openssl",
                [
                    "x509", "-req", "-in", path("request"), "-CA", authority.certificate, "-CAkey",
                    authority.key,
                    "-CAcreateserial", "-CAserial", path("serial"), "-days", "90", "-out", path("leaf"),
                ]
            )
            let texts = try [path("leaf"), authority.certificate].map {
                try String(contentsOfFile: $0, encoding: .utf8)
            }
            try scratch.write("chain", texts.joined())
            der = try [path("leaf"), authority.certificate].map {
                try check("openssl", ["x509", "-in", $0, "-outform", "DER"]).output
            }
        }
    }

    init(_ flights: [Flight]) { self.flights = flights }

    /// - Parameter options: of `Tests/Tools/tls_transcript.py`.
    init(_ options: String...) throws {
        let files = try Self.chain.get()
        var options = options
        if let place = options.firstIndex(of: "--client-certificate") {
            options.insert(
                contentsOf: [files.scratch.file("chain"), files.scratch.file("key")],
                at: place + 1
            )
        }
        let output = try check(
            "python3",
            [
                projectFolder + "/Tests/Tools/tls_transcript.py", files.scratch.file("chain"),
                files.scratch.file("key"),
            ] + options
        )
        flights = output.text.split(separator: "\n").map { line in
            let digits = Array(line.dropFirst(2).utf8)
            let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
                UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
            }
            return Flight(isClient: line.first == "c", bytes: bytes)
        }
    }

    /// The connection as TCP packets, with SYN and FIN, each flight in segments of at most `size` bytes.
    func packets(
        client: CaptureBuilder.End = CaptureBuilder.client,
        server: CaptureBuilder.End = CaptureBuilder.server,
        size: Int = 1460,
        clientStart: UInt32 = 1000,
        serverStart: UInt32 = 9000
    ) -> [[UInt8]] {
        var next = [clientStart, serverStart]
        let ends = [client, server]
        func packet(_ side: Int, _ flags: UInt8, _ payload: [UInt8] = []) -> [UInt8] {
            let packet = CaptureBuilder.tcp(
                ends[side],
                ends[1 - side],
                sequence: next[side],
                acknowledgement: next[1 - side],
                flags: flags,
                payload
            )
            next[side] &+= UInt32(payload.count) &+ (flags & 3 != 0 ? 1 : 0)
            return CaptureBuilder.ip(ends[side], ends[1 - side], packet)
        }
        var packets = [packet(0, 2), packet(1, 0x12), packet(0, 0x10)]
        for flight in flights {
            var rest = flight.bytes[...]
            while !rest.isEmpty {
                packets.append(packet(flight.isClient ? 0 : 1, 0x18, Array(rest.prefix(size))))
                rest = rest.dropFirst(size)
            }
        }
        return packets + [packet(0, 0x11), packet(1, 0x11)]
    }

    /// Ethernet frames, a millisecond apart.
    static func frames(_ packets: [[UInt8]]) -> [CaptureBuilder.Frame] {
        packets.enumerated().map { index, packet in
            CaptureBuilder.Frame(
                time: 1_700_000_000_000_000_000 + Int64(index) * 1_000_000,
                bytes: CaptureBuilder.ethernet(packet)
            )
        }
    }

    func file() -> [UInt8] { CaptureBuilder.pcap(Self.frames(packets())) }
}

/// What a capture reader gave.
struct CaptureFindings {
    struct Connection {
        var chain: [[UInt8]]
        var serverName: String?
        var version: UInt16
        var error: ObservationError?
        var startTLS: String?
        var http: [HTTPExchange]
        var startedAt: Int64
        var duration: UInt64
        var ja3: String?
        var ja4: String?
        var captured: CapturedConnection
    }

    var connections: [Connection] = []
    var tally = CaptureTally()

    /// Reads a file in pieces of `piece` bytes.
    init(_ file: [UInt8], piece: Int = 1 << 20, _ options: CaptureReader.Options = CaptureReader.Options())
        throws
    {
        var found: [Connection] = []
        let reader = CaptureReader(options) { found.append(Self.connection($0)) }
        var held: [UInt8] = []
        for start in stride(from: 0, to: max(1, file.count), by: piece) {
            held += file[start..<min(file.count, start + piece)]
            held.removeFirst(try reader.read(held.span, isEnd: start + piece >= file.count))
        }
        try reader.finish()
        connections = found
        tally = reader.tally
    }

    private static func connection(_ captured: CapturedConnection) -> Connection {
        let observation = captured.observation
        return Connection(
            chain: (0..<observation.flight.chain.count).map { index in
                observation.flight.chain.withString(index) { bytes in bytes.indices.map { bytes[$0] } }
            },
            serverName: observation.serverName,
            version: observation.flight.version,
            error: observation.error,
            startTLS: observation.startTLS?.name,
            http: observation.http,
            startedAt: observation.startedAt,
            duration: observation.duration,
            ja3: captured.offer.flatMap { JA3.hash($0) },
            ja4: captured.offer.flatMap { JA4.text($0, over: .tcp) },
            captured: captured
        )
    }

    /// The one connection that there should be.
    var only: Connection? { connections.count == 1 ? connections[0] : nil }
}
