import Bytes
import Observations

/// Text objects of p11-kit (`trust-policy(5)`, `p11-kit` persistence format): sections that begin with
/// `[p11-kit-object-v1]` and hold attributes and, for a certificate, a PEM block or a `value`.
enum P11KitStore {
    private static let mark = Array("[p11-kit-object-v1]".utf8)
    /// The attributes that matter here.
    private static let names: Set<String> = ["class", "label", "trusted", "value", "x-distrusted"]

    static func isOne(_ bytes: [UInt8]) -> Bool { nextMark(bytes, 0) != nil }

    static func read(_ bytes: [UInt8], path: String) -> RootStore {
        var store = RootStore(path: path, kind: .p11kit)
        var next = nextMark(bytes, 0)
        // Other programs take what stands before the first object as well.
        let head = Array(bytes[..<(next?.lowerBound ?? bytes.count)])
        if PEMStore.claims(head) {
            let part = PEMStore.read(head, path: path)
            (store.roots, store.faults) = (part.roots, part.faults)
        }
        var line = 1
        var place = 0
        while let start = next {
            line += bytes[place..<start.lowerBound].count { $0 == 0x0a }
            next = nextMark(bytes, start.upperBound)
            add(Array(bytes[start.upperBound..<(next?.lowerBound ?? bytes.count)]), line, to: &store)
            place = start.lowerBound
        }
        if store.roots.isEmpty, store.faults.isEmpty {
            store.faults.append(FileError(path, "no certificate among the objects"))
        }
        return store
    }

    /// The next line that begins with the mark; one inside of a line, as in a remark, opens no object.
    private static func nextMark(_ bytes: [UInt8], _ place: Int) -> Range<Int>? {
        var place = place
        while let found = ByteSearch.first(mark, in: bytes, from: place) {
            let before = bytes[..<found.lowerBound].last { ![0x20, 0x09, 0x0d].contains($0) }
            if before == nil || before == 0x0a { return found }
            place = found.upperBound
        }
        return nil
    }

    private static func add(_ section: [UInt8], _ line: Int, to store: inout RootStore) {
        let attributes = attributes(section)
        let place = "\(store.path):\(line)"
        var certificates: [[UInt8]] = []
        if PEMStore.claims(section) {
            let contents = CertificateFile.contents(pem: section, of: place)
            store.faults += contents.faults
            certificates = contents.certificates
        } else if attributes["class"] == "certificate" {
            guard let der = attributes["value"].flatMap(unescaped), InputFormat(der) == .certificate else {
                return store.faults.append(FileError(place, "a certificate's object holds no certificate"))
            }
            certificates = [der]
        }
        let isRefused = isTrue(attributes["x-distrusted"])
        let trust: StoredRoot.Trust =
            isRefused ? .distrusted : isTrue(attributes["trusted"]) ? .trusted : .unstated
        for der in certificates {
            store.roots.append(StoredRoot(der, place: attributes["label"] ?? "line \(line)", trust: trust))
        }
    }

    /// The attributes of an object, before and behind its PEM block; of one that stands twice, the last.
    private static func attributes(_ section: [UInt8]) -> [String: String] {
        var attributes: [String: String] = [:]
        for line in section.split(separator: 0x0a) {
            guard let colon = line.firstIndex(of: 0x3a) else { continue }
            let name = String(String(decoding: line[..<colon], as: UTF8.self).trimmingBlanks)
            guard names.contains(name) else { continue }
            var value = line[line.index(after: colon)...]
            if value.last == 0x0d { value.removeLast() }
            let text = String(decoding: value, as: UTF8.self).trimmingBlanks
            attributes[name] = String(text).replacing("\"", with: "")
        }
        return attributes
    }

    private static func isTrue(_ value: String?) -> Bool { value == "true" || value == "%01" }

    /// The bytes of a value, in which `%` and two digits stand for one; nil for digits that are none.
    private static func unescaped(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == 0x25 else {
                bytes.append(byte)
                continue
            }
            guard let value = [UInt8](hex: String(decoding: rest.prefix(2), as: UTF8.self)), value.count == 1
            else { return nil }
            bytes += value
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}
