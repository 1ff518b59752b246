import CSimdjson

/// A field by which a line is known as a record, and what it has to hold.
///
/// The fields are ones of `Field`; a reader that judges lines asks for all of them.
package enum RecordFact: Int, CaseIterable, Sendable {
    case dataset, timestamp, outcome, address, ip, port, sha256, key, body, notBefore, notAfter, begin, end
    case keySize, lifetime, ingested, firstSighting, lastSighting
    case keyAlgorithm, signatureAlgorithm, selfSigned

    /// All but the dataset, which says how the others are read.
    static let held = allCases.filter { $0 != .dataset }

    /// What `event.module` is of a record of ours that says any: we write none.
    package static let ownModule = "hallmark"

    /// The field's name.
    package var field: String {
        switch self {
        case .dataset: "event.dataset"
        case .timestamp: "@timestamp"
        case .outcome: "event.outcome"
        case .address: "server.address"
        case .ip: "server.ip"
        case .port: "server.port"
        case .sha256: "tls.server.hash.sha256"
        case .key: "hallmark.certificate.spki_sha256"
        case .body: "hallmark.certificate.tbs_no_ct_sha256"
        case .notBefore: "tls.server.x509.not_before"
        case .notAfter: "tls.server.x509.not_after"
        case .begin: "tls.server.not_before"
        case .end: "tls.server.not_after"
        case .keySize: "tls.server.x509.public_key_size"
        case .lifetime: "hallmark.certificate.validity_seconds"
        case .ingested: "event.ingested"
        case .firstSighting: "hallmark.sightings.first"
        case .lastSighting: "hallmark.sightings.last"
        case .keyAlgorithm: "tls.server.x509.public_key_algorithm"
        case .signatureAlgorithm: "tls.server.x509.signature_algorithm"
        case .selfSigned: "hallmark.certificate.self_signed"
        }
    }

    /// What the field holds in a record of ours.
    var wanted: String {
        switch self {
        case .dataset: "the name of a kind of records"
        case .timestamp, .notBefore, .notAfter, .begin, .end, .ingested, .firstSighting, .lastSighting:
            "a time"
        case .outcome: "'success' or 'failure'"
        case .address, .keyAlgorithm, .signatureAlgorithm: "a text"
        case .ip: "an address"
        case .port: "a port"
        case .sha256, .key, .body: "a SHA-256"
        case .keySize, .lifetime: "a number"
        case .selfSigned: "'true' or 'false'"
        }
    }
}

/// A part of a record: where something else stands in its place, what it would tell is lost.
package struct RecordFrame: Equatable, Sendable {
    package let path: String
    fileprivate let form: hallmark_frame_form

    /// Whether several objects belong there.
    package var isList: Bool { form == hallmark_frame_list }
    /// Whether no object belongs there.
    package var isValue: Bool { form == hallmark_frame_value }
    /// Whether nothing but texts belongs there.
    package var isTexts: Bool { form == hallmark_frame_texts }

    /// What belongs there, for a person.
    fileprivate var wanted: String {
        if isTexts { return "list of texts" }
        return isList ? "list of objects" : "object"
    }

    /// All of them, in the order in which they are looked at.
    package static let all: [RecordFrame] = {
        var frames: [RecordFrame] = []
        while let path = hallmark_record_frame(frames.count) {
            let form = hallmark_record_frame_form(frames.count)
            frames.append(RecordFrame(path: String(cString: path), form: form))
        }
        return frames
    }()

    /// The frame that the readers in C name by its index and 1; nil for 0.
    static func numbered(_ number: Int) -> RecordFrame? {
        number > 0 && number <= all.count ? all[number - 1] : nil
    }

    /// Whether a value may stand in the frame's place; `null` is as good as absent.
    func allows(_ node: JSONNode) -> Bool {
        guard node.isArray else { return allowsElement(node) }
        return form != hallmark_frame_object && node.parts.allSatisfy { allowsElement($0) }
    }

    private func allowsElement(_ node: JSONNode) -> Bool {
        if node.isNull { return true }
        return isTexts ? node.bytes != nil : !node.isArray && node.isObject != isValue
    }
}

/// What a field of a line holds, as far as a verdict hangs on it.
package enum RecordFactValue {
    case absent
    /// UTF-8, good as long as what the reader holds.
    case text(UnsafeBufferPointer<UInt8>)
    /// A whole number that JSON wrote as a number.
    case number(Int)
    case truth(Bool)
    case other
}

/// A line as some reader has read it.
package protocol RecordFacts {
    /// The first frame in whose place something else stands.
    var damagedFrame: RecordFrame? { get }

    /// Whether `hallmark.leads` was read and holds what is no lead (`RecordedLead`).
    ///
    /// Who assesses a record anew, and takes older leads out, does not read them.
    var areLeadsDamaged: Bool { get }

    /// Whether it says that it is a record of another program's module (`event.module`).
    ///
    /// `RecordFact.ownModule` is ours.
    var isOfOtherModule: Bool { get }

    /// Whether it holds any field of ours, wherever it was seen.
    var hasFieldOfOurs: Bool { get }

    /// What the field's first value is; `null` is as good as absent.
    func value(_ fact: RecordFact) -> RecordFactValue
}

/// Why a JSON object is no record of ours.
package enum RecordFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// It is somebody else's.
    case foreign
    /// It says that it is one of ours, and names neither an endpoint nor a certificate.
    case nameless
    /// It does not say when it was seen.
    case timeless
    /// Something else stands where a part of a record belongs.
    case frame(RecordFrame)
    /// A lead that none can be.
    case lead
    /// A field holds what nobody can have observed.
    case damaged(RecordFact)

    package var description: String {
        switch self {
        case .foreign: "no record of ours"
        case .nameless: "it names neither an endpoint nor a certificate"
        case .timeless: "there is no '@timestamp'"
        case .frame(let frame):
            if let fact = RecordFact.allCases.first(where: { $0.field == frame.path }) {
                Self.damaged(fact).description
            } else {
                "'\(frame.path)' is no \(frame.wanted)"
            }
        case .lead: "'hallmark.leads' holds what is no lead: \(RecordedLead.form)"
        case .damaged(let fact): "'\(fact.field)' does not hold \(fact.wanted)"
        }
    }
}
