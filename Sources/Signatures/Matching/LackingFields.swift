import Observations
import Wire

/// Which fields a record cannot have: a test of them that does not hold says nothing.
///
/// They are those that the source of an imported record does not know, and in every record those of a
/// certificate of which only the begin was read. It is worked out for the first record of a kind; those after
/// it cost a comparison of texts.
struct LackingFields {
    private let fidelity: Int
    private let lacks: Int
    private let limits: Int
    private let selfSigned: Int
    private let selfIssued: Int
    private let relations: Int
    private let names: [String]
    /// By field id: whether it holds a distinguished name, whose text is no key but in our own spelling.
    private let isName: [Bool]
    /// What was worked out for kinds of record.
    private var known: [Kind] = []
    /// Which of them the last record is of; nil when it can have everything.
    private var place: Int?
    private static let mostKinds = 64

    /// What records lack that say the same of it.
    private struct Kind {
        let isText: Bool
        let lacking: [String]
        let bounds: [String]
        /// By field id: whether the field, when it is not there, could not be there.
        var isLacking: [Bool] = []
        /// By field id: whether the field, where it is there, may hold a part of what was sent.
        var isPartial: [Bool] = []
        /// Whether of the relations those are not known that hang on the rest of the chain.
        var lacksChain = false
        /// Whether only the begin of the certificate was read.
        var isCut = false
        /// What that makes of rules; nil before it is asked for.
        var fates: RuleFates?
    }

    init(_ names: [String]) {
        self.names = names
        fidelity = names.firstIndex(of: "hallmark.source.fidelity") ?? -1
        lacks = names.firstIndex(of: "hallmark.source.lacks") ?? -1
        limits = names.firstIndex(of: "hallmark.limits") ?? -1
        selfSigned = names.firstIndex(of: "hallmark.certificate.self_signed") ?? -1
        selfIssued = names.firstIndex(of: "hallmark.certificate.self_issued") ?? -1
        relations = names.firstIndex(of: Self.relationsName) ?? -1
        isName = names.map(FieldTest.isName)
    }

    private static let relationsName = "hallmark.certificate.relations"

    /// Looks at a record.
    ///
    /// - Returns: whether there is anything that it cannot have.
    mutating func read(_ view: FieldView) -> Bool {
        let last = place
        place = nil
        guard view.count > 0, fidelity >= 0, lacks >= 0, limits >= 0 else { return false }
        let isText = view.text(fidelity) == Fidelity.text.rawValue
        let bounds = view.has(limits) ? view.texts(limits).filter { Self.partial($0) != nil } : []
        func isSame(_ kind: Kind) -> Bool {
            kind.isText == isText && kind.bounds == bounds && view.holds(kind.lacking, in: lacks)
        }
        // Nearly all records of a source lack the same.
        if let last, isSame(known[last]) {
            place = last
        } else if let found = known.firstIndex(where: isSame) {
            place = found
        } else {
            let lacking = view.has(lacks) ? view.texts(lacks) : []
            guard isText || !lacking.isEmpty || !bounds.isEmpty else { return false }
            if known.count == Self.mostKinds { known.removeAll() }
            known.append(learn(isText, lacking, bounds))
            place = known.count - 1
        }
        return true
    }

    private func learn(_ isText: Bool, _ lacking: [String], _ bounds: [String]) -> Kind {
        var kind = Kind(isText: isText, lacking: lacking, bounds: bounds)
        kind.isCut = bounds.contains(ReachedBound.certificateBytes.rawValue)
        kind.lacksChain = lacking.contains(Self.relationsName)
        let partial = bounds.compactMap(Self.partial)
        // The leaf's own relations are known without the rest of the chain.
        let begins = lacking.filter { !$0.isEmpty && $0 != Self.relationsName }
        let isListed = names.map { name in begins.contains { name.hasPrefix($0) } }
        kind.isPartial = names.enumerated().map { index, name in
            partial.contains { part in
                part.fields.contains { name.hasPrefix($0) } && !part.whole.contains { name.hasPrefix($0) }
            } || isListed[index] && Self.lists.contains { name.hasPrefix($0) }
        }
        kind.isLacking = names.enumerated().map { index, name in
            isListed[index] || partial.contains { $0.fields.contains { name.hasPrefix($0) } }
        }
        return kind
    }

    /// Lists that may be there and not whole.
    private static let lists = ["tls.server.certificate_chain", "hallmark.certificate.chain."]

    /// Whether a test that does not hold is undecided.
    func isUnknown(_ atom: RuleSet.Atom, _ view: FieldView) -> Bool {
        guard let place else { return false }
        let kind = known[place]
        if kind.lacksChain, atom.field == relations, atom.subject == .chain { return true }
        return isUnknown(atom.field, kind, view) || atom.other >= 0 && isUnknown(atom.other, kind, view)
    }

    private func isUnknown(_ field: Int, _ kind: Kind, _ view: FieldView) -> Bool {
        if kind.isText, isName[field] { return true }
        return kind.isPartial[field] || kind.isLacking[field] && !view.has(field)
    }

    /// Whether a test is undecided although it holds: by a spelling that is not ours.
    func isForeign(_ atom: RuleSet.Atom) -> Bool {
        guard atom.subject == .spelling, let place else { return false }
        return known[place].isText
    }

    /// What becomes of rules in the record that was read last.
    mutating func fates(of ruleSet: RuleSet, _ view: FieldView) -> RuleFates {
        guard let place else { return RuleFates(of: ruleSet) }
        let kind = known[place]
        // One that has a field all the same, of those that its source lacks, is decided for itself.
        for index in 0..<view.count {
            let field = view[index].field
            if kind.isLacking[field], !kind.isPartial[field] { return RuleFates(of: ruleSet) }
        }
        if let fates = kind.fates { return fates }
        let learned = RuleFates(
            of: ruleSet,
            isLacking: names.indices.map { kind.isLacking[$0] && !kind.isPartial[$0] },
            mayLack: names.indices.map {
                kind.isPartial[$0] || kind.isText && isName[$0] || kind.lacksChain && $0 == relations
            }
        )
        known[place].fates = learned
        return learned
    }

    /// What stands for a field that the record that was read last cannot have, and the place of its value.
    ///
    /// A certificate's own signature is its end. Whoever pads a certificate until nobody reads that far must
    /// not be safe from every rule for certificates that sign themselves: one that names itself as its issuer
    /// is taken for one, and the lead says so.
    func standIn(_ view: FieldView) -> (field: Int, place: Int)? {
        guard let place, known[place].isCut, selfSigned >= 0, selfIssued >= 0, !view.has(selfSigned),
            view.has(selfIssued)
        else {
            return nil
        }
        return (selfSigned, view.first(selfIssued))
    }

    /// The fields, by the begins of their names, that a bound of `hallmark.limits` leaves in part, and those
    /// of them that are whole where they are there at all.
    private static func partial(_ bound: String) -> (fields: [String], whole: [String])? {
        switch ReachedBound(rawValue: bound) {
        case .certificateBytes: (certificate, beforeExtensions)
        case .certificates:
            (
                [
                    "tls.server.certificate_chain", "hallmark.certificate.chain.",
                    "hallmark.certificate.relations",
                ], []
            )
        default: nil
        }
    }

    private static let certificate = [
        "tls.server.hash.", "tls.server.certificate_chain", "tls.server.subject", "tls.server.issuer",
        "tls.server.not_before", "tls.server.not_after", "tls.server.x509.", "tls.server.ja4x",
        "hallmark.certificate.",
    ]

    /// What stands before the extensions of a certificate (RFC 5280, section 4.1).
    private static let beforeExtensions = [
        "tls.server.subject", "tls.server.issuer", "tls.server.not_before", "tls.server.not_after",
        "tls.server.x509.version_number", "tls.server.x509.serial_number", "tls.server.x509.not_",
        "tls.server.x509.signature_algorithm", "tls.server.x509.public_key", "tls.server.x509.issuer",
        "tls.server.x509.subject", "hallmark.certificate.serial.", "hallmark.certificate.subject_attributes",
        "hallmark.certificate.subject_oids", "hallmark.certificate.issuer_",
        "hallmark.certificate.self_issued", "hallmark.certificate.spki_sha256",
        "hallmark.certificate.validity_",
    ]
}
