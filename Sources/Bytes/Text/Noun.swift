/// The form of a noun that goes with a number: `1 entry`, `2 entries`.
///
/// - Parameter plural: where it is not the noun with an `s`.
package func noun(_ noun: String, plural: String? = nil, for count: some BinaryInteger) -> String {
    count == 1 ? noun : plural ?? noun + "s"
}
