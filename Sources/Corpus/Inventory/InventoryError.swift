/// What is wrong in an inventory, and where.
package struct InventoryError: Error, Equatable, CustomStringConvertible {
    package let file: String
    /// The line, or the number of the entry in a format without lines of its own.
    package let line: Int
    package let reason: String

    package var description: String { "\(file):\(line): \(reason)" }
}
