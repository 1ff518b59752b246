import Corpus
import Observations

/// A field as a column of an answer, in SQL over all four aliases.
struct SearchColumn {
    let field: SearchField

    /// The field's values as one text, joined by `;`.
    var text: String {
        switch field.place {
        case .endpoint(let column): "nullif(e.\(column), '')"
        case .target: "iif(e.name <> '', e.name, e.ip)"
        case .certificate(let column): "iif(\(SearchField.Place.isKnown(column)), c.\(column), NULL)"
        case .digest(let column): "nullif(hex(c.\(column)), '')"
        case .json, .listed:
            "(SELECT group_concat(\(Self.value), ';') FROM \(field.place.atoms ?? "") WHERE j.atom IS NOT NULL)"
        case .appearance(let kind): "hallmark_mark(a.marks, \(kind.rawValue))"
        case .lead(let column): "(SELECT group_concat(\(column), ';') FROM leads WHERE sighting = s.id)"
        case .leadLabel: "(SELECT group_concat(\(LeafBuilder.label), ';') FROM leads WHERE sighting = s.id)"
        case .known(let column):
            """
            (SELECT group_concat(\(SearchField.Place.shown(column)), ';') FROM
            (SELECT * FROM listed WHERE sighting = s.id ORDER BY place) l)
            """
        case .moments: "s.last_seen"
        case .sighting(let column): "s.\(column)"
        }
    }

    /// One value for each row, and what is joined to have it.
    var group: (value: String, join: String) {
        switch field.place {
        case .json, .listed: (Self.value, " CROSS JOIN \(field.place.atoms ?? "")")
        case .lead(let column): (column, " CROSS JOIN leads l ON l.sighting = s.id")
        case .leadLabel: (LeafBuilder.label, " CROSS JOIN leads l ON l.sighting = s.id")
        case .known(let column):
            (SearchField.Place.shown(column), " CROSS JOIN listed l ON l.sighting = s.id")
        case .moments:
            (
                "t.time / 86400000",
                """
                 CROSS JOIN moments t ON t.endpoint = s.endpoint AND t.certificate = s.certificate
                AND t.sighting = s.id
                """
            )
        default: (isTime ? "\(text) / 86400000" : text, "")
        }
    }

    /// Whether the column is a number of milliseconds.
    var isTime: Bool {
        if case .known = field.place { return false }
        return field.kind == .date && field.place.atoms == nil
    }

    var isOfLead: Bool {
        switch field.place {
        case .lead, .leadLabel: true
        default: false
        }
    }

    var needsCertificate: Bool {
        switch field.place {
        case .certificate, .digest, .json, .listed: true
        default: false
        }
    }

    /// A value of `json_each` as its JSON text has it.
    private static let value = "CASE j.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE j.atom END"
}
