/// All kinds of file that can be imported.
package enum ForeignFormats {
    /// In the order in which they are tried: the one that asks for most first.
    package static let all: [ForeignFormat] = [
        CertificateFormat.format
    ]

    /// The format of a file; nil for none that is known.
    package static func find(_ head: FileHead, among formats: [ForeignFormat] = all) -> ForeignFormat? {
        formats.first { $0.recognises(head) }
    }
}
