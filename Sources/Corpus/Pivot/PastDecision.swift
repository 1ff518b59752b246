/// What was decided in an earlier case of something that a pivot names.
package struct PastDecision: Equatable, Sendable {
    /// What it was about, as a decision writes it.
    package let subject: String
    package let verdict: String
    package let because: String
    /// The case or ticket; nil when none was named.
    package let reference: String?

    package init(subject: String, verdict: String, because: String, reference: String?) {
        self.subject = subject
        self.verdict = verdict
        self.because = because
        self.reference = reference
    }

    /// The decision as a person reads it: `block in case IR-12: 192.0.2.1:443, served stolen logins`.
    var text: String { "\(verdict)\(reference.map { " in case \($0)" } ?? ""): \(subject), \(because)" }
}
