/// Why a warehouse was not reached, or what it says that can't be used, in words for its user.
package struct WarehouseError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
