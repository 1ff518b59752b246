/// What a lead is called that rests on nothing but what others list.
package enum KnownInfrastructure {
    /// The name in the place of a software's, where no list says which software it is.
    package static let name = "known infrastructure"
}
