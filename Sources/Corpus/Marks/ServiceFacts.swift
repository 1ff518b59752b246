package import Observations

/// What one connection showed of the service besides the certificate.
package struct ServiceFacts: Equatable, Sendable {
    package var marks: [Mark]

    init(marks: [Mark]) { self.marks = marks }

    package init(_ record: RecordPicker) { self.init { record.text($0) } }

    /// - Parameter value: the first value of a record's field.
    package init(_ value: (RecordField) -> String?) {
        marks = []
        for kind in Self.kinds {
            guard let source = kind.source, let value = value(source), !value.isEmpty else { continue }
            let line = Self.line(value)
            guard !line.isEmpty else { continue }
            marks.append(Mark(kind, line.utf8.count > 512 ? String(line.prefix(256)) : line))
        }
    }

    /// A value on one line: where a line ends, words do.
    private static func line(_ value: String) -> String {
        guard value.contains(where: \.isNewline) else { return value }
        return value.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// The kinds of its marks.
    package static let kinds = MarkKind.allCases.filter(\.isOfService)

    /// The text by which a corpus tells one appearance from another: a line for each mark.
    package var text: String {
        marks.map { "\($0.kind.rawValue)=\($0.value)" }.joined(separator: "\n")
    }

    /// Reads back what `text` wrote.
    ///
    /// A mark of a kind that this version does not know is passed over.
    init(text: String) throws(CorpusDamage) {
        var marks: [Mark] = []
        for line in text.utf8.split(separator: 0x0a) {
            guard let equals = line.firstIndex(of: 0x3d), let number = Int(Substring(line[..<equals])) else {
                throw CorpusDamage("the column 'marks' of an appearance holds what is no mark")
            }
            guard let kind = MarkKind(rawValue: number) else { continue }
            marks.append(Mark(kind, String(Substring(line[line.index(after: equals)...]))))
        }
        self.marks = marks
    }

    /// The value of one kind in what `text` wrote; nil without one.
    static func value(of kind: Int, in text: String) -> String? {
        let start = "\(kind)="
        return text.split(separator: "\n").first { $0.hasPrefix(start) }.map {
            String($0.dropFirst(start.count))
        }
    }
}
