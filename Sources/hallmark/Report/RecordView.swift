import Foundation

/// A record as it was written, read by dotted names.
///
/// For the few records that a person looks at; what is not there, or is of another type, is nil.
struct RecordView {
    private let members: [String: Any]

    init(_ members: [String: Any]) { self.members = members }

    /// Nil when `line` is no JSON object.
    init?(line: [UInt8]) {
        guard let members = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any] else {
            return nil
        }
        self.members = members
    }

    /// The text of a string or number.
    subscript(_ name: String) -> String? {
        switch value(name) {
        case let text as String: text
        case let number as NSNumber: number.stringValue
        case let list as [String]: list.isEmpty ? nil : list.joined(separator: ", ")
        default: nil
        }
    }

    func number(_ name: String) -> Int? { (value(name) as? NSNumber)?.intValue }

    func isTrue(_ name: String) -> Bool { (value(name) as? NSNumber)?.boolValue ?? false }

    /// The texts of an array; a single text counts as one.
    func texts(_ name: String) -> [String] {
        switch value(name) {
        case let list as [Any]: list.compactMap { $0 as? String ?? ($0 as? NSNumber)?.stringValue }
        case let text as String: [text]
        default: []
        }
    }

    /// The objects of an array.
    func objects(_ name: String) -> [RecordView] {
        ((value(name) as? [Any]) ?? []).compactMap { ($0 as? [String: Any]).map(RecordView.init) }
    }

    func object(_ name: String) -> RecordView? { (value(name) as? [String: Any]).map(RecordView.init) }

    private func value(_ name: String) -> Any? {
        var current: Any = members
        for part in name.split(separator: ".") {
            guard let object = current as? [String: Any], let next = object[String(part)] else { return nil }
            current = next
        }
        return current
    }
}
