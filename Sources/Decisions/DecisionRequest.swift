import Bytes
import Observations

/// What somebody wants remembered, checked: the only place that says what a decision may hold, whether it
/// comes from a command, a form or a program.
package struct DecisionRequest: Equatable, Sendable {
    package let subject: DecisionSubject
    package let verdict: Decision.Verdict
    package let because: String
    package let by: String
    package let reference: String?
    /// From when on it no longer holds, in milliseconds since 1970.
    package let until: Int?

    /// - Parameters:
    ///   - subject: as a person writes it.
    ///   - by: who decides.
    ///   - reference: the case; an empty text is none.
    ///   - until: a day or a time (RFC 3339); an empty text is none.
    ///   - now: milliseconds since 1970.
    /// - Throws: with what is wrong, as whoever sent it is told.
    package init(
        subject: String,
        verdict: String,
        because: String,
        by: String,
        reference: String? = nil,
        until: String? = nil,
        now: Int
    ) throws(DecisionError) {
        guard let known = DecisionSubject(subject) else {
            let fault = Self.fault(ofMark: subject).map { ": \($0)" } ?? ""
            throw DecisionError(
                description:
                    "'\(subject)' is no endpoint, no SHA-256, no key=SHA-256 and no field=value of the record\(fault)"
            )
        }
        if known.kind == .mark, let fault = Self.fault(ofMark: subject) {
            throw DecisionError(description: "'\(subject)' would hold for nothing: \(fault)")
        }
        guard let chosen = Decision.Verdict(rawValue: verdict) else {
            let names = Decision.Verdict.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecisionError(description: "'\(verdict)' is no verdict: use one of \(names)")
        }
        (self.subject, self.verdict) = (known, chosen)
        let (because, reference) = (Self.trimmed(because), Self.trimmed(reference ?? ""))
        guard !because.isEmpty else { throw DecisionError(description: "a decision wants a reason") }
        for text in [because, by, reference] where text.utf8.count > Decision.longest {
            throw DecisionError(description: "a text is longer than \(Decision.longest) bytes")
        }
        (self.because, self.by) = (because, by)
        self.reference = reference.isEmpty ? nil : reference
        self.until = try until.flatMap { $0.isEmpty ? nil : $0 }.map(Self.time)
        if let end = self.until, end <= now {
            throw DecisionError(
                description: "'\(until ?? "")' has passed: the decision would hold for nothing"
            )
        }
    }

    /// What is wrong with the value of what is written as a mark.
    private static func fault(ofMark text: String) -> String? {
        guard let equals = text.firstIndex(of: "="), !text.hasPrefix("key=") else { return nil }
        return Field.fault(of: String(text[text.index(after: equals)...]), in: String(text[..<equals]))
    }

    /// Without the blanks around it.
    private static func trimmed(_ text: String) -> String {
        let blank: (Character) -> Bool = { $0.isWhitespace }
        let start = text.drop(while: blank)
        return String(start.reversed().drop(while: blank).reversed())
    }

    private static func time(_ text: String) throws(DecisionError) -> Int {
        guard let time = RFC3339.milliseconds(text) else {
            throw DecisionError(
                description: "'\(text)' is not a time: use 2026-11-22 or 2026-11-22T03:31:00Z"
            )
        }
        return time
    }

    /// The decision, made at a time.
    ///
    /// - Parameters:
    ///   - time: milliseconds since 1970.
    ///   - evidence: what spoke for the leads that are known; what is too much is cut off.
    package func decision(at time: Int, evidence: [String] = []) -> Decision {
        Decision(
            subject,
            verdict,
            because: because,
            by: by,
            reference: reference,
            time: time,
            until: until,
            evidence: Array(evidence.prefix(Decision.mostEvidence))
        )
    }
}
