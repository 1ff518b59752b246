import Bytes
import Observations

/// The parts of a record that a corpus keeps of its certificate, as JSON: as they stand there, or put
/// together from members under dotted names, which mean the same.
struct CertificateParts {
    let hashes, x509, details: String?
    /// Whether members may stand under dotted names.
    let isDotted: Bool

    init(_ record: RecordPicker, _ tree: JSONTree) {
        isDotted = Self.mayBeDotted(record)
        if isDotted, let root = try? tree.read(record.line, padded: true) {
            let told = ToldMembers(record: root)
            if !told.isCut {
                let texts = told.texts
                (hashes, x509, details) = (texts[0], texts[1], texts[2])
                return
            }
        }
        (hashes, x509, details) = (record.text(.hashes), record.text(.x509), record.text(.certificate))
    }

    /// - Parameter texts: in the order of `ToldMembers.parts`.
    init(_ texts: [String?]) {
        (hashes, x509, details) = (texts[0], texts[1], texts[2])
        isDotted = false
    }

    var texts: [String?] { [hashes, x509, details] }

    /// Whether a dotted name may lead to a part or stand in one: values that look so cost a closer look.
    static func mayBeDotted(_ record: RecordPicker) -> Bool {
        mayLeadThere(record.line)
            || [RecordField.hashes, .x509, .certificate].contains { field in
                record.withBytes(field, hasDottedName) ?? false
            }
    }

    /// How the names begin, before a dot.
    private static let names = ["tls", "server", "hallmark", "certificate", "x509", "hash"].map {
        Array($0.utf8)
    }

    /// Whether a name in a line begins like a dotted one, or a text has a dot that is written as an escape.
    ///
    /// It goes from dot to dot, which are few, and each new record is asked.
    private static func mayLeadThere(_ line: UnsafeRawBufferPointer) -> Bool {
        var place = 0
        while let dot = ByteSearch.first(0x2e, in: line, from: place) {
            for name in names where dot > name.count && line[dot - name.count - 1] == 0x22 {
                if line[(dot - name.count)..<dot].elementsEqual(name), endOfName(line, dot).isName {
                    return true
                }
            }
            place = dot + 1
        }
        return ByteSearch.first(escapedDot, in: line) != nil
    }

    private static let escapedDot = Array("\\u002".utf8)

    /// Whether a name within JSON has a dot.
    private static func hasDottedName(_ text: UnsafeRawBufferPointer) -> Bool {
        var place = 0
        while let dot = ByteSearch.first(0x2e, in: text, from: place) {
            let (end, isName) = endOfName(text, dot)
            if isName { return true }
            place = end
        }
        return false
    }

    /// Where the text around a place ends, and whether a colon follows it.
    private static func endOfName(_ text: UnsafeRawBufferPointer, _ place: Int) -> (end: Int, isName: Bool) {
        guard let quote = ByteSearch.first(0x22, in: text, from: place) else { return (text.count, false) }
        var next = quote + 1
        while next < text.count, text[next] <= 0x20 { next += 1 }
        return (quote + 1, next < text.count && text[next] == 0x3a)
    }
}
