/// Why an inventory or a file that is compared can't be used, and where.
package struct InventoryError: Error, Equatable, CustomStringConvertible {
    package let file: String
    /// From 1; nil for the file as a whole.
    package let line: Int?
    package let reason: String

    package init(file: String, line: Int? = nil, reason: String) {
        self.file = file
        self.line = line
        self.reason = reason
    }

    package var description: String { line.map { "\(file):\($0): \(reason)" } ?? "\(file): \(reason)" }
}
