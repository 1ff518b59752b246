/// Who connects to a broker.
package enum BrokerRole: String, CaseIterable, Sendable {
    case submit, work, collect, watch

    /// Under which subjects it gets answers.
    var inbox: String { "_INBOX.\(rawValue)" }

    /// The account that its user is in.
    var account: String { self == .submit ? "HALLMARK" : "HALLMARK_\(rawValue.uppercased())" }
}
