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
    private static func mayLeadThere(_ line: UnsafeRawBufferPointer) -> Bool {
        for place in line.indices {
            switch line[place] {
            case 0x22:
                for name in names {
                    let dot = place + 1 + name.count
                    // Nearly all end here.
                    guard dot < line.count, line[dot] == 0x2e else { continue }
                    if line[(place + 1)..<dot].elementsEqual(name), isName(line[dot...]) { return true }
                }
            case 0x5c where line[(place + 1)...].starts(with: "u002".utf8): return true
            default: break
            }
        }
        return false
    }

    /// Whether a colon follows the text that begins here.
    private static func isName(_ text: Slice<UnsafeRawBufferPointer>) -> Bool {
        text.drop { $0 != 0x22 }.dropFirst().first { $0 != 0x20 } == 0x3a
    }

    /// Whether a name within JSON has a dot.
    private static func hasDottedName(_ text: UnsafeRawBufferPointer) -> Bool {
        var place = 1
        while place < text.count {
            if text[place] == 0x3a, text[place - 1] == 0x22 {
                var back = place - 2
                while back >= 0, text[back] != 0x22 {
                    if text[back] == 0x2e { return true }
                    back -= 1
                }
            }
            place += 1
        }
        return false
    }
}
