import Foundation

/// All kinds of file that can be imported.
package enum ForeignFormats {
    /// Those with a reader of their own, in the order in which they are tried.
    package static let builtIn: [ForeignFormat] = [
        CaptureFormat.format, CertificateFormat.format, RecordFormat.format, ZeekReader.format,
        MasscanReader.format,
        NmapReader.format,
    ]

    /// Whether a mapping can't have a name, since a reader has it.
    static func isTaken(_ name: String) -> Bool { builtIn.contains { $0.name == name } }

    /// Those, and after them the mappings that are shipped with this program.
    ///
    /// A mapping that can't be read is left out; `hallmark import` says so.
    package static let all: [ForeignFormat] = {
        let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folder = MappingFolder.find(executable: executable ?? "")
        let mappings = folder.flatMap { try? MappingFolder.read($0).mappings } ?? []
        return builtIn + mappings.map { MappedReader.format($0) }
    }()

    /// The format of a file; nil for none that is known.
    ///
    /// A log may begin within a line: where the first one tells nothing, those behind it do.
    package static func find(_ head: FileHead, among formats: [ForeignFormat] = all) -> ForeignFormat? {
        if let found = formats.first(where: { $0.recognises(head) }) { return found }
        // Certificates within a document of another kind are none of a file of certificates.
        let isDocument = head.isJSON || head.first == 0x3c
        return head.withoutFirstLine.flatMap { rest in
            formats.first { $0.recognises(rest) && !(isDocument && $0.name == CertificateFormat.format.name) }
        }
    }
}
