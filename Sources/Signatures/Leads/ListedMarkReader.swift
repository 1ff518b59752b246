import Bytes
import Observations

/// Reads `hallmark.indicators` back out of a record that tells them.
enum ListedMarkReader {
    /// More are left out.
    static let most = 32

    /// - Parameter names: the fields by their ids, as the view has them.
    static func read(_ view: FieldView, _ names: [String]) -> [ListedMark] {
        var members: [Int: [String: FieldValue]] = [:]
        for index in 0..<view.count {
            let value = view[index]
            let name = names[value.field]
            guard name.hasPrefix(prefix), value.element < most else { continue }
            let member = String(name.dropFirst(prefix.count))
            if members[value.element]?[member] == nil { members[value.element, default: [:]][member] = value }
        }
        return members.sorted { $0.key < $1.key }.compactMap { mark($0.value) }
    }

    private static let prefix = "hallmark.indicators."

    private static func mark(_ members: [String: FieldValue]) -> ListedMark? {
        func text(_ name: String) -> String? { members[name]?.string }
        func time(_ name: String) -> Int? { text(name).flatMap { RFC3339.milliseconds($0) } }
        guard let kind = text("kind").flatMap({ ListedMark.Kind(rawValue: $0) }), let feed = text("feed"),
            let field = text("field"), let value = text("value")
        else { return nil }
        let software = text("software.name").map { Software(name: $0, id: text("software.id")) }
        return ListedMark(
            kind,
            field: field,
            value: value,
            feed: feed,
            date: time("date"),
            until: time("until"),
            description: text("description"),
            tlp: text("tlp"),
            software: software,
            reference: text("case"),
            isConfirmed: members["confirmed"]?.truth == true,
            isAged: members["aged"]?.truth == true
        )
    }
}
