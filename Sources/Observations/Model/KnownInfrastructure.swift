/// What others list as infrastructure of attackers.
package enum KnownInfrastructure {
    /// The name in the place of a software's, where no list says which software it is.
    package static let name = "known infrastructure"

    /// An element of `hallmark.indicators` as a line of evidence.
    ///
    /// - Parameter member: gives out the text of a member by its name; nil without one.
    /// - Returns: the field with its value, then who lists it, since when, with which words and conditions.
    package static func evidence(
        isConfirmed: Bool,
        isAged: Bool,
        _ member: (String) -> String?
    ) -> String {
        var by = "listed by " + (member("feed") ?? "?")
        if let date = member("date") { by += ", \(date.prefix(10))" }
        if let until = member("until") { by += ", until \(until.prefix(10))" }
        if let description = member("description") { by += ": \(description)" }
        if let word = member("tlp") { by += "; TLP \(word)" }
        if let reference = member("case") { by += "; case \(reference)" }
        if isConfirmed { by += "; confirmed by you" }
        if isAged { by += "; aged" }
        return "\(member("field") ?? "?") = \(member("value") ?? "") (\(by))"
    }
}
