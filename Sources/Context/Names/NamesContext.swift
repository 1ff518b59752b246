import Bytes
package import Wire

/// Where the names of an endpoint's certificate point, and what its address is called.
package struct NamesContext: Equatable, Sendable {
    /// How much of it could be asked.
    package enum State: String, CaseIterable, Sendable {
        case complete
        /// Some questions had no answer.
        case partial
        /// No name server answers, or there was no time.
        case notAsked = "not_asked"
    }

    /// Whether the certificate belongs where it stands.
    package enum Direction: String, CaseIterable, Sendable {
        /// At least one of its names points here, or it is for the address itself.
        case here
        /// Every name was asked for, none points here, and some point elsewhere.
        case elsewhere
        /// Every name was asked for, and none has an address.
        case nowhere
        case unknown
    }

    package var state = State.complete
    /// Reverse names of the address; nil when it was not asked for.
    package var reverse: [String] = []
    /// Those of them that point back to the address.
    package var confirmed: [String] = []
    package var here: [String] = []
    package var elsewhere: [String] = []
    package var nowhere: [String] = []
    /// Wildcards whose probe has no address: names below them may have one.
    package var open: [String] = []
    /// Names without an answer, or with too many addresses to read them all.
    package var unanswered: [String] = []
    /// Where the names point that point elsewhere; at most 16.
    package var addresses: [IPAddress] = []
    /// Names that were not asked for: beyond the first 16, public suffixes, and what no host is called.
    package var more = 0
    package var policy: IssuerPolicy?

    /// The CAA records of the registrable domain: who may issue for it now, which need not be how it was at
    /// issuance.
    package struct IssuerPolicy: Equatable, Sendable {
        package var domain: String
        package var issuers: [String]
        /// Whether the certificate's issuer is among them; nil when it is not known by its domain.
        package var agrees: Bool?
    }

    /// Of a record for whose names there was no time.
    static let passedOver: NamesContext = {
        var context = NamesContext()
        context.state = .notAsked
        return context
    }()

    package var direction: Direction {
        if !here.isEmpty { return .here }
        guard unanswered.isEmpty, open.isEmpty, more == 0 else { return .unknown }
        if !elsewhere.isEmpty { return .elsewhere }
        return nowhere.isEmpty ? .unknown : .nowhere
    }

    private var hasNames: Bool { !(here + elsewhere + nowhere + open + unanswered).isEmpty }

    func append(to out: inout ByteBuffer) {
        out.object("names")
        out.member("state", word: state.rawValue)
        if hasNames { out.member("points", word: direction.rawValue) }
        out.texts("here", here)
        out.texts("elsewhere", elsewhere)
        out.texts("nowhere", nowhere)
        out.texts("open", open)
        out.texts("unanswered", unanswered)
        out.texts("addresses", addresses.map(\.description))
        if more > 0 { out.member("more", more) }
        out.texts("reverse", reverse)
        out.texts("reverse_confirmed", confirmed)
        if let policy {
            out.object("caa")
            out.member("domain", policy.domain)
            out.texts("issuers", policy.issuers)
            if let agrees = policy.agrees { out.member("agrees", agrees) }
            out.endObject()
        }
        out.endObject()
    }
}

extension ByteBuffer {
    /// An array of texts; nothing for none.
    mutating func texts(_ name: StaticString, _ values: [String]) {
        guard !values.isEmpty else { return }
        array(name)
        for value in values {
            comma()
            string(value)
        }
        endArray()
    }
}
