import Observations

/// What a report tells of an endpoint: its latest record.
struct ReportedEndpoint {
    /// `192.0.2.1:443`, `[2001:db8::1]:443`, or a name where there is no address.
    let place: String
    let name: String
    /// Milliseconds since 1970; 0 when the record tells no time.
    let time: Int
    /// Whether it showed what was asked for.
    let isSuccess: Bool
    let errorCode: String
    let version: String
    let group: String
    let certificate: String
    let subject: String
    let issuer: String
    let notAfter: Int?
    let leads: [ReportedLead]
    /// The rulings on it, each as a sentence.
    let decisions: [String]
    /// Marks that rules know and that were not looked for, by what would have shown them and why it was not
    /// asked.
    let untested: [Untested: Int]

    struct Untested: Hashable {
        let what, reason: String
    }

    /// The strongest lead that nobody has dismissed.
    var strongest: ReportedLead? {
        leads.filter { !$0.isDismissed }.max { $0.confidence < $1.confidence }
    }
}

/// A lead of an endpoint, with what speaks for and against it.
struct ReportedLead {
    let software: String
    let confidence: Int
    let kinds: [String]
    let isDualUse: Bool
    let against: [String]
    let corroborate: [String]
    /// `tls.server.jarm = 07d1…`, with the rule that knows it.
    let evidence: [String]
    let rules: [ReportedRule]
    var isDismissed = false

    var label: LeadLabel { LeadLabel(confidence: confidence) }
}

/// A rule that matched.
struct ReportedRule: Hashable {
    let id, title: String
}
