import Bytes
import Corpus
import Export
import Observations

extension WarehouseQuery {
    /// A condition that holds for the records of which a corpus makes a mark.
    ///
    /// It is put so that the table's indexes tell which blocks cannot hold the value.
    mutating func condition(_ mark: Mark) -> String {
        var parts = [value(of: mark)]
        let kind = mark.kind
        if kind.isOfService {
            parts.append("\(ClickHousePivot.sighting) != 0")
        } else {
            parts.append("\(ClickHousePivot.certificate) != ''")
            if kind.family == .issuer { parts.append("NOT \(ClickHousePivot.isSelfIssued)") }
            if kind == .subject || kind == .issuer { parts.append("NOT \(ClickHousePivot.isText)") }
        }
        return parts.joined(separator: " AND ")
    }

    private mutating func value(of mark: Mark) -> String {
        switch mark.kind {
        case .window: return window(mark.value)
        case .shape: return equals(ClickHousePivot.shape, mark)
        case .namePattern: return equals(ClickHousePivot.namePattern, mark)
        case .nameSet: return names(mark)
        case .name: return has(ClickHousePivot.names, mark, first: nil)
        default: break
        }
        // Only the kinds above are made of more than a field.
        guard let name = mark.kind.source?.name, let field = Field.named(name) else { return "0" }
        if mark.kind == .server { return equals(ClickHousePivot.server, mark) }
        switch field.kind {
        case .date: return time(field, mark.value)
        case .long:
            guard let number = Int(mark.value), String(number) == mark.value else { return "0" }
            return "\(field.column) = \(value(number))"
        default:
            return field.isList ? has(field.column, mark, first: 20) : equals(field.column, mark)
        }
    }

    // MARK: Texts

    /// Whether a corpus may have cut a value to this one.
    private static func isCut(_ mark: Mark) -> Bool {
        mark.kind.isOfService
            ? mark.value.count == 256 && mark.value.utf8.count <= 1024 : mark.value.utf8.count >= 1024
    }

    /// What a value that was cut begins with: the end of it may have been a part of a character.
    private mutating func beginning(_ expression: String, _ mark: Mark) -> String {
        let least = mark.kind.isOfService ? 513 : 1024
        var start = mark.value
        while start.last == "\u{fffd}" { start.removeLast() }
        return "(startsWith(\(expression), \(value(start))) AND length(\(expression)) >= \(least))"
    }

    private mutating func equals(_ column: String, _ mark: Mark) -> String {
        let whole = "\(column) = \(value(mark.value))"
        guard Self.isCut(mark) else { return whole }
        return "(\(whole) OR \(beginning("ifNull(\(column), '')", mark)))"
    }

    /// - Parameter first: so many values of the list count; nil for all.
    private mutating func has(_ column: String, _ mark: Mark, first: Int?) -> String {
        let list = first.map { "arraySlice(\(column), 1, \($0))" } ?? column
        guard !Self.isCut(mark) else { return "arrayExists(v -> \(beginning("v", mark)), \(list))" }
        let text = value(mark.value)
        return first == nil ? "has(\(column), \(text))" : "has(\(column), \(text)) AND has(\(list), \(text))"
    }

    /// A set of names, sorted and joined by commas.
    private mutating func names(_ mark: Mark) -> String {
        let names = ClickHousePivot.names
        let set = "arrayStringConcat(arraySort(\(names)), ',')"
        // The first name is one of these, though a name may have commas; the index goes by it.
        var starts = mark.value.indices.filter { mark.value[$0] == "," }.map { String(mark.value[..<$0]) }
        if starts.count > 200 { starts = [] }
        let known = starts.isEmpty ? "1" : "hasAny(\(names), \(value(starts)))"
        let whole = Self.isCut(mark) ? beginning(set, mark) : "\(set) = \(value(mark.value))"
        return "length(\(names)) > 1 AND \(known) AND \(whole)"
    }

    // MARK: Times

    /// Times that ClickHouse holds as they are written.
    private static let years = 1900...2261

    /// A time that stands in the record as this text.
    private mutating func time(_ field: Field, _ text: String) -> String {
        let parsed = "parseDateTime64BestEffortOrNull(\(value(text)), 3, 'UTC')"
        // What can be spelled in one way only is known by its time.
        if let time = RFC3339.milliseconds(text), RFC3339.secondsText(time) == text,
            Int(text.prefix(4)).map({ Self.years.contains($0) }) ?? false
        {
            return "\(field.column) = \(parsed)"
        }
        let keys = field.name.split(separator: ".").map { "'\($0)'" }.joined(separator: ", ")
        let same = "JSONExtractString(record, \(keys)) = \(value(text))"
        return "(\(field.column) = \(parsed) OR \(field.column) IS NULL) AND \(same)"
    }

    /// The begin and the end of a certificate's validity.
    private mutating func window(_ text: String) -> String {
        let times = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard times.count == 2, let begin = Field.named(RecordField.notBefore.name),
            let end = Field.named(RecordField.notAfter.name)
        else { return "0" }
        return time(begin, String(times[0])) + " AND " + time(end, String(times[1]))
    }
}
