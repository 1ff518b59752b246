import Bytes
package import Observations
import Terminal
import Wire

/// Makes an inventory of what a sweep saw, so that nobody starts from an empty page.
package struct InventoryAdoption {
    private let picker = RecordPicker(RecordField.compared)
    private let hash = SipHash(k0: .random(in: .min ... .max), k1: .random(in: .min ... .max))
    private var written: Set<UInt64> = []
    private var rows: [Row] = []
    package private(set) var sweeps = SweepFile()

    /// A row and what it is sorted by: names before addresses, addresses as numbers.
    private struct Row {
        let key: (name: String, ip: UInt128, port: Int, certificate: String)
        let text: String
    }

    package init() {}

    /// The names of the columns.
    package static let head = InventoryRow.columns.joined(separator: ",") + "\r\n"

    /// How many rows carry a lead: they stand behind a remark, and count for nothing until somebody takes it
    /// off.
    package private(set) var suspicious = 0

    /// Keeps a row for each endpoint and certificate of the sweep.
    package mutating func add(_ source: any RecordSource) throws {
        var read = sweeps
        defer { sweeps = read }
        try read.read(source) { line, _ in
            guard picker.readsEndpoint(padded: line) else {
                return false
            }
            if let row = row() { rows.append(row) }
            return true
        }
    }

    /// The same of a file of records, or of standard input: `-`.
    package mutating func add(sweep path: String) throws { try add(RecordFile(path)) }

    /// Writes the rows, sorted, so that two sweeps of the same make the same inventory.
    ///
    /// - Returns: how many rows were written.
    @discardableResult
    package func write(_ write: (String) throws -> Void) throws -> Int {
        for row in rows.sorted(by: { $0.key < $1.key }) { try write(row.text) }
        return rows.count
    }

    private mutating func row() -> Row? {
        guard let certificate = ObservedCertificate(picker), let ip = picker.endpointAddress,
            let port = picker.integer(.port).flatMap({ UInt16(exactly: $0) }).map(Int.init)
        else { return nil }
        var address = picker.text(.domain) ?? ip
        // What could not be read as an address again is given by its IP address.
        if Inventory.place(address) == nil { address = ip }
        guard written.insert(hash.hash("\(address) \(port) \(certificate.sha256.text)")).inserted else {
            return nil
        }
        var remark: String?
        let leads = picker.leads.map(\.software)
        if !leads.isEmpty {
            suspicious += 1
            remark = "# points to " + leads.prefix(3).joined(separator: ", ")
        }
        // A name with a semicolon can't stand in a list.
        let names = certificate.coveringNames.filter { !$0.contains(";") && !$0.isEmpty }.prefix(100)
        let issuer = certificate.issuer.contains(";") ? "" : certificate.issuer
        let cells: [String: String] = [
            "kind": remark ?? "asset", "address": address, "ports": String(port), "labels": "adopted",
            "certificates": certificate.sha256.text, "keys": certificate.key?.text ?? "", "issuers": issuer,
            "names": names.joined(separator: ";"),
        ]
        let number = IPAddress(ip)
        return Row(
            key: (address == ip ? "" : address, number?.key ?? 0, port, certificate.sha256.text),
            text: InventoryRow.columns.map { SafeText.csv(cells[$0] ?? "") }.joined(separator: ",") + "\r\n"
        )
    }
}
