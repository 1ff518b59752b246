/// How far a pivot goes.
package struct PivotOptions: Sendable {
    package enum Order: String, CaseIterable, Sendable {
        case score, time
    }

    /// 1: what shares the marks of the query; 2: also what shares the marks of that.
    package var depth = 1
    /// How many results at most.
    package var limit = 50
    package var order = Order.score
    /// Only what was seen in this time, in milliseconds since 1970.
    package var since: Int?
    package var until: Int?
    /// Results of less weight are left out, in bits.
    package var leastScore = 0.0
    /// Whether to say who connected to what the query names and to what shares its marks.
    package var wantsClients = false
    /// Says of a mark which benign software or service shows it, or nil.
    package var benign: @Sendable (Mark) -> String? = { _ in nil }

    package init() {}
}
