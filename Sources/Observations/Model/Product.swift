/// What this program is called, in records and where it is asked.
package enum Product {
    /// The version (semver.org), in one place.
    package static let version: StaticString = "0.2.0"

    /// The commit that a source archive was made of, and its date; `git archive` writes them.
    package static let commit = "$Format:%h$"
    package static let date = "$Format:%cs$"

    /// The member `observer` of each record, with the comma before it; written from memory.
    static let observer: StaticString =
        ",\"observer\":{\"product\":\"Hallmark\",\"type\":\"scanner\",\"version\":\"0.2.0\"}"
}
