import CSimdjson

/// The fields of one observation: by field id, the values that it holds.
///
/// It points into the reader's memory and is good until the reader reads on.
package struct FieldView {
    private let line: csj_line

    init(line: csj_line) { self.line = line }

    /// No observation; none of its fields may be asked for.
    package static var empty: FieldView { FieldView(line: csj_line()) }

    /// How many values there are in all.
    package var count: Int { Int(line.count) }

    /// How many HTTP exchanges the observation holds.
    package var exchanges: Int { Int(line.exchanges) }

    /// Whether it holds matches, leads or an assessment, in whatever form JSON or a store gives them.
    package var isAssessed: Bool { line.assessed != 0 }

    /// The first frame of a record in whose place something else stands.
    package var damagedFrame: RecordFrame? { RecordFrame.numbered(Int(line.misplaced)) }

    /// The JSON of `hallmark.leads`, for a reader that does not skip it; nil where the line has none.
    package var leads: UnsafeRawBufferPointer? {
        line.leads.map { UnsafeRawBufferPointer(start: $0, count: Int(line.leads_length)) }
    }

    /// Whether it says that it is a record of another program's module (`event.module`).
    package var isOfOtherModule: Bool { line.other_module != 0 }

    /// The value at `index`, in the line's order.
    package subscript(index: Int) -> FieldValue { FieldValue(raw: line.values[index]) }

    /// The place of a field's first value, or -1; the others follow by `FieldValue.next`.
    package func first(_ field: Int) -> Int { Int(line.first[field]) }

    package func has(_ field: Int) -> Bool { line.first[field] >= 0 }

    /// All values of a field, in order.
    package func values(_ field: Int) -> [FieldValue] {
        var result: [FieldValue] = []
        var index = first(field)
        while index >= 0 {
            let value = self[index]
            result.append(value)
            index = value.next
        }
        return result
    }

    /// A field's first value as text.
    package func text(_ field: Int) -> String? { has(field) ? self[first(field)].string : nil }

    /// Whether a field's first value is `text`; nil when it has none.
    package func isFirst(of field: Int, _ text: StaticString) -> Bool? {
        guard has(field) else { return nil }
        return text.withUTF8Buffer { $0.elementsEqual(self[first(field)].bytes) }
    }

    /// All of a field's values as text.
    package func texts(_ field: Int) -> [String] { values(field).map(\.string) }

    /// Whether a field has these values, in their order, and no others.
    package func holds(_ texts: [String], in field: Int) -> Bool {
        var place = has(field) ? first(field) : -1
        for text in texts {
            guard place >= 0, text.utf8.elementsEqual(self[place].bytes) else { return false }
            place = self[place].next
        }
        return place < 0
    }

    /// A field's first value as a number.
    package func integer(_ field: Int) -> Int64? { has(field) ? self[first(field)].integer : nil }

    /// A field's first value as a truth value.
    package func truth(_ field: Int) -> Bool? { has(field) ? self[first(field)].truth : nil }
}

/// One value of a field.
package struct FieldValue {
    private let raw: csj_value

    init(raw: csj_value) { self.raw = raw }

    package var field: Int { Int(raw.field) }

    /// The same value as one of another field.
    package func standing(for field: Int) -> FieldValue {
        var raw = raw
        raw.field = UInt16(truncatingIfNeeded: field)
        return FieldValue(raw: raw)
    }

    /// The place of the same field's next value, or -1.
    package var next: Int { Int(raw.next) }

    /// Its bytes, valid UTF-8; of numbers and truth values their JSON text.
    package var bytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: raw.text, count: Int(raw.length))
    }

    package var string: String { String(decoding: bytes, as: UTF8.self) }

    /// The number, of a JSON number without a fraction or a `long` field's digits in quotes.
    package var integer: Int64? {
        raw.type == CSJ_INTEGER || raw.type == CSJ_DIGITS ? raw.integer : nil
    }

    /// What a verdict on the line hangs on.
    var fact: RecordFactValue {
        switch Int(raw.type) {
        case CSJ_INTEGER: .number(Int(raw.integer))
        case CSJ_TEXT, CSJ_DIGITS: .text(bytes)
        case CSJ_TRUTH: .truth(raw.integer != 0)
        default: .other
        }
    }

    package var truth: Bool? { raw.type == CSJ_TRUTH ? raw.integer != 0 : nil }

    /// The HTTP exchange that it belongs to, the first being 0; nil for what all exchanges share.
    package var exchange: Int? { raw.exchange == CSJ_SHARED ? nil : Int(raw.exchange) }

    /// Which element of the array of objects it stands in.
    package var element: Int { Int(raw.element) }

    /// The member's name, for a member of a map without a field id of its own.
    package var name: String {
        String(decoding: UnsafeBufferPointer(start: raw.name, count: Int(raw.name_length)), as: UTF8.self)
    }

    /// Says only that an array of objects is not empty.
    package var isMarker: Bool { raw.type == CSJ_PRESENT }

    /// Whether it can be seen in an HTTP exchange.
    package func isVisible(in exchange: Int) -> Bool {
        raw.exchange == CSJ_SHARED || Int(raw.exchange) == exchange
    }
}
