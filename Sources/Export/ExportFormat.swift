/// What an export can be written as.
package enum ExportFormat: String, CaseIterable, Sendable {
    case stix, misp, suricata, zeek, sarif, ocsf, blocklist, csv

    /// Whether it tells of records that carry neither a lead nor a finding.
    package var tellsAll: Bool { self == .ocsf || self == .csv }

    /// Whether it tells of what a comparison with an inventory found.
    ///
    /// An expired certificate of one's own is nothing that anybody should block or look for.
    package var tellsFindings: Bool { self == .sarif || tellsAll }

    /// A writer of this format.
    package func writer(_ options: ExportOptions) -> any ExportWriter {
        switch self {
        case .stix: STIXWriter(options)
        case .misp: MISPWriter(options)
        case .suricata: SuricataWriter(options)
        case .zeek: ZeekWriter(options)
        case .sarif: SARIFWriter(options)
        case .ocsf: OCSFWriter(options)
        case .blocklist: BlocklistWriter(options)
        case .csv: CSVWriter(options)
        }
    }
}
