/// Which part of which job, seen from where.
package struct ShardPlace: Hashable, Sendable {
    /// The vantage point of jobs that name none.
    package static let anyVantage = "any"

    package let job: String
    package let vantage: String
    /// Counted from 1.
    package let number: UInt32

    package init(job: String, vantage: String, number: UInt32) {
        self.job = job
        self.vantage = vantage
        self.number = number
    }

    /// Of a message's subject, `hallmark.work.VANTAGE.JOB.NUMBER`; nil for what is none.
    package init?(subject: String) {
        let parts = subject.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == "hallmark", let number = UInt32(parts[4]), number > 0,
            Self.isName(parts[2]), Self.isName(parts[3])
        else { return nil }
        self.init(job: String(parts[3]), vantage: String(parts[2]), number: number)
    }

    package var workSubject: String { "hallmark.work.\(vantage).\(job).\(number)" }
    package var resultSubject: String { "hallmark.results.\(vantage).\(job).\(number)" }

    /// Whether a text can be a job's name or a vantage point's: it becomes part of subjects and paths.
    package static func isName(_ text: some StringProtocol) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d || $0 == 0x5f
            }
    }
}
