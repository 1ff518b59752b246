import Bytes
import Wire

/// A file for Zeek's intelligence framework: certificates by SHA-1, which is what its scripts look up,
/// addresses and names.
struct ZeekWriter: ExportWriter {
    private let options: ExportOptions
    private var written: Set<String> = []

    init(_ options: ExportOptions) { self.options = options }

    func begin(_ out: inout ByteBuffer) {
        out.append("#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\n")
    }

    mutating func add(_ line: ExportLine, _ record: ExportRecord, _ out: inout ByteBuffer) -> Bool {
        var indicators: [(String, String)] = []
        if let sha1 = record.certificate?.sha1, !sha1.isEmpty,
            record.leads.contains(where: \.isOfCertificate)
        {
            indicators.append((sha1.lowercased(), "Intel::CERT_HASH"))
        }
        if let ip = record.ip { indicators.append((ip.description, "Intel::ADDR")) }
        if HostName.isPlain(record.name) { indicators.append((record.name.lowercased(), "Intel::DOMAIN")) }
        let leads = record.leads.map { "\($0.software) \($0.strength)" }.joined(separator: ", ")
        let text = "\(leads), seen \(RFC3339.day(record.time))"
        for (indicator, type) in indicators where written.insert(indicator).inserted {
            out.append("\(indicator)\t\(type)\t\(Self.cell(options.author))\t\(Self.cell(text))\n")
        }
        return !indicators.isEmpty
    }

    /// A cell: Zeek's reader takes `\x` with two digits for a byte, a tab for the next cell, `-` for nothing.
    private static func cell(_ text: String) -> String {
        var result = ""
        for byte in text.utf8.prefix(500) {
            if (0x20...0x7e).contains(byte), byte != 0x5c {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "\\x" + [byte].hex.lowercased()
            }
        }
        return result.isEmpty || result == "-" || result == "(empty)" ? "unnamed" : result
    }
}
