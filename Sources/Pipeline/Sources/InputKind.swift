package import Import
package import Observations

/// What a file is: the registry of all that records are read from.
///
/// A format of another program that `Import` knows is one without further work. Any other kind is one case
/// here, and a `RecordSource` in a file of its own.
package enum InputKind {
    /// Records of ours, on lines or not.
    case records
    case certificates
    case foreign(ForeignFormat)

    /// Tells by the first bytes, unpacked.
    ///
    /// - Throws: for what is nothing of all that.
    package init(_ head: FileHead) throws(FileError) {
        let format = InputFormat(head.bytes)
        switch format {
        case .certificate, .pem: self = .certificates
        case .empty: self = .records
        default:
            // Told apart first, since the mappings of other programs' formats take a moment to read.
            if RecordFormat.isExport(head) {
                self = .foreign(RecordFormat.format)
            } else if Self.isOurs(head) {
                self = .records
            } else if let found = ForeignFormats.find(head, among: Self.foreign) {
                self = .foreign(found)
            } else if format == .other, head.withoutFirstLine.map(Self.isOurs) == true {
                // The first line is broken, and is said when it is read.
                self = .records
            } else if let refusal = format.refusal {
                throw FileError(head.path, refusal)
            } else if format == .other {
                throw FileError(head.path, "is neither NDJSON, PEM nor DER")
            } else {
                self = .records
            }
        }
    }

    /// What `hallmark import` reads, except for what is read without it.
    private static let foreign = ForeignFormats.all.filter {
        ![CertificateFormat.format.name, RecordFormat.format.name].contains($0.name)
    }

    private static func isOurs(_ head: FileHead) -> Bool {
        head.hasMember("hallmark")
            || RecordDataset.allCases.contains { head.contains("\"\($0.rawValue)\"") }
    }
}
