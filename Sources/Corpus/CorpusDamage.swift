/// What a corpus holds and no version of this program has written.
package struct CorpusDamage: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }

    /// A sighting is of what is missing.
    package static var torn: CorpusDamage {
        CorpusDamage("a sighting is of an endpoint, a certificate or an appearance that is missing")
    }

    /// A column that holds part of a record holds something else.
    static var record: CorpusDamage { CorpusDamage("it holds a part of a record that is not JSON") }
}
