/// How many fields the lines of a log without a head have: as many as its first one, if not fewer than the
/// mapping names.
///
/// A line of another number broke off, or has another one behind it, and would be read as one with the values
/// of both.
struct FieldWidth {
    static let fault = "another number of fields than such lines have"

    private let least: Int
    private var count: Int?

    init(_ mapping: Mapping) { least = mapping.columns.count }

    /// Whether a line is whole as far as its fields tell.
    ///
    /// - Parameter isWanted: whether the mapping asks for such entries: others have numbers of their own.
    mutating func takes(_ fields: Int, isWanted: Bool) -> Bool {
        guard least > 0, isWanted else { return true }
        guard fields >= least else { return false }
        if count == nil { count = fields }
        return fields == count
    }
}
