/// Decides whether a question that failed is asked again.
///
/// A name server that is being restarted, a route that is away for a moment and a full table of sockets pass.
/// They are waited out, longer each time, until nothing was heard of any server for the patience's length.
/// From then on questions fail at once, until something is heard again.
struct DNSPatience {
    enum Verdict: Equatable {
        /// After so many milliseconds.
        case askAgain(UInt64)
        case fail(DNSFailure)
    }

    private struct Asked {
        /// When it was asked first, or failed the last time.
        var checkedAt: UInt64
        var failuresBesideOthers = 0
        var failures = 0
        /// Those in which a server could not tell of this name while it told of others.
        var refusalsBesideOthers = 0
    }

    private let milliseconds: UInt64
    /// Questions that failed and will be asked again.
    private var asked: [DNSQuestion: Asked] = [:]
    /// When a server answered the last time.
    private var heardAt: UInt64?
    /// Since when none does.
    private var silentSince: UInt64?
    /// When a server told something of a name the last time.
    private var toldAt: UInt64?
    /// Since when servers answer and can tell of no name.
    private var failingSince: UInt64?
    /// Names that they could not tell of since then; more than two are not kept.
    private var failingNames: Set<String> = []

    /// How often a question is asked of servers that answer others.
    private static let triesBesideOthers = 6
    /// How often one is asked again that got no answer while others got theirs.
    private static let triesUnanswered = 1
    /// How often one is asked again that the server could not answer, as it may be just starting.
    private static let triesAfterRefusal = 1
    /// For how many milliseconds servers are waited for that answer and can tell of no name, as one does that
    /// is being restarted.
    private static let failingMilliseconds: UInt64 = 5000

    init(milliseconds: UInt64) {
        self.milliseconds = milliseconds
    }

    /// A server answered a question.
    mutating func heard(about question: DNSQuestion, now: UInt64) {
        told(now: now)
        asked[question] = nil
    }

    private mutating func told(now: UInt64) {
        heard(now: now)
        toldAt = now
        failingSince = nil
        failingNames.removeAll()
    }

    private mutating func heard(now: UInt64) {
        heardAt = now
        silentSince = nil
    }

    /// - Parameters:
    ///   - askedAt: when the question was asked this time, in milliseconds.
    ///   - now: in milliseconds.
    mutating func verdict(
        on failure: DNSFailure,
        of question: DNSQuestion,
        askedAt: UInt64,
        now: UInt64
    ) -> Verdict {
        var state = asked[question] ?? Asked(checkedAt: askedAt)
        let othersAreAnswered = heardAt.map { $0 >= state.checkedAt } ?? false
        let othersAreTold = toldAt.map { $0 >= state.checkedAt } ?? false
        state.checkedAt = now
        state.failures += 1
        let isPatient: Bool
        var failure = failure
        switch failure {
        case .truncated:
            // A server answered, and the way for the rest of the answer is another.
            isPatient = milliseconds > 0 && state.failures <= Self.triesAfterRefusal
        case .serverFailure where othersAreTold, .refused where othersAreTold:
            heard(now: now)
            state.refusalsBesideOthers += 1
            isPatient = milliseconds > 0 && state.refusalsBesideOthers <= Self.triesAfterRefusal
        case .serverFailure, .refused, .failing:
            heard(now: now)
            let since = failingSince ?? now
            failingSince = since
            isPatient = now - since < min(milliseconds, Self.failingMilliseconds)
            if failingNames.count < 2 { failingNames.insert(question.name) }
            // Where they told of others before, one name alone is at fault itself.
            if toldAt == nil || failingNames.count > 1 { failure = .failing }
        case .timedOut where othersAreAnswered:
            // Among many answers datagrams are lost on the way and in full buffers, ours among them.
            failure = .unanswered
            state.failuresBesideOthers += 1
            isPatient = milliseconds > 0 && state.failuresBesideOthers <= Self.triesUnanswered
        case .unreachable where othersAreAnswered:
            state.failuresBesideOthers += 1
            isPatient = state.failuresBesideOthers <= Self.triesBesideOthers
        case .timedOut, .unreachable, .local:
            let since = silentSince ?? now
            silentSince = since
            isPatient = now - since < milliseconds
        case .noSuchName, .noData:
            told(now: now)
            isPatient = false
        case .badResponse, .badName, .unanswered:
            heard(now: now)
            isPatient = false
        }
        asked[question] = isPatient ? state : nil
        return isPatient ? .askAgain(min(2000, 100 << UInt64(min(5, state.failures)))) : .fail(failure)
    }
}
