import Bytes
import Observations
import Wire

/// Certificates without an endpoint: PEM and DER, as people keep and send them.
package final class CertificateFormat: ForeignReader {
    package static let format = ForeignFormat(
        name: "certificates",
        title: "certificates in PEM or DER",
        recognises: { [.certificate, .pem].contains(InputFormat($0.bytes)) },
        makeReader: { CertificateFormat($0) }
    )

    /// A longer file is none that holds certificates for people.
    private static let mostBytes = 64 << 20

    private let run: ImportRun

    private init(_ run: ImportRun) { self.run = run }

    package func read(_ input: ImportInput) throws {
        var bytes: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = try input.read(into: buffer)
            if count == 0 { break }
            bytes += buffer[..<count]
            guard bytes.count <= Self.mostBytes else {
                throw FileError(input.path, "is longer than 64 MiB")
            }
        }
        let isDER = InputFormat(bytes) == .certificate
        let contents = CertificateFile.contents(of: bytes)
        for der in contents.certificates {
            run.countLine()
            let observation = run.begin(
                ImportSource(
                    product: "file",
                    format: isDER ? "der" : "pem"
                )
            )
            observation.flight.imported(certificate: der.span)
            try run.emit(observation)
        }
        for fault in contents.lineFaults {
            run.countLine()
            run.skip(fault.reason, line: fault.line)
        }
    }
}
