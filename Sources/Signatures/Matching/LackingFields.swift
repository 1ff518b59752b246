import Observations

/// Which fields the source of an imported record cannot have: a test of them that does not hold says nothing.
///
/// It is worked out for the first record of a source; those after it cost a comparison of texts.
struct LackingFields {
    private let fidelity: Int
    private let lacks: Int
    private let names: [String]
    /// By field id: whether the field, when it is not there, could not be there.
    private var isLacking: [Bool] = []
    /// By field id: whether it holds a distinguished name, whose text is no key but in our own spelling.
    private let isName: [Bool]
    private var isText = false
    private var key: [String]?

    init(_ names: [String]) {
        self.names = names
        fidelity = names.firstIndex(of: "hallmark.source.fidelity") ?? -1
        lacks = names.firstIndex(of: "hallmark.source.lacks") ?? -1
        isName = names.map {
            $0.hasSuffix(".distinguished_name") || $0 == "tls.server.subject" || $0 == "tls.server.issuer"
        }
    }

    /// Looks at a record.
    ///
    /// - Returns: whether there is anything that its source cannot have.
    mutating func read(_ view: FieldView) -> Bool {
        guard view.count > 0, fidelity >= 0, lacks >= 0, let word = view.text(fidelity) else { return false }
        let lacking = view.texts(lacks)
        isText = word == Fidelity.text.rawValue
        if key != lacking {
            key = lacking
            isLacking = names.map { name in
                lacking.contains { name.hasPrefix($0) && !$0.isEmpty }
            }
        }
        return isText || !lacking.isEmpty
    }

    /// Whether a test of a field that does not hold is undecided.
    func isUnknown(_ field: Int, _ view: FieldView) -> Bool {
        if isText, isName[field] { return true }
        return isLacking[field] && !view.has(field)
    }
}
