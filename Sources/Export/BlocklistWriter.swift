import Bytes
import Observations
import Terminal
import Wire

/// A list of addresses, one a line, with the reason behind `#`, as firewalls and resolvers read it.
///
/// It is sorted when it is whole, and an address stands in it once.
struct BlocklistWriter: ExportWriter {
    private let options: ExportOptions
    private var reasons: [String: [String]] = [:]

    init(_ options: ExportOptions) { self.options = options }

    mutating func add(_ line: ExportLine, _ record: ExportRecord, _ out: inout ByteBuffer) -> Bool {
        guard let ip = record.ip else { return false }
        for lead in record.leads {
            let port = record.port.map { " on port \($0)" } ?? ""
            let use = lead.isDualUse ? ", honest people run it as well" : ""
            let reason = """
                \(lead.software)\(port), \(lead.strength("+")), \
                seen \(RFC3339.day(record.time))\(use)
                """
            let text = SafeText.terminal(reason)
            if reasons[ip.description]?.contains(text) != true {
                reasons[ip.description, default: []].append(text)
            }
        }
        return true
    }

    func end(_ out: inout ByteBuffer) {
        out.append("# \(SafeText.terminal(options.author)): addresses with leads, \(options.least.rawValue)")
        out.append(" or stronger. A lead is no verdict: look before you block.\n")
        for address in reasons.keys.sorted() {
            out.append("\(address) # \(reasons[address, default: []].joined(separator: "; "))\n")
        }
    }
}
