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
    private let names: [String]
    /// By field id: whether the field, when it is not there, could not be there.
    private var isLacking: [Bool] = []
    /// By field id: whether the field, where it is there, may hold a part of what was sent.
    private var isPartial: [Bool] = []
    /// By field id: whether it holds a distinguished name, whose text is no key but in our own spelling.
    private let isName: [Bool]
    private var isText = false
    /// Whether only the begin of the certificate was read.
    private var isCut = false
    private var key: (isText: Bool, lacking: [String], bounds: [String])?
    /// What that makes of rules; nil before it is asked for.
    private var fates: RuleFates?

    init(_ names: [String]) {
        self.names = names
        fidelity = names.firstIndex(of: "hallmark.source.fidelity") ?? -1
        lacks = names.firstIndex(of: "hallmark.source.lacks") ?? -1
        limits = names.firstIndex(of: "hallmark.limits") ?? -1
        selfSigned = names.firstIndex(of: "hallmark.certificate.self_signed") ?? -1
        selfIssued = names.firstIndex(of: "hallmark.certificate.self_issued") ?? -1
        isName = names.map {
            $0.hasSuffix(".distinguished_name") || $0 == "tls.server.subject" || $0 == "tls.server.issuer"
        }
    }

    /// Looks at a record.
    ///
    /// - Returns: whether there is anything that it cannot have.
    mutating func read(_ view: FieldView) -> Bool {
        guard view.count > 0, fidelity >= 0, lacks >= 0, limits >= 0 else { return false }
        isText = view.text(fidelity) == Fidelity.text.rawValue
        let bounds = view.has(limits) ? view.texts(limits).filter { Self.partial($0) != nil } : []
        // Nearly all records of a source lack the same.
        if let key, key.isText == isText, key.bounds == bounds, view.holds(key.lacking, in: lacks) {
            return isText || !key.lacking.isEmpty || !bounds.isEmpty
        }
        let lacking = view.has(lacks) ? view.texts(lacks) : []
        guard isText || !lacking.isEmpty || !bounds.isEmpty else { return false }
        if key?.isText != isText || key?.lacking != lacking || key?.bounds != bounds {
            learn(lacking, bounds)
        }
        return true
    }

    private mutating func learn(_ lacking: [String], _ bounds: [String]) {
        key = (isText, lacking, bounds)
        fates = nil
        isCut = bounds.contains(ReachedBound.certificateBytes.rawValue)
        let partial = bounds.compactMap(Self.partial)
        isPartial = names.map { name in
            partial.contains { part in
                part.fields.contains { name.hasPrefix($0) } && !part.whole.contains { name.hasPrefix($0) }
            }
        }
        isLacking = names.map { name in
            lacking.contains { name.hasPrefix($0) && !$0.isEmpty }
                || partial.contains { $0.fields.contains { name.hasPrefix($0) } }
        }
    }

    /// Whether a test of a field that does not hold is undecided.
    func isUnknown(_ field: Int, _ view: FieldView) -> Bool {
        if isText, isName[field] { return true }
        return isPartial[field] || isLacking[field] && !view.has(field)
    }

    /// What becomes of rules in the record that was read last.
    mutating func fates(of ruleSet: RuleSet, _ view: FieldView) -> RuleFates {
        // One that has a field all the same, of those that its source lacks, is decided for itself.
        for index in 0..<view.count where isLacking[view[index].field] { return RuleFates(of: ruleSet) }
        if let fates { return fates }
        let learned = RuleFates(
            of: ruleSet,
            isLacking: isLacking,
            mayLack: names.indices.map { isPartial[$0] || isText && isName[$0] }
        )
        fates = learned
        return learned
    }

    /// What stands for a field that the record that was read last cannot have, and the place of its value.
    ///
    /// A certificate's own signature is its end. Whoever pads a certificate until nobody reads that far must
    /// not be safe from every rule for certificates that sign themselves: one that names itself as its issuer
    /// is taken for one, and the lead says so.
    func standIn(_ view: FieldView) -> (field: Int, place: Int)? {
        guard isCut, selfSigned >= 0, selfIssued >= 0, !view.has(selfSigned), view.has(selfIssued) else {
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
