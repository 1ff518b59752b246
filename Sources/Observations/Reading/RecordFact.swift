import CSimdjson

/// A field by which a line is known as a record, and what it has to hold.
///
/// The fields are ones of `Field`; a reader that judges lines asks for all of them.
package enum RecordFact: Int, CaseIterable, Sendable {
    case dataset, timestamp, outcome, address, ip, port, sha256, key, body, notBefore, notAfter, begin, end
    case keySize, lifetime, ingested, firstSighting, lastSighting

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
        }
    }

    /// What the field holds in a record of ours.
    var wanted: String {
        switch self {
        case .dataset: "the name of a kind of records"
        case .timestamp, .notBefore, .notAfter, .begin, .end, .ingested, .firstSighting, .lastSighting:
            "a time"
        case .outcome: "'success' or 'failure'"
        case .address: "a text"
        case .ip: "an address"
        case .port: "a port"
        case .sha256, .key, .body: "a SHA-256"
        case .keySize, .lifetime: "a number"
        }
    }

    /// Objects of a record: where something else stands in their place, what they would tell is lost.
    ///
    /// Some stores keep `hallmark` as an array of objects.
    package static let frames: [String] = {
        var frames: [String] = []
        while let path = hallmark_record_frame(frames.count) { frames.append(String(cString: path)) }
        return frames
    }()
}

/// What a field of a line holds, as far as a verdict hangs on it.
package enum RecordFactValue {
    case absent
    /// UTF-8, good as long as what the reader holds.
    case text(UnsafeBufferPointer<UInt8>)
    /// A whole number that JSON wrote as a number.
    case number(Int)
    case other
}

/// A line as some reader has read it.
package protocol RecordFacts {
    /// Whether something else stands where an object of a record belongs (`RecordFact.frames`).
    var isFrameDamaged: Bool { get }

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
    /// Something else stands where an object belongs.
    case frame
    /// A field holds what nobody can have observed.
    case damaged(RecordFact)

    package var description: String {
        switch self {
        case .foreign: "no record of ours"
        case .nameless: "it names neither an endpoint nor a certificate"
        case .timeless: "there is no '@timestamp'"
        case .frame: "'tls' or another object of a record is none"
        case .damaged(let fact): "'\(fact.field)' does not hold \(fact.wanted)"
        }
    }
}
