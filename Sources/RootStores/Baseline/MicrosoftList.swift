import Bytes
import Wire

/// Microsoft's list of roots, `authroot.stl`: a certificate trust list in a PKCS#7 message.
///
/// It names each root by SHA-1. An attribute says since when one is refused altogether
/// (1.3.6.1.4.1.311.10.11.104), another from which day on certificates below it are (….126): to be listed is
/// not to be trusted (MS-CAESO, `szOID_…_PROP_ID`).
package struct MicrosoftList {
    /// `szOID_CTL`, 1.3.6.1.4.1.311.10.1.
    package private(set) var listed: Set<[UInt8]> = []
    /// Since when, in milliseconds since 1970.
    package private(set) var disallowed: [[UInt8]: Int] = [:]

    private static let attributePrefix: [UInt8] = [0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x0a, 0x0b]
    private static let disallowedSince: [UInt8] = attributePrefix + [0x68]

    /// - Parameter bytes: the file; nil for what holds no such list.
    package init?(_ bytes: [UInt8]) {
        guard let message = PKCS7Store.SignedContent(bytes) else { return nil }
        let content = message.content
        let span = content.span
        var faults = DERFaults()
        var outer = DERCursor(ByteRange(0, content.count))
        guard var list = outer.enter(span, &faults, 0x30) else { return nil }
        var isFound = false
        while let element = list.next(span, &faults) {
            guard element.tag == 0x30, Self.holdsSubjects(content, element) else { continue }
            isFound = true
            var subjects = DERCursor(element.content)
            while let subject = subjects.next(span, &faults) { read(content, subject) }
        }
        guard isFound else { return nil }
    }

    /// Whether a sequence's first element is a root's digest with its attributes.
    private static func holdsSubjects(_ bytes: [UInt8], _ list: DERElement) -> Bool {
        var faults = DERFaults()
        var cursor = DERCursor(list.content)
        guard var subject = cursor.enter(bytes.span, &faults, 0x30),
            let digest = subject.next(bytes.span, &faults, ifTag: 0x04)
        else { return false }
        return digest.content.count == 20
    }

    private mutating func read(_ bytes: [UInt8], _ subject: DERElement) {
        let span = bytes.span
        var faults = DERFaults()
        var parts = DERCursor(subject.content)
        guard let digest = parts.next(span, &faults, ifTag: 0x04) else { return }
        let root = Array(bytes[digest.content.indices])
        listed.insert(root)
        guard var attributes = parts.enter(span, &faults, 0x31) else { return }
        while var attribute = attributes.enter(span, &faults, 0x30) {
            guard let type = attribute.next(span, &faults, ifTag: 0x06),
                Array(bytes[type.content.indices]) == Self.disallowedSince,
                var values = attribute.enter(span, &faults, 0x31),
                let value = values.next(span, &faults, ifTag: 0x04), value.content.count == 8
            else { continue }
            disallowed[root] = Self.milliseconds(bytes[value.content.indices])
        }
    }

    /// A FILETIME: hundreds of nanoseconds since 1601, the lowest byte first.
    private static func milliseconds(_ bytes: ArraySlice<UInt8>) -> Int {
        let ticks = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int(ticks / 10_000) - 11_644_473_600_000
    }
}
