import Bytes
import Observations
import Wire

/// Rules for Suricata: one for each certificate, by its SHA-1, which is what Suricata computes, and one for
/// each endpoint.
///
/// A rule's number is made of what it looks for, so that the same thing has the same number tomorrow; of two
/// that would have the same, the later takes the next. They lie from 3,000,000,000 on, beyond what others
/// have been given. A rule stands for all records that it is made of, so it is written when all were read:
/// its confidence is that of the strongest, and it was seen when the last was.
struct SuricataWriter: ExportWriter {
    private static let firstNumber = 3_000_000_000
    private static let numbers = 1_000_000_000

    /// A rule to be written.
    private struct Rule {
        let head: String
        let options: String
        let what: String
        var lead: ExportRecord.Lead
        /// Milliseconds since 1970.
        var last: Int

        var name: String { "\(lead.software) \(head) \(options)" }
    }

    private var rules: [Rule] = []
    private var places: [String: Int] = [:]
    private var taken: Set<Int> = []

    init(_ options: ExportOptions) {}

    mutating func add(_ line: ExportLine, _ record: ExportRecord, _ out: inout ByteBuffer) -> Bool {
        var isTold = false
        for lead in record.leads {
            if let sha1 = record.certificate?.sha1, !sha1.isEmpty, lead.isOfCertificate {
                let pairs = stride(from: 0, to: 40, by: 2).map {
                    sha1.dropFirst($0).prefix(2).lowercased()
                }
                note(
                    Rule(
                        head: "alert tls any any -> any any",
                        options: """
                            flow:established,to_client; tls.cert_fingerprint; \
                            content:"\(pairs.joined(separator: ":"))";
                            """,
                        what: "certificate",
                        lead: lead,
                        last: record.time
                    )
                )
                isTold = true
            }
            if let ip = record.ip, let port = record.port {
                let address = ip.isV4 ? ip.description : "[\(ip.description)]"
                note(
                    Rule(
                        head: "alert tcp any any -> \(address) \(port)",
                        options:
                            "flow:established,to_server; threshold:type limit, track by_src, seconds 3600, count 1;",
                        what: "endpoint",
                        lead: lead,
                        last: record.time
                    )
                )
                isTold = true
            }
        }
        return isTold
    }

    private mutating func note(_ rule: Rule) {
        guard let place = places[rule.name] else {
            places[rule.name] = rules.count
            return rules.append(rule)
        }
        rules[place].last = max(rules[place].last, rule.last)
        if rule.lead.confidence > rules[place].lead.confidence { rules[place].lead = rule.lead }
    }

    mutating func end(_ out: inout ByteBuffer) {
        for rule in rules { write(rule, &out) }
    }

    private mutating func write(_ rule: Rule, _ out: inout ByteBuffer) {
        let lead = rule.lead
        out.append("\(rule.head) (msg:\"HALLMARK \(Self.text(lead.software)) \(rule.what)\"; \(rule.options)")
        if let id = lead.id, id.wholeMatch(of: /S\d{4}/) != nil {
            out.append(" reference:url,attack.mitre.org/software/\(id);")
        }
        out.append(" metadata:confidence \(lead.confidence), label \(lead.label.rawValue), ")
        out.append("dual_use \(lead.isDualUse ? "yes" : "no"), seen \(RFC3339.day(rule.last));")
        out.append(" sid:\(number(rule.name)); rev:1;)\n")
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
