import Bytes
import Observations

/// Certificates as Windows keeps them: the registry's `Blob`, exports of it, and serialized stores (`.sst`).
///
/// A blob is a row of properties, each with its number, a constant and its length, all little-endian
/// (Microsoft, MS-GPEF section 2.2.1.2.5, `CERT_*_PROP_ID`); number 32 is the certificate. A serialized store
/// has eight bytes in front.
enum WindowsStore {
    private static let certificateProperty = 32
    private static let head: [UInt8] = [0, 0, 0, 0, 0x43, 0x45, 0x52, 0x54]

    static func isSerialized(_ bytes: [UInt8]) -> Bool { bytes.starts(with: head) }

    /// Whether this is the property list of a certificate, as a tool copied it out of the registry.
    static func isBlob(_ bytes: [UInt8]) -> Bool {
        var reader = StoreBytes(bytes)
        guard let property = reader.littleNumber(), (1...0xffff).contains(property),
            let constant = reader.littleNumber(), constant == 1, let length = reader.littleNumber()
        else { return false }
        return length <= reader.rest
    }

    static func isRegistryText(_ text: some StringProtocol) -> Bool {
        text.hasPrefix("Windows Registry Editor") || text.hasPrefix("REGEDIT4")
    }

    static func readSerialized(_ bytes: [UInt8], path: String) -> RootStore {
        var store = RootStore(path: path, kind: .windows)
        append(Array(bytes.dropFirst(head.count)), place: "", to: &store)
        return store
    }

    static func readBlob(_ bytes: [UInt8], path: String) -> RootStore {
        var store = RootStore(path: path, kind: .windows)
        append(bytes, place: "", to: &store)
        return store
    }

    /// Takes the certificates of a row of properties.
    ///
    /// A serialized store ends with a property of number 0.
    private static func append(
        _ bytes: [UInt8],
        place: String,
        to store: inout RootStore,
        trusted: Bool = true
    ) {
        var reader = StoreBytes(bytes)
        var found = 0
        while !reader.isAtEnd {
            guard let property = reader.littleNumber(), reader.littleNumber() != nil,
                let length = reader.littleNumber(), let value = reader.take(length)
            else {
                // The mark of the end may be shorter than a property.
                if found == 0 || reader.rest > 12 {
                    store.faults.append(FileError(at(store, place), "the list of properties breaks off"))
                }
                return
            }
            if property == 0 { break }
            guard property == certificateProperty else { continue }
            found += 1
            let name = place.isEmpty ? "certificate \(found)" : place
            store.roots.append(StoredRoot(Array(value), place: name, trust: trusted ? .trusted : .distrusted))
        }
        if found == 0 {
            store.faults.append(FileError(at(store, place), "no certificate among the properties"))
        }
    }

    private static func at(_ store: RootStore, _ place: String) -> String {
        place.isEmpty ? store.path : "\(store.path): \(place)"
    }

    /// Reads an export of the registry's editor: keys in brackets, `"Blob"=hex:` with lines that go on after
    /// `\`.
    static func readRegistry(_ text: String, path: String) -> RootStore {
        var store = RootStore(path: path, kind: .windows)
        var key = ""
        var digits = ""
        var isBlob = false
        var start = 0
        func finish() {
            guard isBlob else { return }
            isBlob = false
            let parts = digits.split(separator: ",")
            let bytes = parts.compactMap { UInt8($0, radix: 16) }
            guard bytes.count == parts.count, !bytes.isEmpty else {
                store.faults.append(
                    FileError("\(path):\(start)", "the value is no row of bytes in hexadecimal")
                )
                return
            }
            let lower = key.lowercased()
            guard lower.contains("\\certificates\\") else { return }
            // Only the stores that vouch for something; `Disallowed` is there to refuse.
            let isRefused = lower.contains("\\disallowed\\")
            let isRoot = ["\\root\\", "\\authroot\\", "\\protectedroots\\"].contains { lower.contains($0) }
            let before = store.roots.count
            append(bytes, place: key, to: &store, trusted: !isRefused)
            if !isRoot && !isRefused {
                for index in before..<store.roots.count {
                    store.roots[index] = StoredRoot(store.roots[index].der, place: key, trust: .unstated)
                }
            }
        }
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .enumerated()
        {
            var line = line.trimmingBlanks
            if isBlob && digits.last == "\\" {
                digits.removeLast()
                digits += line
                continue
            }
            finish()
            if line.hasPrefix("["), line.hasSuffix("]") {
                key = String(line.dropFirst().dropLast())
            } else if line.lowercased().hasPrefix("\"blob\"=hex:") {
                line = line.dropFirst("\"blob\"=hex:".count)
                (isBlob, digits, start) = (true, String(line), number + 1)
            }
        }
        finish()
        if store.roots.isEmpty, store.faults.isEmpty {
            store.faults.append(FileError(path, "no certificate in the export of the registry"))
        }
        return store
    }
}

extension StringProtocol {
    /// Without blanks at both ends.
    var trimmingBlanks: SubSequence {
        let start = drop { $0 == " " || $0 == "\t" }
        guard let last = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return start.prefix(0) }
        return start[...last]
    }
}
