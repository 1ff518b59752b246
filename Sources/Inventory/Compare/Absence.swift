/// Since when an asset's endpoint does not answer, in milliseconds since 1970.
package struct Absence: Sendable {
    /// The last answer.
    package let answered: Int
    /// The first failure after it.
    package let failed: Int?

    package init(answered: Int, failed: Int?) {
        self.answered = answered
        self.failed = failed
    }
}
