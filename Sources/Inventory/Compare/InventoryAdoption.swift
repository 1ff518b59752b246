import Bytes
import Observations
import Terminal
import Wire

/// Makes an inventory of what a sweep saw, so that nobody starts from an empty page.
package struct InventoryAdoption {
    private let picker = RecordPicker(RecordField.compared)
    private let hash = SipHash(k0: .random(in: .min ... .max), k1: .random(in: .min ... .max))
    private var written: Set<UInt64> = []

    package init() {}

    /// The names of the columns.
    package static let head = InventoryRow.columns.joined(separator: ",") + "\r\n"

    /// Writes a row for each endpoint and certificate of the sweep.
    ///
    /// - Returns: how many rows were written.
    @discardableResult
    package mutating func add(sweep path: String, _ write: (String) throws -> Void) throws -> Int {
        var reader = try LineReader(path)
        var count = 0
        while let row = try reader.next({ row(padded: $0) }) {
            guard let row else { continue }
            try write(row)
            count += 1
        }
        return count
    }

    private mutating func row(padded line: UnsafeRawBufferPointer) -> String? {
        guard (try? picker.read(padded: line)) != nil, let certificate = ObservedCertificate(picker),
            let ip = picker.text(.ip), let port = picker.integer(.port)
        else { return nil }
        var address = picker.text(.domain) ?? ip
        // What could not be read as an address again is given by its IP address.
        if Inventory.place(address) == nil { address = ip }
        guard written.insert(hash.hash("\(address) \(port) \(certificate.sha256.text)")).inserted else {
            return nil
        }
        // A name with a semicolon can't stand in a list.
        let names = certificate.coveringNames.filter { !$0.contains(";") && !$0.isEmpty }.prefix(100)
        let issuer = certificate.issuer.contains(";") ? "" : certificate.issuer
        let cells: [String: String] = [
            "kind": "asset", "address": address, "ports": String(port), "labels": "adopted",
            "certificates": certificate.sha256.text, "keys": certificate.key?.text ?? "", "issuers": issuer,
            "names": names.joined(separator: ";"),
        ]
        return InventoryRow.columns.map { SafeText.csv(cells[$0] ?? "") }.joined(separator: ",") + "\r\n"
    }
}
