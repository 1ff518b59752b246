/// How many fields a whole line of a log has, where its mapping says so.
///
/// A line that broke off, or that has another one behind it, would be an entry with the values of two.
package enum FieldWidth: String, CaseIterable, Sendable {
    /// As many as the mapping has columns.
    case exact
    /// No fewer: later versions of the program add some.
    case least

    static let fault = "another number of fields than such lines have"

    /// Whether a line is whole as far as its fields tell.
    func takes(_ fields: [String], _ mapping: Mapping) -> Bool {
        let count = mapping.columns.count
        guard self == .least else { return fields.count == count }
        guard fields.count >= count else { return false }
        // What says of a line what it is stands in it once, also within a field whose quote nobody closed.
        let separator = Character(Unicode.Scalar(mapping.separator))
        return mapping.conditions.allSatisfy { condition in
            fields.count(where: condition.values.contains) <= 1
                && !condition.values.contains { value in
                    fields.contains { $0.contains("\(separator)\(value)\(separator)") }
                }
        }
    }
}
