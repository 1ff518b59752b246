/// All kinds of file that can be imported.
package enum ForeignFormats {
    /// Those with a reader of their own, in the order in which they are tried; mappings come after them.
    package static let builtIn: [ForeignFormat] = [
        CertificateFormat.format, RecordFormat.format, ZeekReader.format, MasscanReader.format,
        NmapReader.format,
    ]

    /// The format of a file; nil for none that is known.
    package static func find(_ head: FileHead, among formats: [ForeignFormat]) -> ForeignFormat? {
        formats.first { $0.recognises(head) }
    }
}
