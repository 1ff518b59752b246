/// A query of the Kibana Query Language as a tree.
///
/// The tree is the one that Kibana's published grammar gives (`kbn-es-query`, `grammar.peggy`): operators of
/// one level are one node, a list of values is a tree over the same field.
package indirect enum KQLNode: Equatable, Sendable {
    case or([KQLNode])
    case and([KQLNode])
    case not(KQLNode)
    /// `path:{ query }`: one object of a list has to fulfil all of it.
    case nested(KQLLiteral, KQLNode)
    /// `field : value`; without a field any text may hold the value.
    case equals(KQLLiteral, KQLLiteral)
    /// `field < value`.
    case range(KQLLiteral, Comparison, KQLLiteral)

    package enum Comparison: String, Sendable {
        case less = "lt"
        case atMost = "lte"
        case greater = "gt"
        case atLeast = "gte"
    }

    /// The tree in one line, by the names of Kibana's functions: `and(is(a, "b"), not(is(c, *)))`.
    package var description: String {
        switch self {
        case .or(let parts): "or(\(parts.map(\.description).joined(separator: ", ")))"
        case .and(let parts): "and(\(parts.map(\.description).joined(separator: ", ")))"
        case .not(let part): "not(\(part.description))"
        case .nested(let path, let part): "nested(\(path.description), \(part.description))"
        case .equals(let field, let value): "is(\(field.description), \(value.description))"
        case .range(let field, let comparison, let value):
            "range(\(field.description), \(comparison.rawValue), \(value.description))"
        }
    }
}
