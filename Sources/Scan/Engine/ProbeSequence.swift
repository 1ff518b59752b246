import Observations
import Targets
import TLSClient
import Wire

/// Decides what is done to one endpoint, step after step, from how the last step ended.
///
/// It does nothing itself: whoever owns the connection carries the steps out.
struct ProbeSequence {
    enum Step: Equatable {
        /// The certificate grab with this hello, for the `attempt`th time.
        case grab(ClientHello.Look, attempt: Int)
        /// A complete handshake, without a request.
        case handshake(attempt: Int)
        /// Ask the handler which probes the endpoint deserves.
        case decide
        case jarm
        /// A complete handshake with HTTP over it, or HTTP over plain TCP.
        case http
        case sni(SNIVariant.Kind)
        case finish
    }

    /// How a step ended that yielded no certificate.
    enum Ending: Equatable {
        /// A failure that may pass when tried again: a lost packet, a full queue.
        case passing
        /// Nothing answered: as a rule nobody is there, and sometimes packets were lost.
        case silent
        /// The server did not like what it was sent; another hello may do better.
        case refused
        /// Nothing of what is left to do can succeed: nobody is there, or it is not TLS.
        case hopeless
    }

    private let retries: Int
    private let retriesSilence: Bool
    private let proves: Bool
    /// Whether the handler says what is asked of a plain HTTP target.
    private let decidesPlain: Bool
    private let look: ClientHello.Look
    private var hasServerName = false
    /// Whether it is one of many addresses that were not named each for itself.
    private var isSwept = false
    private var tried: [ClientHello.Look] = []
    /// A hello with TLS 1.3 got handshake_failure, and one without it protocol_version.
    private var refusals = (handshake: false, version: false)
    private var planned: [Step] = []
    /// Whether the handler was asked a second time.
    private(set) var hasReconsidered = false
    private(set) var current = Step.finish

    init(_ options: ScanOptions) {
        retries = options.retries
        retriesSilence = options.retriesSilence
        proves = options.prove
        decidesPlain = options.level != .certificate
        look = options.look
    }

    private var firstGrab: Step { .grab(look, attempt: 1) }

    /// Begins with an endpoint, and forgets the one before.
    mutating func begin(_ scheme: Target.Scheme, hasServerName: Bool, isSwept: Bool = false) -> Step {
        (self.hasServerName, self.isSwept) = (hasServerName, isSwept)
        if !tried.isEmpty { tried.removeAll(keepingCapacity: true) }
        if !planned.isEmpty { planned.removeAll(keepingCapacity: true) }
        refusals = (false, false)
        hasReconsidered = false
        if scheme == .http { return go(decidesPlain ? .decide : .http) }
        return go(proves ? .handshake(attempt: 1) : firstGrab)
    }

    /// A step has yielded a certificate.
    mutating func succeeded() -> Step { go(.decide) }

    /// A step that was to yield a certificate has ended without one.
    ///
    /// - Parameters:
    ///   - failure: how a grab failed, when the server had a part in it.
    ///   - suite: what the server chose, when it answered the hello.
    mutating func ended(_ ending: Ending, _ failure: GrabFailure?, suite: UInt16?) -> Step {
        switch (current, ending) {
        case (_, .silent) where isSwept && !retriesSilence: return go(.finish)
        case (.grab(let look, let attempt), .passing) where attempt <= retries,
            (.grab(let look, let attempt), .silent) where attempt <= retries:
            return go(.grab(look, attempt: attempt + 1))
        case (.handshake(let attempt), .passing) where attempt <= retries,
            (.handshake(let attempt), .silent) where attempt <= retries:
            return go(.handshake(attempt: attempt + 1))
        case (.handshake, .refused) where !tried.isEmpty:
            return go(.decide)
        case (.handshake, .refused):
            // libssl speaks with fewer servers than the grab does: better presented than nothing.
            return go(firstGrab)
        case (.grab(let look, _), .refused):
            tried.append(look)
            if failure == .alert(40), look.offersTLS13 { refusals.handshake = true }
            if failure == .alert(70), !look.offersTLS13 { refusals.version = true }
            if refusals == (true, true), !proves {
                // It speaks TLS 1.3 alone and takes none of the grab's groups: libssl has finite fields too.
                return go(.handshake(attempt: 1))
            }
            if let failure,
                let look = Fallback.next(
                    after: failure,
                    suite: suite,
                    tried: tried,
                    sentName: hasServerName
                )
            {
                return go(.grab(look, attempt: 1))
            }
            return go(.decide)
        default: return go(.finish)
        }
    }

    /// A step after the decision has shown what may change it: the handler is asked once more.
    mutating func reconsider() -> Step {
        guard !hasReconsidered else { return next() }
        hasReconsidered = true
        return go(.decide)
    }

    /// The handler has decided again: JARM is done after all when it asks for it now.
    ///
    /// - Parameter isDone: whether JARM has been run.
    mutating func redecided(wantsJARM: Bool, isDone: Bool) -> Step {
        if wantsJARM, !isDone { planned.insert(.jarm, at: 0) }
        return next()
    }

    /// What the handler wants is done in the order of its cost to the server.
    ///
    /// - Parameter isOpen: whether a connection is open that HTTP can go over, which then comes first.
    mutating func decided(_ decision: ProbeDecision, isOpen: Bool = false) -> Step {
        if isOpen, decision.wanted[.http] != nil { planned.append(.http) }
        if decision.wanted[.jarm] != nil { planned.append(.jarm) }
        if !isOpen, decision.wanted[.http] != nil { planned.append(.http) }
        if decision.wanted[.sni] != nil {
            if hasServerName { planned.append(.sni(.none)) }
            planned.append(.sni(.random))
        }
        return next()
    }

    /// A step after the decision has ended, well or not.
    mutating func next() -> Step {
        go(planned.isEmpty ? .finish : planned.removeFirst())
    }

    /// No further step will be taken: the endpoint's time is up, or the scan is being stopped.
    mutating func cut() -> Step {
        planned.removeAll()
        return go(.finish)
    }

    /// Probes that were planned and not reached, the present one among them.
    var left: [ProbeKind] { ([current] + planned).compactMap(\.kind) }

    private mutating func go(_ step: Step) -> Step {
        current = step
        return step
    }
}

extension ProbeSequence.Step {
    /// The probe that the step belongs to, as the record calls it.
    var kind: ProbeKind? {
        switch self {
        case .grab: .certificate
        case .handshake: .handshake
        case .jarm: .jarm
        case .http: .http
        case .sni: .sni
        case .decide, .finish: nil
        }
    }
}
