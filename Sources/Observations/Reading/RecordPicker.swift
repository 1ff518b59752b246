import CSimdjson

/// A line that is not a record.
package struct RecordError: Error, Equatable, CustomStringConvertible {
    package let description: String
}

/// Reads chosen fields out of one observation line at a time.
///
/// `ObservationReader` reads all fields, for rules that may ask for any. A corpus wants three objects as the
/// JSON text that they are, to give them back as they came, and a comparison three dozen fields of two
/// kilobytes: what was not chosen is skipped without being looked at.
///
/// What it hands out is copied into Swift values; what nobody asks for is never copied. One thread uses one
/// picker.
package final class RecordPicker {
    private let picker: OpaquePointer
    private var values = UnsafeBufferPointer<hallmark_picked>(start: nil, count: 0)
    /// Where the field's first value is among `values`, or -1; by the field's place.
    private var first: [Int32]
    private let fields: [RecordField]
    private var padded: [UInt8] = []
    /// The line that was read last, as long as it is where it was.
    package private(set) var line = UnsafeRawBufferPointer(start: nil, count: 0)
    /// Reads leads, which few records have.
    private lazy var tree = JSONTree()

    /// How many bytes beyond a line's end have to be readable.
    package static let padding = Int(hallmark_picker_padding())

    package init(_ fields: [RecordField] = RecordField.kept) {
        self.fields = fields
        first = [Int32](repeating: -1, count: RecordField.count)
        var texts = fields.map { Array($0.path.utf8CString) }
        picker = Self.create(&texts)
    }

    deinit { hallmark_picker_destroy(picker) }

    private static func create(_ texts: inout [[CChar]]) -> OpaquePointer {
        // The C side copies the names, so they need to live for this call only.
        var pointers: [UnsafePointer<CChar>?] = []
        var storage: [UnsafeMutablePointer<CChar>] = []
        for text in texts {
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.count)
            copy.update(from: text, count: text.count)
            storage.append(copy)
            pointers.append(UnsafePointer(copy))
        }
        defer { for copy in storage { copy.deallocate() } }
        return hallmark_picker_create(&pointers, pointers.count)
    }

    /// Reads a line that has `padding` readable bytes behind it.
    package func read(padded line: UnsafeRawBufferPointer) throws(RecordError) {
        for field in fields { first[field.place] = -1 }
        self.line = line
        var start: UnsafePointer<hallmark_picked>?
        var count = 0
        guard let base = line.baseAddress else { throw RecordError(description: "the line is empty") }
        let message = hallmark_picker_run(
            picker,
            base.assumingMemoryBound(to: CChar.self),
            line.count,
            line.count + Self.padding,
            &start,
            &count
        )
        values = UnsafeBufferPointer(start: start, count: count)
        for index in stride(from: count - 1, through: 0, by: -1) {
            first[fields[Int(values[index].path)].place] = Int32(index)
        }
        if let message { throw RecordError(description: String(cString: message)) }
    }

    /// Reads any bytes, which are copied first.
    package func read(_ bytes: some Collection<UInt8>) throws(RecordError) {
        padded.removeAll(keepingCapacity: true)
        padded.append(contentsOf: bytes)
        let count = padded.count
        padded.append(contentsOf: repeatElement(0x20, count: Self.padding))
        let result = padded.withUnsafeBytes { buffer in
            Result { () throws(RecordError) in
                try read(padded: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
        }
        try result.get()
    }

    /// Checks the line that was read last to its last byte: reading passes over what was not asked for.
    ///
    /// For lines of others; it costs about as much as reading once more. The line has to be where it was.
    package func checkWhole() throws(RecordError) {
        if let message = hallmark_picker_check(picker) {
            throw RecordError(description: String(cString: message))
        }
    }

    /// What the line that was read last is; asks for `RecordField.judged`.
    package var verdict: RecordVerdict { RecordVerdict(self) }

    private func entry(_ field: RecordField) -> hallmark_picked? {
        let index = first[field.place]
        return index < 0 ? nil : values[Int(index)]
    }

    /// Whether the field has a value.
    package func has(_ field: RecordField) -> Bool { first[field.place] >= 0 }

    /// The field's first value as text.
    package func text(_ field: RecordField) -> String? { entry(field).map(Self.text) }

    /// The field's first value as a number.
    package func integer(_ field: RecordField) -> Int? {
        guard let entry = entry(field), entry.kind == Int32(hallmark_picked_integer.rawValue) else {
            return nil
        }
        return Int(entry.number)
    }

    package func boolean(_ field: RecordField) -> Bool {
        // Some stores make texts of truth values.
        entry(field).map { $0.number != 0 || Self.text($0) == "true" } ?? false
    }

    /// All values of the field, in order.
    package func texts(_ field: RecordField, limit: Int = .max) -> [String] {
        var result: [String] = []
        guard let start = entry(field) else { return result }
        for index in Int(first[field.place])..<values.count where values[index].path == start.path {
            if result.count == limit { break }
            result.append(Self.text(values[index]))
        }
        return result
    }

    /// Calls `body` with the bytes of the field's first value.
    package func withBytes<R>(_ field: RecordField, _ body: (UnsafeRawBufferPointer) -> R) -> R? {
        guard let entry = entry(field), let text = entry.text else { return nil }
        return body(UnsafeRawBufferPointer(start: text, count: entry.length))
    }

    /// The values of several fields, grouped by the object in the array that they belong to.
    ///
    /// Of a field that has several values in an object the first counts, or all with blanks between them.
    ///
    /// - Parameters:
    ///   - element: the field that marks the begin of each object.
    ///   - joined: the fields of which all values count.
    package func groups(_ element: RecordField, _ members: [RecordField], joined: [RecordField] = [])
        -> [[RecordField: String]]
    {
        var result: [[RecordField: String]] = []
        guard let start = entry(element) else { return result }
        for index in Int(first[element.place])..<values.count {
            if values[index].path == start.path {
                result.append([:])
            } else {
                let field = fields[Int(values[index].path)]
                guard members.contains(field) else { continue }
                if let known = result[result.count - 1][field] {
                    guard joined.contains(field) else { continue }
                    result[result.count - 1][field] = known + " " + Self.text(values[index])
                } else {
                    result[result.count - 1][field] = Self.text(values[index])
                }
            }
        }
        return result
    }

    private static func text(_ value: hallmark_picked) -> String {
        switch value.kind {
        case Int32(hallmark_picked_integer.rawValue): return String(value.number)
        case Int32(hallmark_picked_boolean.rawValue): return value.number == 0 ? "false" : "true"
        default:
            guard let text = value.text else { return "" }
            return String(
                decoding: UnsafeRawBufferPointer(start: text, count: value.length),
                as: UTF8.self
            )
        }
    }
}

extension RecordPicker: RecordFacts {
    package var damagedFrame: RecordFrame? { RecordFrame.numbered(hallmark_picker_misplaced(picker)) }

    package var areLeadsDamaged: Bool { readLeads == nil }

    /// The leads of the line that was read; none of one that is no record (`RecordVerdict`).
    ///
    /// Asks for `RecordField.leads`.
    package var leads: [RecordedLead] { readLeads ?? [] }

    private var readLeads: [RecordedLead]? {
        guard has(.leads) else { return [] }
        return withBytes(.leads) { RecordedLead.all(json: $0, tree) } ?? nil
    }
    package var isOfOtherModule: Bool {
        texts(.module).contains { $0 != RecordFact.ownModule }
    }
    /// What says only what a line is about is none.
    package var hasFieldOfOurs: Bool {
        values.contains { value in
            let name = fields[Int(value.path)].name
            return ["tls.", "hallmark.", "http.", "server."].contains { name.hasPrefix($0) }
        }
    }

    package func value(_ fact: RecordFact) -> RecordFactValue {
        guard let entry = entry(RecordField.judged[fact.rawValue]) else { return .absent }
        switch entry.kind {
        case Int32(hallmark_picked_integer.rawValue): return .number(Int(entry.number))
        case Int32(hallmark_picked_text.rawValue):
            let text = UnsafeRawBufferPointer(start: entry.text, count: entry.length)
            return .text(text.bindMemory(to: UInt8.self))
        case Int32(hallmark_picked_boolean.rawValue): return .truth(entry.number != 0)
        default: return .other
        }
    }
}
