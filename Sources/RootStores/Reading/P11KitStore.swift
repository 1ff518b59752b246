import Bytes
import Observations

/// Text objects of p11-kit (`trust-policy(5)`, `p11-kit` persistence format): sections that begin with
/// `[p11-kit-object-v1]` and hold attributes and, for a certificate, a PEM block.
enum P11KitStore {
    private static let mark = "[p11-kit-object-v1]"

    static func isOne(_ bytes: [UInt8]) -> Bool { bytes.firstRange(of: Array(mark.utf8)) != nil }

    static func read(_ bytes: [UInt8], path: String) -> RootStore {
        var store = RootStore(path: path, kind: .p11kit)
        let marker = Array(mark.utf8)
        var line = 1
        var place = 0
        while let start = bytes[place...].firstRange(of: marker) {
            line += bytes[place..<start.lowerBound].count { $0 == 0x0a }
            let stop = bytes[start.upperBound...].firstRange(of: marker)?.lowerBound ?? bytes.count
            add(bytes[start.upperBound..<stop], path, line, to: &store)
            place = start.upperBound
        }
        if store.roots.isEmpty, store.faults.isEmpty {
            store.faults.append(FileError(path, "no certificate among the objects"))
        }
        return store
    }

    private static func add(
        _ section: ArraySlice<UInt8>,
        _ path: String,
        _ line: Int,
        to store: inout RootStore
    ) {
        let pem = section.firstRange(of: Array("-----BEGIN CERTIFICATE-----".utf8))
        guard let pem else { return }
        var attributes: [String: String] = [:]
        for line in section[..<pem.lowerBound].split(separator: 0x0a) where attributes.count < 64 {
            let parts = String(decoding: line, as: UTF8.self).split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = parts[1].trimmingBlanks
            attributes[String(parts[0].trimmingBlanks)] = String(value).replacing("\"", with: "")
        }
        let contents = CertificateFile.contents(pem: Array(section[pem.lowerBound...]), of: "\(path):\(line)")
        store.faults += contents.faults
        let isRefused = attributes["x-distrusted"] == "true"
        let trust: StoredRoot.Trust =
            isRefused ? .distrusted : attributes["trusted"] == "true" ? .trusted : .unstated
        for der in contents.certificates {
            store.roots.append(StoredRoot(der, place: attributes["label"] ?? "line \(line)", trust: trust))
        }
    }
}
