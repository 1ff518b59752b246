import Bytes
package import Observations

/// A mark of a record that somebody lists as infrastructure of attackers: evidence, and no verdict.
package struct ListedMark: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// A certificate, by a digest over it.
        case certificate
        /// A public key, by the SHA-256 of its SubjectPublicKeyInfo.
        case key
        case serial, jarm, ja3s, ja4s
        /// A name that the endpoint has or its certificate is for.
        case name
        case address
        /// An address with a port.
        case endpoint
        /// A network that the address is in.
        case range
    }

    /// What the list of the user's own decisions is called.
    package static let casesFeed = "decisions"

    /// Whether it is listed by nobody else: the user decided to block or escalate what shares it.
    package var isOfCase: Bool { feed == Self.casesFeed }

    package let kind: Kind
    /// The field of the record that shows it.
    package let field: String
    /// Its value there.
    package let value: String
    /// Who lists it.
    package let feed: String
    /// When it was listed, or last confirmed by the list, in milliseconds since 1970; nil when no date is
    /// given.
    package let date: Int?
    /// Until when the list says that it holds.
    package let until: Int?
    /// What the list says of it.
    package let description: String?
    /// The Traffic Light Protocol's word, without `TLP:`, in lower case.
    package let tlp: String?
    package var software: Software?
    /// The case in which it was decided to block or escalate it.
    package let reference: String?
    /// Whether the list says that the user confirmed it.
    package let isConfirmed: Bool
    /// Whether it is so old at the time of the observation that it counts for less.
    package let isAged: Bool

    package init(
        _ kind: Kind,
        field: String,
        value: String,
        feed: String,
        date: Int? = nil,
        until: Int? = nil,
        description: String? = nil,
        tlp: String? = nil,
        software: Software? = nil,
        reference: String? = nil,
        isConfirmed: Bool = false,
        isAged: Bool = false
    ) {
        self.kind = kind
        self.field = field
        self.value = value
        self.feed = feed
        self.date = date
        self.until = until
        self.description = description
        self.tlp = tlp
        self.software = software
        self.reference = reference
        self.isConfirmed = isConfirmed
        self.isAged = isAged
    }

    /// Appends it as an element of `hallmark.indicators`.
    func append(to out: inout ByteBuffer) {
        out.element()
        out.member("kind", kind.rawValue)
        out.member("field", field)
        out.member("value", value)
        out.member("feed", feed)
        if let date { out.member("date", RFC3339.secondsText(date)) }
        if let until { out.member("until", RFC3339.secondsText(until)) }
        if let description { out.member("description", description) }
        if let tlp { out.member("tlp", tlp) }
        if let software {
            out.object("software")
            if let id = software.id { out.member("id", id) }
            out.member("name", software.name)
            out.endObject()
        }
        if let reference { out.member("case", reference) }
        if isConfirmed { out.member("confirmed", true) }
        if isAged { out.member("aged", true) }
        out.endObject()
    }
}

extension ListedMark.Kind {
    /// Milliseconds for which an entry counts in full.
    ///
    /// Certificates and keys stay with whoever has them; addresses and names change hands within weeks.
    private var lifetime: Int {
        let day = 86_400_000
        return switch self {
        case .certificate, .key, .serial: 730 * day
        case .jarm, .ja3s, .ja4s: 365 * day
        case .name, .address, .endpoint, .range: 90 * day
        }
    }

    /// Whether it stays with who had it, so that an entry without a date counts in full.
    private var isLasting: Bool {
        switch self {
        case .certificate, .key, .serial: true
        case .jarm, .ja3s, .ja4s, .name, .address, .endpoint, .range: false
        }
    }

    /// Whether an entry is so old that it counts for less.
    ///
    /// - Parameters:
    ///   - date: when it was listed, or last confirmed, in milliseconds since 1970; nil without a date.
    ///   - until: until when it holds.
    ///   - time: when the observation was made; 0 when it does not tell.
    package func isAged(date: Int?, until: Int?, at time: Int) -> Bool {
        if let until, time > 0, until <= time { return true }
        guard let date else { return until == nil && !isLasting }
        return time > 0 && date < time - lifetime
    }

    /// How much an entry weighs: the chance that what is listed is what the list says.
    ///
    /// Lists hold the addresses of hacked servers, stacks that a million innocent servers have, and at times
    /// an innocent appliance's certificate: nothing weighs as much as a mark of one tool alone, unless the
    /// user has confirmed it. A stack stays weak even then.
    package func weight(isConfirmed: Bool, isAged: Bool) -> Double {
        switch self {
        case .certificate, .key, .endpoint:
            isConfirmed ? (isAged ? 0.70 : 0.90) : isAged ? 0.40 : 0.60
        case .address, .name: isConfirmed ? (isAged ? 0.60 : 0.85) : isAged ? 0.20 : 0.50
        case .serial: isConfirmed ? (isAged ? 0.60 : 0.80) : isAged ? 0.25 : 0.45
        case .jarm, .ja3s, .ja4s, .range: isConfirmed ? (isAged ? 0.25 : 0.50) : isAged ? 0.10 : 0.25
        }
    }
}

/// What others list, as something that records are looked up in; from any number of threads at once.
package protocol MarkLists: AnyObject, Sendable {
    /// What is listed of a record's marks.
    ///
    /// - Parameters:
    ///   - view: the record, read by an `ObservationReader`.
    ///   - time: when it was observed, in milliseconds since 1970; 0 when it does not tell.
    func look(_ view: FieldView, at time: Int64) -> [ListedMark]

    /// What of all records that were looked up is listed and not told.
    var leftOut: LeftOutMarks { get }
}

/// What is listed of records and not told, because a record tells the heaviest alone.
package struct LeftOutMarks: Equatable, Sendable {
    /// So many marks of a record are told.
    package static let most = 32
    /// So many entries of one value are told.
    package static let mostLists = 8

    package let count: Int

    package init(_ count: Int) { self.count = count }

    /// What a person is told of it; nil when nothing is left out.
    package var text: String? {
        guard count > 0 else { return nil }
        return
            "\(count) more \(count == 1 ? "entry" : "entries") of lists left out: an observation tells the "
            + "\(Self.most) heaviest, and of one value \(Self.mostLists)"
    }
}
