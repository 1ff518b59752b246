import Bytes
import Observations
import Wire

/// Rules for Suricata: one for each certificate, by its SHA-1, which is what Suricata computes, and one for
/// each endpoint.
///
/// A rule's number is made of what it looks for, so that the same thing has the same number tomorrow; of two
/// that would have the same, the later takes the next. They lie from 3,000,000,000 on, beyond what others
/// have been given.
struct SuricataWriter: ExportWriter {
    private static let firstNumber = 3_000_000_000
    private static let numbers = 1_000_000_000

    private var written: Set<String> = []
    private var taken: Set<Int> = []

    init(_ options: ExportOptions) {}

    mutating func add(_ line: ExportLine, _ record: ExportRecord, _ out: inout ByteBuffer) -> Bool {
        var isTold = false
        for lead in record.leads {
            if let sha1 = record.certificate?.sha1, !sha1.isEmpty, lead.isOfCertificate {
                let pairs = stride(from: 0, to: 40, by: 2).map {
                    sha1.dropFirst($0).prefix(2).lowercased()
                }
                write(
                    lead,
                    record,
                    "alert tls any any -> any any",
                    """
                    flow:established,to_client; tls.cert_fingerprint; \
                    content:"\(pairs.joined(separator: ":"))";
                    """,
                    "certificate",
                    &out
                )
                isTold = true
            }
            if let ip = record.ip, let port = record.port {
                write(
                    lead,
                    record,
                    "alert tcp any any -> \(ip.isV4 ? ip.description : "[\(ip.description)]") \(port)",
                    "flow:established,to_server; threshold:type limit, track by_src, seconds 3600, count 1;",
                    "endpoint",
                    &out
                )
                isTold = true
            }
        }
        return isTold
    }

    private mutating func write(
        _ lead: ExportRecord.Lead,
        _ record: ExportRecord,
        _ head: String,
        _ options: String,
        _ what: String,
        _ out: inout ByteBuffer
    ) {
        guard written.insert("\(lead.software) \(head) \(options)").inserted else { return }
        out.append("\(head) (msg:\"HALLMARK \(Self.text(lead.software)) \(what)\"; \(options)")
        if let id = lead.id, id.wholeMatch(of: /S\d{4}/) != nil {
            out.append(" reference:url,attack.mitre.org/software/\(id);")
        }
        out.append(" metadata:confidence \(lead.confidence), label \(lead.label.rawValue), ")
        out.append("dual_use \(lead.isDualUse ? "yes" : "no"), seen \(RFC3339.day(record.time));")
        out.append(" sid:\(number("\(lead.software) \(head) \(options)")); rev:1;)\n")
    }

    private mutating func number(_ name: String) -> Int {
        let digits = NameUUID.of("suricata \(name)").prefix(8)
        var number = (Int(digits, radix: 16) ?? 0) % Self.numbers
        while !taken.insert(number).inserted { number = (number + 1) % Self.numbers }
        return Self.firstNumber + number
    }

    /// Text for a message: whatever could end it, or stand for something else in a rule, is `_`.
    private static func text(_ text: String) -> String {
        String(
            text.unicodeScalars.prefix(100).map { scalar in
                let isPlain =
                    scalar.isASCII
                    && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                        || " .,+-_/()".unicodeScalars.contains(scalar))
                return isPlain ? Character(scalar) : "_"
            }
        )
    }
}
