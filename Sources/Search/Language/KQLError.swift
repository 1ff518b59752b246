/// Why a text is no query.
package struct KQLError: Error, Equatable, CustomStringConvertible {
    /// Where, in characters from 1; nil for what concerns the whole.
    package let column: Int?
    package let reason: String

    package var description: String {
        column.map { "column \($0): \(reason)" } ?? reason
    }
}
