import Bytes
import Wire

/// A file for Zeek's intelligence framework: certificates by SHA-1, which is what its scripts look up,
/// addresses and names.
///
/// An indicator stands in it once, with all software that leads to it; so it is written when all was read.
struct ZeekWriter: ExportWriter {
    /// Something to look for, and what is behind it.
    private struct Indicator {
        let value: String
        let type: String
        /// When it was last seen, in milliseconds since 1970.
        var last: Int
        /// The strongest lead of each software.
        var leads: [ExportRecord.Lead] = []

        mutating func add(_ lead: ExportRecord.Lead) {
            guard let place = leads.firstIndex(where: { $0.software == lead.software }) else {
                return leads.append(lead)
            }
            if lead.confidence > leads[place].confidence { leads[place] = lead }
        }

        /// The strongest first: a cell is cut when it is long.
        var text: String {
            let words = leads.sorted {
                ($1.confidence, $0.software) < ($0.confidence, $1.software)
            }.map { "\($0.software) \($0.strength)" }
            return "seen \(RFC3339.day(last)): \(words.joined(separator: ", "))"
        }
    }

    private let options: ExportOptions
    private var indicators: [Indicator] = []
    private var places: [String: Int] = [:]

    init(_ options: ExportOptions) { self.options = options }

    func begin(_ out: inout ByteBuffer) {
        out.append("#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\n")
    }

    mutating func add(_ line: ExportLine, _ record: ExportRecord, _ out: inout ByteBuffer) -> Bool {
        var isTold = false
        func note(_ value: String, _ type: String, _ leads: [ExportRecord.Lead]) {
            guard !leads.isEmpty else { return }
            let place = places[value] ?? indicators.count
            if place == indicators.count {
                places[value] = place
                indicators.append(Indicator(value: value, type: type, last: record.time))
            }
            indicators[place].last = max(indicators[place].last, record.time)
            for lead in leads { indicators[place].add(lead) }
            isTold = true
        }
        if let sha1 = record.certificate?.sha1, !sha1.isEmpty {
            note(sha1.lowercased(), "Intel::CERT_HASH", record.leads.filter(\.isOfCertificate))
        }
        if let ip = record.ip { note(ip.description, "Intel::ADDR", record.leads) }
        if HostName.isPlain(record.name) { note(record.name.lowercased(), "Intel::DOMAIN", record.leads) }
        return isTold
    }

    func end(_ out: inout ByteBuffer) {
        for one in indicators {
            out.append("\(one.value)\t\(one.type)\t\(Self.cell(options.author))\t\(Self.cell(one.text))\n")
        }
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
