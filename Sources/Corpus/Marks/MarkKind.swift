package import Observations

/// What a mark is of: a property that certificates or services can share.
///
/// Most are one field's value as it is, and stand in that field's row; four are made of several fields.
package struct MarkKind: Hashable, Sendable {
    /// The number in corpus files, which never changes.
    package let rawValue: Int

    package init?(rawValue: Int) {
        guard Self.definitions.indices.contains(rawValue), Self.definitions[rawValue] != nil else {
            return nil
        }
        self.rawValue = rawValue
    }

    private init(_ definition: Definition) { rawValue = definition.mark.number }

    /// A mark, what a query calls it, and the field that holds its value as it is.
    private struct Definition {
        let mark: FieldMark
        let name: String
        let source: RecordField?
    }

    /// The marks that are made of several fields.
    ///
    /// A set of names is not the field's text: it holds the names in lower case, and only where there are
    /// several.
    private static let composed = [
        Definition(mark: FieldMark(4, "validity", .validity), name: "validity", source: nil),
        Definition(mark: FieldMark(6, "shape", .shape), name: "shape", source: nil),
        Definition(
            mark: FieldMark(31, "names", .names),
            name: "hallmark.certificate.alternative_names_text",
            source: nil
        ),
        Definition(mark: FieldMark(32, "name_pattern", .names), name: "name_pattern", source: nil),
    ]

    /// By number.
    private static let definitions: [Definition?] = {
        let definitions =
            composed
            + Field.marks.map {
                Definition(mark: $0.mark, name: $0.field.name, source: RecordField($0.field))
            }
        var table = [Definition?](repeating: nil, count: 1 + (definitions.map(\.mark.number).max() ?? 0))
        for definition in definitions { table[definition.mark.number] = definition }
        return table
    }()

    /// In the order of their numbers, in which a corpus writes them.
    package static let allCases = definitions.compactMap { $0 }.map { MarkKind($0) }

    private var definition: Definition {
        guard let definition = Self.definitions[rawValue] else {
            preconditionFailure("there is no mark \(rawValue)")
        }
        return definition
    }

    package var isOfService: Bool { rawValue >= 60 }

    /// The record's field that the value is from, by which a query names the mark.
    package var field: String { definition.name }

    /// The short name that a query may use in place of the field.
    package var alias: String { definition.mark.alias }

    /// The field that holds the value as it is, where there is one.
    package var source: RecordField? { definition.source }

    /// Marks of one family say the same thing more or less exactly, so that only the rarest of them counts.
    package var family: FieldMark.Family { definition.mark.family }

    /// The kind that a query names by field or short name.
    package init?(query name: String) {
        let name = name == "hallmark.certificate.serial.integer" ? "serial" : name.lowercased()
        let definitions = Self.definitions.compactMap { $0 }
        guard
            let definition = definitions.first(where: { $0.mark.alias == name })
                ?? definitions.first(where: { $0.name == name })
        else { return nil }
        self.init(definition)
    }
}

extension MarkKind {
    /// The kinds that code asks for by name.
    package static let window = named("validity")
    package static let shape = named("shape")
    package static let name = named("name")
    package static let nameSet = named("names")
    package static let namePattern = named("name_pattern")
    package static let key = named("key")
    package static let serial = named("serial")
    package static let subject = named("subject")
    package static let subjectCommonName = named("subject.cn")
    package static let issuer = named("issuer")
    package static let jarm = named("jarm")
    package static let title = named("title")
    package static let server = named("server")
    package static let tbs = named("tbs")

    package static let tlsVersion = named("tls")
    package static let curve = named("curve")

    private static func named(_ alias: String) -> MarkKind {
        guard let kind = MarkKind(query: alias) else { preconditionFailure("there is no mark \(alias)") }
        return kind
    }
}
