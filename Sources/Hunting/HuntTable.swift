package import Decisions
import Observations
import Bytes
import Foundation
import Wire

/// The marks of all endpoints, each with its latest record, as numbers of their values.
package final class HuntTable {
    /// An endpoint and what it shows: a number of a value for each mark, -1 for what is not known.
    struct Row {
        let ip: String
        let port: Int
        let name: String
        let time: Int
        var values: [Int32]
        /// The number of its key and of its certificate, -1 for none.
        let key: Int32
        let certificate: Int32
        /// The software of its strongest lead, or empty.
        let lead: String
        let isDecided: Bool
    }

    private let decisions: DecisionIndex?
    private let tree = JSONTree()
    private(set) var rows: [Row] = []
    private var places: [String: Int] = [:]
    private var numbers: [[String: Int32]]
    private(set) var texts: [[String]]
    private var digests: [[UInt8]: Int32] = [:]
    /// Records that told of no endpoint that answered.
    package private(set) var silent = 0
    /// Entries of logs of Certificate Transparency, which answer on no endpoint.
    package private(set) var logged = 0
    /// Certificates that were seen on no endpoint, as of files and stores.
    package private(set) var alone = 0
    package var endpoints: Int { rows.count }

    package init(_ decisions: DecisionIndex? = nil) {
        self.decisions = decisions
        numbers = Array(repeating: [:], count: HuntMark.all.count)
        texts = Array(repeating: [], count: HuntMark.all.count)
    }

    /// Takes one line that has `RecordPicker.padding` readable bytes behind it.
    ///
    /// - Returns: whether it is a record.
    package func add(line: UnsafeRawBufferPointer) -> Bool {
        guard let record = try? tree.read(line, padded: true, isRecord: true), record.isObject else {
            return false
        }
        let verdict = record.verdict
        guard verdict.isRecord else { return false }
        guard verdict != .logged else {
            logged += 1
            return true
        }
        guard let ip = record.at("server.ip")?.string.flatMap({ IPAddress($0)?.unmapped.description }),
            let port = record.at("server.port")?.integer.flatMap({ UInt16(exactly: $0) })
        else {
            let hasCertificate = record.at("tls.server.hash.sha256") != nil
            if record.at("server.address") != nil || hasCertificate && record.at("server.ip") != nil {
                silent += 1
            } else if hasCertificate {
                alone += 1
            } else {
                return false
            }
            return true
        }
        guard record.at("event.outcome")?.string != "failure" else {
            silent += 1
            return true
        }
        let name = record.at("tls.client.server_name")?.string ?? record.at("server.domain")?.string ?? ""
        let key = "\(ip) \(port) \(name)"
        let time = record.at("@timestamp")?.string.flatMap { RFC3339.milliseconds($0) } ?? 0
        if let known = places[key], rows[known].time > time { return true }
        let row = Row(
            ip: ip,
            port: Int(port),
            name: String(name.prefix(253)),
            time: time,
            values: HuntMark.all.enumerated().map { place, mark in
                mark.value(record).map { number(of: $0, place) } ?? -1
            },
            key: digest(record, "hallmark.certificate.spki_sha256"),
            certificate: digest(record, "tls.server.hash.sha256"),
            lead: Self.lead(record),
            isDecided: decisions?.isDecided(record) ?? false
        )
        if let known = places[key] {
            rows[known] = row
        } else {
            places[key] = rows.count
            rows.append(row)
        }
        return true
    }

    private func number(of value: String, _ place: Int) -> Int32 {
        if let number = numbers[place][value] { return number }
        let number = Int32(clamping: texts[place].count)
        numbers[place][value] = number
        texts[place].append(value)
        return number
    }

    private func digest(_ record: JSONNode, _ field: String) -> Int32 {
        guard let text = record.at(field)?.string, let bytes = [UInt8](hex: text), !bytes.isEmpty else {
            return -1
        }
        let next = Int32(clamping: digests.count)
        if let number = digests[bytes] { return number }
        digests[bytes] = next
        return next
    }

    private static func lead(_ record: JSONNode) -> String {
        let strongest = record.leads.max { $0.confidence < $1.confidence }
        return String((strongest?.software ?? "").prefix(100))
    }

    /// Fills in on how many certificates a row's key stands, which only all rows tell.
    func countKeys() {
        var certificates: [Int32: Set<Int32>] = [:]
        for row in rows where row.key >= 0 && row.certificate >= 0 {
            certificates[row.key, default: []].insert(row.certificate)
        }
        let place = HuntMark.place(HuntMark.keyUses)
        for index in rows.indices {
            guard let count = certificates[rows[index].key]?.count else { continue }
            // Powers of two: whether it is a thousand or a thousand and one is no difference.
            let bucket =
                count < 4 ? "\(count)" : "\(1 << (Int.bitWidth - 1 - count.leadingZeroBitCount)) or more"
            rows[index].values[place] = number(of: bucket, place)
        }
    }
}
