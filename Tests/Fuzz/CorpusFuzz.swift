import Bytes
import Corpus
import Export
import Inventory
import Observations
import Terminal

/// Lines that claim to be observations, as a comparison and a corpus read them.
func fuzzRecord(_ bytes: [UInt8]) {
    let picker = RecordPicker()
    if (try? picker.read(bytes)) != nil {
        _ = CertificateFacts(picker)
        _ = ServiceFacts(picker)
        _ = picker.leads
        for field in RecordField.kept {
            _ = picker.text(field)
            _ = picker.integer(field)
            _ = picker.texts(field, limit: 10)
            _ = picker.withBytes(field) { [UInt8](base64: $0) }
        }
    }
    fuzzExport(bytes)
    if let index = emptyInventory { _ = FindingEngine(index).findings(in: bytes) }
}

/// The line as every export tells it.
private func fuzzExport(_ bytes: [UInt8]) {
    let reader = ExportReader()
    (bytes + [UInt8](repeating: 0x20, count: RecordPicker.padding)).withUnsafeBytes { padded in
        guard let line = try? reader.read(padded: UnsafeRawBufferPointer(rebasing: padded[..<bytes.count]))
        else { return }
        for format in ExportFormat.allCases {
            var options = ExportOptions()
            options.least = .low
            var export = Export(format, options)
            var out = ByteBuffer()
            export.begin(&out)
            export.add(line, &out)
            export.end(&out)
        }
    }
    _ = try? ExportColumns.parse(String(decoding: bytes, as: UTF8.self))
}

/// The texts that people and other programs give: inventories, certificates, queries, times.
func fuzzInventory(_ bytes: [UInt8]) {
    for rows in [try? CSVReader.rows(bytes, file: "fuzz"), try? JSONRows.rows(bytes, file: "fuzz")] {
        guard let rows, let inventory = try? Inventory(rows, file: "fuzz") else { continue }
        let index = InventoryIndex(inventory)
        for asset in inventory.assets.prefix(20) {
            _ = index.assets(ip: nil, port: 443, name: asset.address)
        }
    }
    _ = CertificateFile.pem(bytes)
    let format = InputFormat(bytes)
    precondition(format == .certificate || format.certificateRefusal != nil)
    let text = String(decoding: bytes, as: UTF8.self)
    _ = try? PivotQuery(text)
    _ = RFC3339.milliseconds(text)
    for escaped in [SafeText.csv(text), SafeText.markup(text), SafeText.dot(text), SafeText.terminal(text)] {
        precondition(escaped.utf8.count >= 0)
    }
    // What goes into a CSV file comes out of it again, however it looks.
    if let records = try? CSVReader.records(Array(SafeText.csv(text).utf8), file: "fuzz"),
        let first = records.first,
        !text.isEmpty, !text.utf8.starts(with: [0xef, 0xbb, 0xbf])
    {
        let cell = first.cells[0]
        precondition(Array(cell.utf8) == Array(text.utf8), "a cell changed on its way")
    }
}

private let emptyInventory = (try? Inventory([], file: "fuzz")).map { InventoryIndex($0) }

func recordSeeds() -> [[UInt8]] {
    [
        """
        {"@timestamp":"2026-11-22T03:31:00.123Z","event":{"outcome":"success"},"server":{"ip":"203.0.113.7","port":443},\
        "tls":{"version":"1.3","server":{"hash":{"sha256":"\(String(repeating: "AB", count: 32))"},"x509":{"subject":\
        {"common_name":["a","b"]},"not_after":"2027-01-01T00:00:00Z","alternative_names":["*.example.com"]}}},\
        "hallmark":{"certificate":{"spki_sha256":"00"},"leads":[{"software":{"name":"x"},"confidence":5},{}]}}
        """,
        #"{"tls":{"server":{"certificate_chain":["AAAA"],"jarm":"\u0000\ud800"}},"hallmark":null,"http":[{"x":1e999}]}"#,
    ].map { Array($0.utf8) }
}

func inventorySeeds() -> [[UInt8]] {
    [
        "kind,address,ports\r\nasset,\"*.example.com\",443;8000-8010\r\nowned,192.0.2.0/24;2001:db8::/32,\r\n",
        #"{"address":["a.example",1],"ports":[443],"key_policy":"RSA-2048"}"#,
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "serial=08BB00EE", "'=1+1",
        "2026-11-22T03:31:00.5+02:00", "[2001:db8::1]:443",
    ].map { Array($0.utf8) }
}
